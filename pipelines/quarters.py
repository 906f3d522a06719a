"""Dagster's partitions, made of financial quarters: the key is the quarter's first day, the label stands beside it.

Here: the partitions definition and the way between keys and quarters. Not here: quarters themselves
(`warehouse.quarters`).
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from warehouse.quarters import FIRST_QUARTER, FinancialQuarter

QUARTERS = dg.TimeWindowPartitionsDefinition(
    start=FIRST_QUARTER.start.isoformat(),
    fmt="%Y-%m-%d",
    cron_schedule="0 0 1 1,4,7,10 *",
    # The quarter that is running has a partition too: a year to date may be delivered before it ends.
    end_offset=1,
)


def quarter_of(partition_key: str) -> FinancialQuarter:
    """The quarter a partition stands for."""
    return FinancialQuarter.containing(date.fromisoformat(partition_key))


def partition_of(quarter: FinancialQuarter) -> str:
    """The partition of a quarter."""
    return quarter.start.isoformat()
