"""Core tables of events: one step that makes them all from the typed tables of every extract that has them.

Here: keys, partitions and counts. Not here: what an event is made of (`assets.core.event_tables`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.core.event_tables import Event, EventError, events, prepare_events, problems_of_events
from assets.core.event_tables import write_event as write
from assets.core.tables import prepare_core
from expectations.contract import ContractRegistry
from pipelines.layers.core import typed_key
from pipelines.layers.scope import Scope, areas_in_scope, quarter_label
from pipelines.layers.selection import WITH_ITS_SOURCES
from pipelines.metadata import counts, event_schema_metadata
from pipelines.quarters import QUARTERS
from pipelines.resources import Partnership
from warehouse.connection import transaction


def event_key(event: Event) -> dg.AssetKey:
    """Where an event's table stands in the graph."""
    return dg.AssetKey(["core", event.event])


def event_assets(contracts: ContractRegistry) -> list[dg.AssetsDefinition]:
    """The one step, with an asset an event. Raises EventError with all that does not fit the contracts."""
    if problems := problems_of_events(contracts):
        raise EventError("events do not fit the contracts:\n  " + "\n  ".join(problems))

    @dg.multi_asset(
        name="core__events",
        specs=[
            dg.AssetSpec(
                event_key(event),
                deps=sorted(
                    {
                        typed_key(contracts[source.extract], contracts[source.extract].table(table))
                        for source in event.sources
                        for table in source.tables
                    }
                ),
                group_name="core",
                kinds={"duckdb"},
                tags=WITH_ITS_SOURCES,
                metadata=event_schema_metadata(event),
                description=f"{event.title}: {event.grain}. From "
                + ", then ".join(dict.fromkeys(source.extract for source in event.sources))
                + ": where several have one event, the first decides.",
            )
            for event in events()
        ],
        partitions_def=QUARTERS,
    )
    def core_events(
        context: dg.AssetExecutionContext, config: Scope, partnership: Partnership
    ) -> Iterator[dg.MaterializeResult]:
        quarter = quarter_label(context)
        with partnership.warehouse("making events") as connection:
            areas = areas_in_scope(connection, config, quarter)
            prepare_core(connection, partnership.contracts)
            prepare_events(connection)
            with transaction(connection):
                rows = {
                    event.event: write(connection, partnership.contracts, event, quarter, areas) for event in events()
                }
        for event in events():
            yield dg.MaterializeResult(
                asset_key=event_key(event), metadata=counts(rows[event.event], quarter=quarter, areas=len(areas))
            )

    return [core_events]
