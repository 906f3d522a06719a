"""Which steps of a job have anything to do: those of extracts that were delivered, and all after them.

Here: the choice, told by the tag every raw and core asset carries. Not here: what was delivered (`warehouse.ledger`).
"""

from collections.abc import Set

import dagster as dg

EXTRACT_TAG = "sightline/extract"
WITH_ITS_SOURCES = {"sightline/with": "its-sources"}
"""The tags of an asset that has something to do where one of the assets it is made of has."""


def of_extract(extract: str) -> dict[str, str]:
    """The tags of an asset that holds nothing but one extract's rows."""
    return {EXTRACT_TAG: extract}


def without_other_extracts(job: dg.JobDefinition, extracts: Set[str]) -> set[dg.AssetKey]:
    """The job's assets but those that hold an extract not among these."""
    graph = job.asset_layer.asset_graph
    selected = job.asset_layer.selected_asset_keys
    kept = {key for key in selected if graph.get(key).tags.get(EXTRACT_TAG) in (None, *extracts)}
    followers = {key for key in kept if WITH_ITS_SOURCES.items() <= graph.get(key).tags.items()}
    # They are made in one step: all of them, or none.
    sources = {parent for key in followers for parent in graph.get(key).parent_keys}
    return kept if sources & kept else kept - followers
