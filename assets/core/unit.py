"""Making a unit of core: stage, find faults, count by Great Expectations, judge and write.

Here: the order, what is done at once, and the proof that both countings of a contract's rules agree. Not here: staging
and finding faults (`assets.core.stage`), writing (`assets.core.validation`) or the counting (`expectations.suites`).
"""

from __future__ import annotations

import duckdb

from assets.core.stage import RuleCount, Unit, evaluated_rules, find_faults, live_parts, stage
from assets.core.validation import UnitOutcome, write
from assets.marts.catalogue_model import Catalogue
from expectations.contract import REFERENCE, Contract
from expectations.ddl import staged_name
from expectations.outcomes import RuleOutcome
from expectations.suites import validate
from warehouse.beside import beside
from warehouse.connection import threads_for
from warehouse.ledger import add_work, finish_work, places_with_deliveries


class CountsDisagreeError(Exception):
    """Great Expectations and the quarantine's SQL count a rule differently: neither is believed."""


def make_unit(connection: duckdb.DuckDBPyConnection, unit: Unit, catalogue: Catalogue) -> UnitOutcome:
    """Make a unit of core from raw. Raises CountsDisagreeError and RowLostError; then nothing was written."""
    parts = live_parts(connection, unit)
    delivered = set(parts)
    finding, counting = [], {}
    # What is staged is looked at while the rest is; Great Expectations has until the writing's end.
    several = threads_for(connection, max(parts.values(), default=0))
    with several, beside(connection) as finder, beside(connection) as counter:
        for name, rows in stage(connection, unit, catalogue):
            finding.append(finder.ask(find_faults, unit, unit.contract.table(name), delivered))
            if rows:
                counting[name] = counter.ask(_count_again, unit, name, delivered)

        def prove(name: str, by_sql: list[RuleCount]) -> None:
            if name in counting:
                _compare(counting[name].result(), by_sql, unit, name)

        for found in finding:
            found.result()
        outcome = write(connection, unit, delivered, prove)
    if unit.contract.is_reference:
        # Every figure may rest on published statistics: all places are to be made anew.
        finish_work(connection, unit.quarter, unit.areas)
        add_work(connection, places_with_deliveries(connection))
    return outcome


def _count_again(
    connection: duckdb.DuckDBPyConnection, unit: Unit, name: str, delivered: set[str]
) -> list[RuleOutcome]:
    table = unit.contract.table(name)
    put = table.model_copy(update={"expectations": tuple(evaluated_rules(table, delivered))})
    return validate(connection, staged_name(unit.contract, table), put)


def _compare(counted: list[RuleOutcome], by_sql: list[RuleCount], unit: Unit, name: str) -> None:
    failed = {rule.rule: rule.failed for rule in by_sql}
    disagreeing = [
        f"{outcome.rule}: {outcome.could_not_evaluate or outcome.failed} against {failed[outcome.rule]}"
        for outcome in counted
        if outcome.could_not_evaluate or outcome.failed != failed[outcome.rule]
    ]
    if disagreeing:
        raise CountsDisagreeError(f"{unit.contract.extract}.{name}, {unit.quarter}: {'; '.join(disagreeing)}")


def reference_units(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[Unit]:
    """A unit for every edition received of a reference extract, with its data sets."""
    rows = connection.execute(
        "SELECT quarter, list(DISTINCT area_code ORDER BY area_code) FROM ops.receipt "
        "WHERE extract = ? AND agency = ? AND loaded GROUP BY quarter ORDER BY quarter",
        [contract.extract, REFERENCE],
    ).fetchall()
    return [Unit(contract, edition, tuple(sets)) for edition, sets in rows]
