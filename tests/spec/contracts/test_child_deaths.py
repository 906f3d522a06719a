"""Child deaths notified: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "notification_ref": "N900001",
    "died_on": "2020-01-15",
    "age_band": "10-14 Years",
    "expected": "N",
    "review_status": "Open",
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "notification_ref_given": Case({"notification_ref": None}),
    "notification_ref_names_one_death": Case({}, beside={"review_status": "closed"}),
    "died_on_given": Case({"died_on": None}),
    "died_on_is_a_date": Case({"died_on": "15/01/2020"}),
    "died_by_the_end_of_the_quarter": Case({"died_on": "2020-04-01"}),
    "died_in_the_year": Case({"died_on": "2019-03-31"}),
    "age_band_given": Case({"age_band": None}),
    "age_band_in_code_set": Case({"age_band": "12"}),
    "expected_is_yes_or_no": Case({"expected": "partly"}),
    "review_status_given": Case({"review_status": None}),
    "review_status_in_code_set": Case({"review_status": "panel in May"}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("child_deaths", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["child_deaths"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    another = {
        **GOOD,
        "notification_ref": "N900002",
        "age_band": "0-27 days",
        "expected": None,
        "review_status": "closed",
    }
    assert broken("child_deaths", None, [GOOD, another], Case({})) == [[], []]


def test_nothing_in_it_is_of_a_person_known_elsewhere() -> None:
    table = CONTRACTS["child_deaths"].tables[0]
    assert [column.name for column in table.columns] == list(GOOD)
    identifiers = [column.name for column in table.columns if column.sensitivity == "identifier"]
    assert identifiers == ["notification_ref"]
