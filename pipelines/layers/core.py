"""Core: an asset for every core table, with its contract's rules as checks.

Here: keys, partitions, checks and counts. Not here: staging, judging and writing (`assets.core`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.core.unit import make_unit, reference_units
from assets.core.validation import RuleCount, Unit, UnitOutcome, add_up
from expectations.contract import Contract, ContractRegistry, Table
from pipelines.checks import check_results, check_specs
from pipelines.layers.raw import raw_key
from pipelines.layers.scope import Scope, areas_in_scope, quarter_label
from pipelines.layers.selection import of_extract
from pipelines.metadata import core_schema_metadata, counts
from pipelines.quarters import QUARTERS
from pipelines.resources import Partnership

Outcomes = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


def core_key(table: Table) -> dg.AssetKey:
    """Where a core table stands in the graph."""
    return dg.AssetKey(["core", table.core])


def core_assets(contracts: ContractRegistry) -> list[dg.AssetsDefinition]:
    """A core asset for every table of every contract."""
    return [
        _reference_asset(contract, table) if contract.is_reference else _agency_asset(contract, table)
        for contract, table in contracts.tables()
    ]


def _agency_asset(contract: Contract, table: Table) -> dg.AssetsDefinition:
    key = core_key(table)

    @dg.asset(
        key=key,
        group_name="core",
        tags=of_extract(contract.extract),
        kinds={"polars", "duckdb", "greatexpectations"},
        deps=[raw_key(agency, contract.extract) for agency in contract.agencies],
        partitions_def=QUARTERS,
        check_specs=check_specs(table, key, QUARTERS),
        metadata=core_schema_metadata(table),
        description=f"{table.title}: {table.grain}. Accepted rows only; the others stand in quarantine.",
    )
    def core(context: dg.AssetExecutionContext, config: Scope, partnership: Partnership) -> Outcomes:
        quarter = quarter_label(context)
        with partnership.warehouse(f"validating {contract.extract}") as connection:
            unit = Unit(contract, table, quarter, areas_in_scope(connection, config, quarter))
            outcome = make_unit(connection, unit, partnership.catalogue)
        yield _materialised(outcome, quarter=quarter, areas=len(unit.areas))
        yield from check_results(key, outcome.rules)

    return core


def _reference_asset(contract: Contract, table: Table) -> dg.AssetsDefinition:
    key = core_key(table)

    @dg.asset(
        key=key,
        group_name="reference",
        tags=of_extract(contract.extract),
        kinds={"polars", "duckdb", "greatexpectations"},
        deps=[raw_key("reference", contract.extract)],
        check_specs=check_specs(table, key, None),
        metadata=core_schema_metadata(table),
        description=f"{table.title}: {table.grain}. Editions stand side by side.",
    )
    def core(partnership: Partnership) -> Outcomes:
        with partnership.warehouse(f"validating {contract.extract}") as connection:
            outcome = add_up(
                [make_unit(connection, unit, partnership.catalogue) for unit in reference_units(connection, contract)]
            )
        yield _materialised(outcome)
        yield from check_results(key, outcome.rules or _no_rows(table))

    return core


def _no_rows(table: Table) -> list[RuleCount]:
    return [RuleCount(rule.rule, rule.severity, rule.gate, 0, 0, {}) for rule in table.expectations]


def _materialised(outcome: UnitOutcome, **more: int | str) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata=counts(
            outcome.core_rows,
            **{"rows read": outcome.rows_read, "rows quarantined": outcome.rows_quarantined},
            **{"deliveries stopped": len(outcome.stopped)},
            **more,
        )
    )
