"""Jobs: what is run together. A quarter's figures, the files before them, the tables and the release after them.

Here: selections of assets. Not here: when they run (`pipelines.schedules`, `pipelines.running`).
"""

from __future__ import annotations

import dagster as dg

from pipelines.job_names import EVERYTHING, PUBLISH, QUARTER, REFERENCE, TAKE_IN
from pipelines.quarters import QUARTERS

_REFERENCE_ASSETS = dg.AssetSelection.groups("reference")
_WHOLE_MARTS = dg.AssetSelection.assets(
    *(["marts", name] for name in ("indicators", "areas", "periods", "revisions", "scorecard", "deliveries", "quality"))
)
_PUBLICATION = dg.AssetSelection.groups("release", "quality")
_INTAKE = dg.AssetSelection.groups("intake")


def jobs() -> list[dg.UnresolvedAssetJobDefinition]:
    """Every job."""
    everything = dg.AssetSelection.all()
    by_quarter = everything - _INTAKE - _REFERENCE_ASSETS - _WHOLE_MARTS - _PUBLICATION
    return [
        dg.define_asset_job(TAKE_IN, _INTAKE, description="Enter what landed into the ledger."),
        dg.define_asset_job(REFERENCE, _REFERENCE_ASSETS, description="Load populations and other published data."),
        dg.define_asset_job(
            QUARTER,
            by_quarter,
            partitions_def=QUARTERS,
            description="A quarter's deliveries from raw to figures and findings. Can be back-filled.",
        ),
        dg.define_asset_job(
            PUBLISH, _WHOLE_MARTS | _PUBLICATION, description="The tables over all quarters, and a new release."
        ),
        dg.define_asset_job(
            EVERYTHING,
            everything,
            partitions_def=QUARTERS,
            description="From landing to release for one quarter: what the quarterly schedule runs.",
        ),
    ]
