"""Health assessments of looked-after children: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "nhs_number": "9990000018",
    "la_child_id": "C900001",
    "assessment_type": "iha",
    "due_on": "2020-02-14",
    "completed_on": "2020-02-10",
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "child_given": Case({"nhs_number": None, "la_child_id": " "}),
    "nhs_number_is_valid": Case({"nhs_number": "9990000081"}),
    "nhs_number_names_one_child": Case({}, beside={"la_child_id": "C900002"}),
    "assessment_type_given": Case({"assessment_type": None}),
    "assessment_type_in_code_set": Case({"assessment_type": "dental"}),
    "assessment_stands_once": Case({}, beside={"completed_on": None}),
    "due_on_given": Case({"due_on": None}),
    "due_on_is_a_date": Case({"due_on": "14/02/2020"}),
    "due_or_completed": Case({"due_on": None, "completed_on": None}, also=frozenset({"due_on_given"})),
    "due_within_a_year_ahead": Case({"due_on": "2021-04-01", "completed_on": None}),
    "due_or_completed_in_the_year": Case({"due_on": "2019-03-31", "completed_on": "2019-03-30"}),
    "completed_on_is_a_date": Case({"completed_on": "done"}),
    "completed_by_the_end_of_the_quarter": Case({"completed_on": "2020-04-01"}),
    "completed_within_a_year_of_due": Case({"completed_on": "2019-02-13"}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("looked_after_health", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["looked_after_health"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    ahead = {**GOOD, "assessment_type": "RHA", "due_on": "2021-02-14", "completed_on": None}
    by_number = {**GOOD, "la_child_id": None}
    another = {**GOOD, "la_child_id": "C900002", "nhs_number": None}
    assert broken("looked_after_health", None, [GOOD, ahead, by_number, another], Case({})) == [[], [], [], []]


def test_a_child_is_known_by_its_number_where_the_council_has_no_identifier_of_it() -> None:
    by_number = {**GOOD, "la_child_id": None}
    rows = [by_number, {**by_number, "completed_on": "2020-02-11"}]
    assert broken("looked_after_health", None, rows, Case({})) == [["assessment_stands_once"]] * 2
