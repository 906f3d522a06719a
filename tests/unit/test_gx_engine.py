"""Great Expectations over a DuckDB connection that is the caller's: it works, and leaves it as it was."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.contract import Contract, ContractRegistry, Table
from expectations.outcomes import RuleOutcome
from expectations.suites import suite_for, validate
from tests.staged_rows import faulty_rows, stage

CONTRACT = ContractRegistry.load()["missing_episodes"]
TABLE = CONTRACT.table("missing_episodes")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        yield connection


def outcomes_of(connection: duckdb.DuckDBPyConnection, staged: str, table: Table = TABLE) -> dict[str, RuleOutcome]:
    return {outcome.rule: outcome for outcome in validate(connection, staged, table)}


def with_rule(**rule: object) -> Table:
    """The contract's table with one more rule."""
    declared = CONTRACT.model_dump()
    declared["tables"][0]["expectations"] += ({"severity": "critical", "says": "So.", "remedy": "Mend it.", **rule},)
    return Contract.model_validate(declared).tables[0]


def test_a_suite_carries_what_the_contract_says() -> None:
    suite = suite_for(CONTRACT, TABLE)
    assert suite.name == "missing_episodes.missing_episodes"
    assert [e.meta["rule"] for e in suite.expectations] == [e.rule for e in TABLE.expectations]
    for native, declared in zip(suite.expectations, TABLE.expectations, strict=True):
        assert native.severity == declared.severity
        assert native.meta == {
            "rule": declared.rule,
            "says": declared.says,
            "remedy": declared.remedy,
            "gate": declared.gate,
        }


def test_the_connection_stays_open(connection: duckdb.DuckDBPyConnection) -> None:
    staged = stage(connection, TABLE, faulty_rows(TABLE, 50))
    first = outcomes_of(connection, staged)
    gc.collect()
    assert connection.execute("SELECT 42").fetchone() == (42,)
    assert outcomes_of(connection, staged) == first


def test_a_transaction_stays_the_callers(connection: duckdb.DuckDBPyConnection) -> None:
    connection.begin()
    staged = stage(connection, TABLE, faulty_rows(TABLE, 50))
    assert outcomes_of(connection, staged)["sex_in_code_set"].evaluated == 50
    gc.collect()
    connection.rollback()
    with pytest.raises(duckdb.CatalogException):
        connection.execute(f"SELECT * FROM {staged}")


def test_regular_expressions_are_duckdbs(connection: duckdb.DuckDBPyConnection) -> None:
    texts = ["E06000045", "e06000045", "E0600004", "XE06000045", None]
    staged = stage(connection, TABLE, [{"la_of_residence": text} for text in texts])
    assert outcomes_of(connection, staged)["la_of_residence_is_a_gss_code"].failed == 3


def test_a_missing_column_is_not_a_failure(connection: duckdb.DuckDBPyConnection) -> None:
    staged = stage(connection, TABLE, faulty_rows(TABLE, 50))
    before = outcomes_of(connection, staged)
    connection.execute(f"ALTER TABLE {staged} DROP COLUMN sex")
    connection.execute(f"ALTER TABLE {staged} DROP COLUMN quarter_end")
    after = outcomes_of(connection, staged)
    lost = {
        "sex_in_code_set": "the staged table has no column sex",
        "reported_by_the_end_of_the_quarter": "the staged table has no column quarter_end",
    }
    assert {rule: o.could_not_evaluate for rule, o in after.items() if o.could_not_evaluate} == lost
    assert all(after[rule].failed == 0 and not after[rule].success for rule in lost)
    assert {rule: o for rule, o in after.items() if rule not in lost} == {
        rule: o for rule, o in before.items() if rule not in lost
    }


def test_a_missing_table_is_not_a_failure(connection: duckdb.DuckDBPyConnection) -> None:
    assert {o.could_not_evaluate for o in outcomes_of(connection, "staging.nothing").values()} == {
        "there is no staged table"
    }


CASTS_A_NAME = {
    "rule": "cast",
    "kind": "holds",
    "condition": "forename::INTEGER > 0",
    "found": "x",
    "uses": ["forename"],
}


def test_an_error_says_its_kind_and_no_value(
    connection: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    table = with_rule(**CASTS_A_NAME)
    staged = stage(connection, table, [{"forename": "Canary-Forename"}])
    with caplog.at_level(logging.DEBUG):
        outcomes = {o.rule: o for o in validate(connection, staged, table)}
    assert outcomes["cast"].could_not_evaluate == "the rule could not be put to the staged table (Conversion)"
    assert outcomes["cast"].failed == 0
    assert outcomes["occurrence_ref_given"].failed == 1
    printed = capfd.readouterr()
    assert "Canary" not in repr(outcomes) + caplog.text + printed.out + printed.err


def test_an_error_inside_a_transaction_is_not_taken_for_rows_that_hold(connection: duckdb.DuckDBPyConnection) -> None:
    table = with_rule(**CASTS_A_NAME)
    connection.begin()
    staged = stage(connection, table, [{"forename": "Canary-Forename"}])
    outcomes = validate(connection, staged, table)
    assert len(outcomes) == len(table.expectations)
    for outcome in outcomes:
        evaluated = outcome.could_not_evaluate is None
        assert evaluated == (outcome.evaluated == 1)
        assert evaluated or not outcome.success
    assert outcomes[-1].could_not_evaluate


def test_no_row_is_ever_asked_for(connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    from expectations import gx_engine

    told: list[list[tuple[object, ...]]] = []
    execute = gx_engine.DuckDBExecutionEngine.execute_query

    def listening(self: gx_engine.DuckDBExecutionEngine, query: Any) -> object:
        told.append([tuple(row) for row in execute(self, query).fetchall()])
        return execute(self, query)

    monkeypatch.setattr(gx_engine.DuckDBExecutionEngine, "execute_query", listening)
    outcomes_of(connection, stage(connection, TABLE, faulty_rows(TABLE, 50)))
    assert told
    for rows in told:
        assert len(rows) == 1
        assert all(isinstance(count, int | Decimal) for count in rows[0])


def test_importing_the_rules_does_not_import_great_expectations() -> None:
    modules = "expectations.suites, expectations.outcomes, expectations.data_docs"
    program = f"import {modules}, sys; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_nothing_uses_is_loaded_when_somebody_does() -> None:
    program = """
import sys
import expectations.gx_engine
from expectations.gx_light import PUT_OFF
heavy = ("scipy.stats._stats_py", "altair.vegalite")
assert not [name for name in heavy if name in sys.modules]
assert set(PUT_OFF) <= set(sys.modules)
from scipy import stats
import altair
assert round(stats.norm.cdf(0), 9) == 0.5
assert altair.Chart
assert [name for name in heavy if name in sys.modules] == list(heavy)
"""
    finished = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


def test_great_expectations_reaches_for_no_network() -> None:
    program = """
import socket
def refuse(*_, **__):
    raise SystemExit("it reached for the network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
import duckdb
from expectations.contract import ContractRegistry
from expectations.suites import validate
from tests.staged_rows import faulty_rows, stage
contract = ContractRegistry.load()["missing_episodes"]
table = contract.tables[0]
connection = duckdb.connect()
outcomes = validate(connection, stage(connection, table, faulty_rows(table, 20)), table)
assert all(outcome.could_not_evaluate is None for outcome in outcomes)
"""
    finished = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
