"""The one place things are put together: every asset, check, job and schedule, with their resources.

Here: `build_defs`. Not here: anything that is put together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from assets.marts.schema import released_tables
from pipelines.jobs import jobs
from pipelines.layers.core import core_assets
from pipelines.layers.events import event_assets
from pipelines.layers.intake import receipts
from pipelines.layers.marts import mart_assets
from pipelines.layers.raw import raw_assets
from pipelines.layers.release import release_assets
from pipelines.resources import Partnership
from pipelines.schedules import quarterly


def build_defs(*, resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """All definitions; resources named in `resource_overrides` take the place of the usual ones."""
    resources: dict[str, Any] = {"partnership": Partnership(), **(resource_overrides or {})}
    contracts, catalogue = resources["partnership"].contracts, resources["partnership"].catalogue
    return dg.Definitions(
        assets=[
            receipts,
            *raw_assets(contracts),
            *core_assets(contracts),
            *event_assets(contracts),
            *mart_assets(contracts, catalogue),
            *release_assets(list(released_tables(catalogue))),
        ],
        jobs=jobs(),
        schedules=[quarterly],
        resources=resources,
        executor=dg.in_process_executor,
    )
