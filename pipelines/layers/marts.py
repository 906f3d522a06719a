"""Marts: figures of a quarter's deliveries (partitioned), and the tables over all of them (not).

Here: which mart is made by which function, after what. Not here: any query (`assets.marts`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import dagster as dg
import duckdb

from assets.core.event_tables import events, prepare_events
from assets.core.tables import prepare_core
from assets.marts.benchmarks import write_benchmarks
from assets.marts.calendar import due_deliveries
from assets.marts.catalogue_model import Catalogue
from assets.marts.dataset import write_dataset
from assets.marts.deliveries import write_deliveries, write_quality
from assets.marts.derived.readable import Readable, check_derivations, readable_tables
from assets.marts.findings import write_findings
from assets.marts.indicator_values import write_indicator_values
from assets.marts.rates_rebased import write_rates_rebased
from assets.marts.revisions import write_revisions
from assets.marts.schema import MartTable, mart_tables
from assets.marts.scorecard import write_scorecard
from assets.marts.tables import prepare_marts, write_areas, write_indicators, write_periods
from expectations.contract import ContractRegistry
from expectations.finding_rule import finding_rules
from pipelines.layers.core import typed_key
from pipelines.layers.events import event_key
from pipelines.layers.intake import RECEIPTS
from pipelines.layers.scope import Scope, areas_in_scope, quarter_label
from pipelines.metadata import counts, mart_schema_metadata
from pipelines.quarters import QUARTERS
from pipelines.resources import Partnership
from warehouse.connection import transaction
from warehouse.home import Home
from warehouse.ledger import await_release, finish_work

QuarterWriter = Callable[[duckdb.DuckDBPyConnection, Catalogue, str, tuple[str, ...]], int]
TableWriter = Callable[[duckdb.DuckDBPyConnection, Catalogue, Home], int]


def mart_key(name: str) -> dg.AssetKey:
    """Where a mart stands in the graph."""
    return dg.AssetKey(["marts", name])


def mart_assets(contracts: ContractRegistry, catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """Every mart table as an asset."""
    check_derivations(catalogue, contracts)
    tables, countable = mart_tables(catalogue), readable_tables(contracts)
    core = [typed_key(contract, table) for contract, table in contracts.tables()]
    happened = [event_key(event) for event in events()]
    values, benchmarks = mart_key("indicator_values"), mart_key("indicator_benchmarks")
    findings, dataset, quality = mart_key("findings"), mart_key("multi_agency_dataset"), mart_key("quality")
    by_quarter: list[tuple[str, list[dg.AssetKey], QuarterWriter]] = [
        ("indicator_benchmarks", [values], write_benchmarks),
        ("rates_rebased", [values], write_rates_rebased),
        ("multi_agency_dataset", [values], lambda c, catalogue, _, areas: write_dataset(c, catalogue, areas)),
        # Findings come last: once they are made, the quarter's places are done.
        ("findings", [values, benchmarks, dataset, mart_key("rates_rebased")], _write_findings),
    ]
    whole: list[tuple[str, list[dg.AssetKey], TableWriter]] = [
        ("indicators", [], lambda c, catalogue, _: write_indicators(c, catalogue)),
        ("areas", [], lambda c, *_: write_areas(c)),
        ("periods", [values], lambda c, *_: write_periods(c)),
        ("revisions", [values], lambda c, *_: write_revisions(c)),
        ("scorecard", [dataset, benchmarks, findings], lambda c, *_: write_scorecard(c)),
        # One table stands between everything judged and what tells of it: each arrow more is a look-up more a run.
        ("quality", core, lambda c, *_: write_quality(c)),
        ("deliveries", [RECEIPTS, quality], _write_deliveries),
    ]
    return [
        _figures_asset([tables["indicator_values"], tables["indicator_breakdowns"]], [*core, *happened], countable),
        *(_quarterly_asset(tables[name], deps, writer) for name, deps, writer in by_quarter),
        *(_whole_asset(tables[name], deps, writer) for name, deps, writer in whole),
    ]


def _write_findings(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, quarter: str, areas: tuple[str, ...]
) -> int:
    rows = write_findings(connection, catalogue, finding_rules(), quarter, areas)
    finish_work(connection, quarter, areas)
    return rows


def _write_deliveries(connection: duckdb.DuckDBPyConnection, _: Catalogue, home: Home) -> int:
    as_of = home.as_of()
    return write_deliveries(connection, due_deliveries(home.calendar, as_of), as_of)


def _figures_asset(
    tables: Sequence[MartTable], deps: list[dg.AssetKey], countable: Mapping[str, Readable]
) -> dg.AssetsDefinition:
    """Figures and their breakdowns: counted once, and so made in one step whichever of the two was chosen."""

    @dg.multi_asset(
        name="marts__figures",
        specs=[
            dg.AssetSpec(
                mart_key(table.name),
                deps=deps,
                group_name="marts",
                kinds={"duckdb"},
                metadata=mart_schema_metadata(table),
                description=table.description,
            )
            for table in tables
        ],
        partitions_def=QUARTERS,
        can_subset=True,
    )
    def figures(
        context: dg.AssetExecutionContext, config: Scope, partnership: Partnership
    ) -> Iterator[dg.MaterializeResult]:
        quarter = quarter_label(context)
        with partnership.warehouse("making figures") as connection:
            areas = areas_in_scope(connection, config, quarter)
            _prepare(connection, partnership)
            with transaction(connection):
                rows = write_indicator_values(connection, partnership.catalogue, countable, quarter, areas)
                await_release(connection)
        for table in tables:
            if mart_key(table.name) in context.selected_asset_keys:
                made = counts(rows[table.name], quarter=quarter, areas=len(areas))
                yield dg.MaterializeResult(asset_key=mart_key(table.name), metadata=made)

    return figures


def _prepare(connection: duckdb.DuckDBPyConnection, partnership: Partnership) -> None:
    """Every table a mart may read, made where it is missing."""
    prepare_core(connection, partnership.contracts)
    prepare_events(connection)
    prepare_marts(connection, partnership.catalogue)


def _quarterly_asset(table: MartTable, deps: list[dg.AssetKey], write: QuarterWriter) -> dg.AssetsDefinition:
    @dg.asset(
        key=mart_key(table.name),
        group_name="marts",
        kinds={"duckdb"},
        deps=deps,
        partitions_def=QUARTERS,
        metadata=mart_schema_metadata(table),
        description=table.description,
    )
    def mart(context: dg.AssetExecutionContext, config: Scope, partnership: Partnership) -> dg.MaterializeResult:
        quarter = quarter_label(context)
        with partnership.warehouse(f"making {table.name}") as connection:
            areas = areas_in_scope(connection, config, quarter)
            catalogue = partnership.catalogue
            _prepare(connection, partnership)
            with transaction(connection):
                rows = write(connection, catalogue, quarter, areas)
                await_release(connection)
        return dg.MaterializeResult(metadata=counts(rows, quarter=quarter, areas=len(areas)))

    return mart


def _whole_asset(table: MartTable, deps: list[dg.AssetKey], write: TableWriter) -> dg.AssetsDefinition:
    @dg.asset(
        key=mart_key(table.name),
        group_name="marts",
        kinds={"duckdb"},
        deps=deps,
        metadata=mart_schema_metadata(table),
        description=table.description,
    )
    def mart(partnership: Partnership) -> dg.MaterializeResult:
        with partnership.warehouse(f"making {table.name}") as connection:
            catalogue = partnership.catalogue
            prepare_marts(connection, catalogue)
            with transaction(connection):
                rows = write(connection, catalogue, partnership.home)
        return dg.MaterializeResult(metadata=counts(rows))

    return mart
