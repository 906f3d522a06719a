"""Core: an asset for every typed table, with its contract's rules as checks; an extract of several tables is one step.

Here: keys, partitions, checks and counts. Not here: staging, judging and writing (`assets.core`).
"""

from collections.abc import Iterator

import dagster as dg

from assets.core.stage import RuleCount, Unit
from assets.core.unit import make_unit, reference_units
from assets.core.validation import TableOutcome, UnitOutcome, add_up
from expectations.contract import REFERENCE, Contract, ContractRegistry, Table
from pipelines.checks import check_results, check_specs
from pipelines.layers.raw import raw_key
from pipelines.layers.scope import Scope, areas_in_scope, quarter_label
from pipelines.layers.selection import of_extract
from pipelines.metadata import core_schema_metadata, counts
from pipelines.quarters import QUARTERS
from pipelines.resources import Partnership
from warehouse.ledger import extracts_received

Outcomes = Iterator[dg.MaterializeResult | dg.AssetCheckResult]
_KINDS = {"polars", "duckdb", "greatexpectations"}


def typed_key(contract: Contract, table: Table) -> dg.AssetKey:
    """Where a contract's typed table stands in the graph."""
    return dg.AssetKey(["core", table.core] if table.core else ["validated", contract.extract, table.name])


def core_assets(contracts: ContractRegistry) -> list[dg.AssetsDefinition]:
    """A step for every contract, with an asset for each of its tables."""
    return [
        _reference_asset(contract) if contract.is_reference else _agency_asset(contract)
        for contract in contracts.values()
    ]


def _agency_asset(contract: Contract) -> dg.AssetsDefinition:
    described = "Accepted rows only; the others stand in quarantine."
    deps = [raw_key(agency, contract.extract) for agency in contract.agencies]

    @dg.multi_asset(
        name=f"core__{contract.extract}",
        specs=_specs(contract, "core", deps, described),
        check_specs=_checks(contract, QUARTERS),
        partitions_def=QUARTERS,
        can_subset=True,
    )
    def core(context: dg.AssetExecutionContext, config: Scope, partnership: Partnership) -> Outcomes:
        quarter = quarter_label(context)
        with partnership.warehouse(f"validating {contract.extract}") as connection:
            unit = Unit(contract, quarter, areas_in_scope(connection, config, quarter))
            outcome = make_unit(connection, unit, partnership.catalogue)
            ever = contract.extract in extracts_received(connection, quarter)
        yield from _asked_for(context, _results(contract, outcome, ever, quarter=quarter, areas=len(unit.areas)))

    return core


def _reference_asset(contract: Contract) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"core__{contract.extract}",
        specs=_specs(contract, "reference", [raw_key("reference", contract.extract)], "Editions stand side by side."),
        check_specs=_checks(contract, None),
        can_subset=True,
    )
    def core(context: dg.AssetExecutionContext, partnership: Partnership) -> Outcomes:
        with partnership.warehouse(f"validating {contract.extract}") as connection:
            outcome = add_up(
                [make_unit(connection, unit, partnership.catalogue) for unit in reference_units(connection, contract)]
            )
            ever = contract.extract in extracts_received(connection, REFERENCE)
        yield from _asked_for(context, _results(contract, outcome, ever))

    return core


def _specs(contract: Contract, group: str, deps: list[dg.AssetKey], described: str) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            typed_key(contract, table),
            deps=deps,
            group_name=group,
            tags=of_extract(contract.extract),
            kinds=_KINDS,
            metadata=core_schema_metadata(contract, table),
            description=f"{table.title}: {table.grain}. {described}",
        )
        for table in contract.tables
    ]


def _checks(contract: Contract, partitions: dg.PartitionsDefinition | None) -> list[dg.AssetCheckSpec]:
    return [spec for table in contract.tables for spec in check_specs(table, typed_key(contract, table), partitions)]


def _asked_for(context: dg.AssetExecutionContext, outcomes: Outcomes) -> Outcomes:
    """Those of a step's outcomes that are in the run: an extract is made whole, whichever of its tables was chosen."""
    checks = {(check.asset_key, check.name) for check in context.selected_asset_check_keys}
    for outcome in outcomes:
        if isinstance(outcome, dg.AssetCheckResult):
            asked = (outcome.asset_key, outcome.check_name) in checks
        else:
            asked = outcome.asset_key in context.selected_asset_keys
        if asked:
            yield outcome


def _results(contract: Contract, outcome: UnitOutcome, ever: bool, **more: int | str) -> Outcomes:
    """Every table's counts and checks. What concerns the deliveries as a whole stands with the first table.

    Of an extract of which nobody ever sent a file, no rule was evaluated: the page shows its checks as skipped.
    """
    read = {"rows read": outcome.rows_read, "rows quarantined": outcome.rows_quarantined}
    for number, table in enumerate(contract.tables):
        made = outcome.tables.get(table.name)
        yield dg.MaterializeResult(
            asset_key=typed_key(contract, table),
            metadata=counts(
                made.rows if made else 0,
                **({**read, "deliveries stopped": len(outcome.stopped)} if number == 0 else {}),
                **more,
            ),
        )
        if ever:
            yield from check_results(typed_key(contract, table), table, _of_every_rule(table, made))


def _of_every_rule(table: Table, made: TableOutcome | None) -> list[RuleCount]:
    """The counts of every rule over all years: one that does not hold in the quarter's, or had no row, counted none."""
    counted = {count.rule: count for count in made.rules} if made else {}
    return [
        counted.get(rule.rule, RuleCount(rule.rule, rule.severity, rule.gate, 0, 0, {})) for rule in table.expectations
    ]
