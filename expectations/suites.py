"""A contract's rules as a Great Expectations suite, and the counts of running it over a staged table.

Here: the Great Expectations form of each kind of expectation, and its counts made outcomes.
Not here: which rows fail (`expectations.quarantine`; Great Expectations returns 20 of them and carries their
values about), nor what a failure leads to (the ledger's gates), nor the counting (`expectations.gx_counts`).
Great Expectations takes seconds to import, so it is imported where it is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.contract import Contract, Table
from expectations.expectation import (
    AnyExpectation,
    Between,
    Given,
    InCodeSet,
    Matches,
    NotBefore,
    NotRepeated,
    Parses,
    UniqueKey,
    quoted,
    text_of,
)
from expectations.outcomes import RuleOutcome

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation as GXExpectation

    from expectations.gx_counts import Counted

_LOOKS_LIKE_A_BIND = re.compile(r"(?<![:\w\\]):(?=\w)")
_DUCKDB_ERROR = re.compile(r"\b_?duckdb\.(?P<kind>[A-Z][A-Za-z]+)(?:Exception|Error)\b")


def suite_name(contract: Contract, table: Table) -> str:
    """The name of a table's suite; its Data Docs page and its asset checks go by the same name."""
    return f"{contract.extract}.{table.name}"


def suite_for(contract: Contract, table: Table) -> ExpectationSuite:
    """The Great Expectations suite of one table: one expectation a rule, in the contract's order."""
    from great_expectations import ExpectationSuite  # noqa: PLC0415

    return ExpectationSuite(
        name=suite_name(contract, table),
        expectations=[_native(expectation) for expectation in table.expectations],
        notes=f"{contract.title}: {table.title}. {table.grain.capitalize()}.",
    )


def validate(connection: duckdb.DuckDBPyConnection, staged_table: str, table: Table) -> list[RuleOutcome]:
    """Put every rule of a table to a staged table; outcomes stand in the contract's order.

    `staged_table` may be qualified by its schema. The connection stays open and keeps its transaction, but an error
    of DuckDB while a rule runs aborts one that is open: better call this outside. A rule that reads a column the
    staged table lacks, or that DuckDB cannot evaluate, is not a failed one: its outcome says why. Nothing is raised
    for either. Results of the connection not yet fetched are lost.
    """
    columns = _columns(connection, staged_table)
    if columns is None:
        return [_not_evaluated(expectation, "there is no staged table") for expectation in table.expectations]
    lacking = {expectation.rule: sorted(_staged_columns(expectation) - columns) for expectation in table.expectations}
    row = connection.execute(f"SELECT count(*) FROM {_qualified(staged_table)}").fetchone()
    rows = row[0] if row else 0
    results = _run(connection, staged_table, table, {rule for rule, names in lacking.items() if not names})
    return [
        _not_evaluated(expectation, f"the staged table has no column {', '.join(lacking[expectation.rule])}")
        if lacking[expectation.rule]
        else _outcome(expectation, results.get(expectation.rule), rows)
        for expectation in table.expectations
    ]


def _run(
    connection: duckdb.DuckDBPyConnection, staged_table: str, table: Table, rules: set[str]
) -> Mapping[str, Counted]:
    """Great Expectations' count of each of the rules; none where it cannot run the suite at all.

    What is known not to run is left out beforehand: on an error Great Expectations runs every metric of the
    suite again. Its exceptions end here, because they quote SQL and values.
    """
    from expectations.gx_counts import count_unexpected  # noqa: PLC0415
    from expectations.gx_engine import DuckDBExecutionEngine  # noqa: PLC0415

    schema, _, name = staged_table.rpartition(".")
    suite = {expectation.rule: _native(expectation) for expectation in table.expectations if expectation.rule in rules}
    try:
        engine = DuckDBExecutionEngine(connection)
        engine.load(name, schema or None)
        return count_unexpected(engine, suite)
    except Exception:  # whatever it is, the rules were not evaluated
        return {}


