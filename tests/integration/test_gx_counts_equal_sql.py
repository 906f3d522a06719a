"""A contract's two uses count alike: Great Expectations' failures are the rows its SQL calls failing."""

from __future__ import annotations

import duckdb
import pytest

from expectations.contract import Contract, ContractRegistry, Table
from expectations.suites import validate
from tests.staged_rows import faulty_rows, stage

TABLES = [
    pytest.param(contract, table, id=f"{contract.extract}.{table.name}")
    for contract, table in ContractRegistry.load().tables()
]

EVERY_KIND = Contract.model_validate(
    {
        "extract": "every_kind",
        "title": "A table with a rule of every kind",
        "description": "Made up.",
        "agencies": ["police"],
        "format_owner": "ours",
        "coverage": "quarter",
        "recognition": {"formats": ["csv"]},
        "governance": {"purpose": "Testing.", "lawful_basis": "None needed.", "retention_years": 1},
        "tables": [
            {
                "name": "every_kind",
                "title": "Every kind",
                "grain": "one row a made-up thing",
                "core": "every_kind",
                "columns": [
                    {"name": "ref", "description": "A reference.", "example": "A1"},
                    {"name": "order", "description": "A word SQL keeps for itself.", "example": "x:y"},
                    {"name": "share", "description": "A share.", "type": "decimal"},
                    {"name": "size", "description": "A size.", "type": "whole_number"},
                    {"name": "begun", "description": "A date.", "type": "date", "formats": ["%Y-%m-%d"]},
                    {"name": "ended", "description": "A time.", "type": "timestamp", "formats": ["%Y-%m-%d %H:%M"]},
                    {"name": "kept", "description": "Yes or no.", "type": "yes_no"},
                ],
                "expectations": [
                    {"rule": rule, "severity": "critical", "says": "So.", "remedy": "Mend it.", **kind}
                    for rule, kind in {
                        "given": {"kind": "given", "column": "ref"},
                        "given_at_times": {"kind": "given", "column": "ended", "severity": "warning"},
                        "parses_decimal": {"kind": "parses", "column": "share"},
                        "parses_whole": {"kind": "parses", "column": "size"},
                        "parses_date": {"kind": "parses", "column": "begun"},
                        "parses_time": {"kind": "parses", "column": "ended"},
                        "parses_yes_no": {"kind": "parses", "column": "kept", "severity": "info"},
                        "in_code_set": {
                            "kind": "in_code_set",
                            "column": "order",
                            "codes": ["a", "it's", "100%", "x:y"],
                        },
                        "matches": {"kind": "matches", "column": "ref", "pattern": r"^[A-Za-z]{1,2}[0-9:?%']*$"},
                        "between": {"kind": "between", "column": "share", "minimum": "0.5", "maximum": "99.999999"},
                        "at_least": {"kind": "between", "column": "size", "minimum": 1},
                        "at_most": {"kind": "between", "column": "size", "maximum": 1981},
                        "not_before": {"kind": "not_before", "column": "ended", "other": "begun"},
                        "not_after_itself": {"kind": "not_before", "column": "begun", "other": "begun"},
                        "not_repeated": {"kind": "not_repeated"},
                        "unique_key": {"kind": "unique_key", "columns": ["ref", "order"]},
                        "holds": {
                            "kind": "holds",
                            "condition": """ "order" <> 'x:y' AND NOT regexp_matches("order", '^[a-z]{1}$')
                                AND "order" NOT LIKE '%o_' AND ref::VARCHAR <> 'A1' """,
                            "found": "something else",
                            "uses": ["order", "ref"],
                        },
                    }.items()
                ],
            }
        ],
    }
)


ROWS = 10_000
"""Made-up rows of each table: enough for every simple rule to be broken, and there are some fifty tables."""


def failing_by_sql(connection: duckdb.DuckDBPyConnection, staged: str, table: Table) -> dict[str, int]:
    """Rows for which each rule's own predicate is TRUE, evaluated as a column of every row."""
    columns = ", ".join(f"({e.failing()}) IS TRUE AS {e.rule}" for e in table.expectations)
    counts = ", ".join(f"count(*) FILTER ({e.rule})" for e in table.expectations)
    found = connection.execute(f"SELECT {counts} FROM (SELECT {columns} FROM {staged})").fetchone()
    assert found is not None
    return dict(zip((e.rule for e in table.expectations), found, strict=True))


def assert_counts_equal(contract: Contract, table: Table, count: int, seed: int) -> dict[str, int]:
    with duckdb.connect() as connection:
        staged = stage(connection, table, faulty_rows(table, count, seed), seed)
        outcomes = validate(connection, staged, table)
        by_sql = failing_by_sql(connection, staged, table)
    assert {o.rule: o.could_not_evaluate for o in outcomes} == dict.fromkeys(by_sql)
    assert {o.rule: o.failed for o in outcomes} == by_sql
    assert all(o.evaluated == count and o.success == (o.failed == 0) for o in outcomes)
    return by_sql


@pytest.mark.parametrize(("contract", "table"), TABLES)
def test_every_contract_counts_alike(contract: Contract, table: Table) -> None:
    by_sql = assert_counts_equal(contract, table, ROWS, seed=0)
    # A rule over four columns at once may find nothing in rows made at random.
    simple = [expectation.rule for expectation in table.expectations if len(expectation.reads()) < 4]
    assert all(by_sql[rule] for rule in simple), "rows that break no rule prove nothing about it"


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_counts_alike(seed: int) -> None:
    by_sql = assert_counts_equal(EVERY_KIND, EVERY_KIND.tables[0], 2_000, seed)
    assert {rule for rule, failed in by_sql.items() if not failed} == {"not_after_itself"}


@pytest.mark.parametrize(("contract", "table"), TABLES)
@pytest.mark.parametrize("count", [0, 1])
def test_small_tables_count_alike(contract: Contract, table: Table, count: int) -> None:
    assert_counts_equal(contract, table, count, seed=0)
