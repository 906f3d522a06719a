"""A text stands beside its typed value only where a rule reads what it says; else whether there is one, or nothing."""

from __future__ import annotations

import re

import pytest

from expectations.contract import Contract, ContractRegistry, Table
from expectations.ddl import staged_columns
from expectations.expectation import Matches, text_of

CONTRACTS = ContractRegistry.load()
FLAT = [(contract, table) for contract, table in CONTRACTS.tables() if contract.shape == "flat"]


def _called(given: tuple[Contract, Table]) -> str:
    return f"{given[0].extract}.{given[1].name}"


@pytest.mark.parametrize("given", FLAT, ids=_called)
def test_what_a_pattern_is_put_to_is_kept_as_text(given: tuple[Contract, Table]) -> None:
    contract, table = given
    columns = staged_columns(contract, table)
    for rule in table.expectations:
        if isinstance(rule, Matches):
            assert columns[text_of(rule.column)] == "VARCHAR"


@pytest.mark.parametrize("given", FLAT, ids=_called)
def test_no_rule_says_more_of_a_text_than_whether_it_is_there_unless_it_is_kept(given: tuple[Contract, Table]) -> None:
    contract, table = given
    columns = staged_columns(contract, table)
    for sql in [rule.failing() for rule in table.expectations] + [made.sql for made in table.derived]:
        asked = re.sub(r'"?(\w+__text)"?\s+IS\s+(NOT\s+)?NULL\b', "", sql)
        for name in re.findall(r"\w+__text\b", asked):
            assert columns.get(name, "VARCHAR") == "VARCHAR", f"{name} in {sql}"
        for name in re.findall(r"\b(?<![.\w])\w+__text\b", sql):
            assert name in columns


def test_both_ways_are_in_use() -> None:
    kinds = {
        kind
        for contract, table in FLAT
        for name, kind in staged_columns(contract, table).items()
        if name.endswith(text_of(""))
    }
    assert kinds == {"VARCHAR", "BOOLEAN"}