def _outcome(expectation: AnyExpectation, counted: Counted | None, rows: int) -> RuleOutcome:
    if counted is None:
        return _not_evaluated(expectation, "the suite could not be run on the staged table")
    if counted.unexpected is None:
        kinds = sorted({match["kind"] for match in _DUCKDB_ERROR.finditer(counted.error)})
        detail = f" ({', '.join(kinds)})" if kinds else ""
        return _not_evaluated(expectation, f"the rule could not be put to the staged table{detail}")
    return RuleOutcome(
        rule=expectation.rule,
        severity=expectation.severity,
        gate=expectation.gate,
        evaluated=rows,
        failed=counted.unexpected,
        success=counted.unexpected == 0,
    )


def _not_evaluated(expectation: AnyExpectation, reason: str) -> RuleOutcome:
    return RuleOutcome(
        rule=expectation.rule,
        severity=expectation.severity,
        gate=expectation.gate,
        evaluated=0,
        failed=0,
        success=False,
        could_not_evaluate=reason,
    )


def _qualified(staged_table: str) -> str:
    return ".".join(quoted(part) for part in staged_table.split("."))


def _columns(connection: duckdb.DuckDBPyConnection, staged_table: str) -> set[str] | None:
    """The columns of a staged table; None where there is no such table."""
    try:
        described = connection.execute(f"SELECT * FROM {_qualified(staged_table)} LIMIT 0").description
    except duckdb.CatalogException:
        return None
    return {column[0] for column in described or ()}


def _staged_columns(expectation: AnyExpectation) -> set[str]:
    """The columns of a staged table a rule is put to, where those with the text count as their own."""
    match expectation:
        case Given() | Matches():
            return {text_of(expectation.column)}
        case Parses():
            return {expectation.column, text_of(expectation.column)}
        case NotRepeated():
            return {"receipt_id", "row_fingerprint", "row_number"}
        case UniqueKey():
            return {"receipt_id", "row_fingerprint", *expectation.columns}
        case _:
            return expectation.reads()


def _native(expectation: AnyExpectation) -> GXExpectation:
    from great_expectations import expectations as gx  # noqa: PLC0415
    from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415

    from expectations.gx_engine import RowsThatBreakTheRule  # noqa: PLC0415

    shared: dict[str, Any] = {
        "severity": expectation.severity,
        "notes": [expectation.says, expectation.remedy, f"`{expectation.rule}`, {expectation.severity}"],
        "meta": {
            "rule": expectation.rule,
            "says": expectation.says,
            "remedy": expectation.remedy,
            "gate": expectation.gate,
        },
    }
    native: GXExpectation
    match expectation:
        case Given(column=column):
            native = gx.ExpectColumnValuesToNotBeNull(column=text_of(column), **shared)
        case Parses(column=column):
            given = Column(text_of(column)).is_not_null()
            native = gx.ExpectColumnValuesToNotBeNull(column=column, row_condition=given, **shared)
        case InCodeSet(column=column, codes=codes, many=False):
            native = gx.ExpectColumnValuesToBeInSet(column=column, value_set=list(codes), **shared)
        case Matches(column=column, pattern=pattern):
            native = gx.ExpectColumnValuesToMatchRegex(column=text_of(column), regex=pattern, **shared)
        case Between(column=column, minimum=minimum, maximum=maximum):
            native = gx.ExpectColumnValuesToBeBetween(column=column, min_value=minimum, max_value=maximum, **shared)
        case NotBefore(column=column, other=other):
            native = gx.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=column, column_B=other, or_equal=True, ignore_row_if="either_value_is_missing", **shared
            )
        case _:
            clause = "QUALIFY" if expectation.compares_rows else "WHERE"
            query = _selects_failing(clause, expectation.failing())
            native = RowsThatBreakTheRule(unexpected_rows_query=query, count=expectation.count_failing(), **shared)
    return native


def _selects_failing(clause: str, predicate: str) -> str:
    """A query of the failing rows that yields none of their values.

    It passes through two templating languages, whose braces and `:name` a predicate may hold for reasons of its own.
    """
    without_fields = predicate.replace("{", "{{").replace("}", "}}")
    without_binds = _LOOKS_LIKE_A_BIND.sub(r"\:", without_fields)
    return f"SELECT 1 AS breaks_the_rule FROM {{batch}} {clause} {without_binds}"
