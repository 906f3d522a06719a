"""When a quarter is made by the clock: once its deliveries are due.

Here: the quarterly schedule. Not here: what it runs (`pipelines.jobs`).
"""

from __future__ import annotations

import dagster as dg

from pipelines.job_names import EVERYTHING
from pipelines.quarters import partition_of
from warehouse.quarters import FinancialQuarter


@dg.schedule(
    job_name=EVERYTHING,
    cron_schedule="0 6 20 2,5,8,11 *",
    execution_timezone="Europe/London",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "On the 20th of the second month after a quarter's end, when its deliveries are due: "
        "takes in what landed, makes the quarter that ended and publishes."
    ),
)
def quarterly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """A run for the quarter that ended last."""
    ended = FinancialQuarter.containing(context.scheduled_execution_time.date()).shift(-1)
    return dg.RunRequest(partition_key=partition_of(ended), tags={"sightline/quarter": ended.label})
