"""Which steps of a job have anything to do: those of extracts that were delivered, and all after them.

Here: the choice, told by the tag every raw and core asset carries. Not here: what was delivered (`warehouse.ledger`).
"""

from collections.abc import Set

import dagster as dg

EXTRACT_TAG = "sightline/extract"


def of_extract(extract: str) -> dict[str, str]:
    """The tags of an asset that holds nothing but one extract's rows."""
    return {EXTRACT_TAG: extract}


def without_other_extracts(job: dg.JobDefinition, extracts: Set[str]) -> set[dg.AssetKey]:
    """The job's assets but those that hold an extract not among these."""
    graph = job.asset_layer.asset_graph
    return {
        key for key in job.asset_layer.selected_asset_keys if graph.get(key).tags.get(EXTRACT_TAG) in (None, *extracts)
    }
