"""Child protection information sharing: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "nhs_number": "9990000018",
    "plan_type": "cpp",
    "plan_start": "2020-01-15",
    "plan_end": "2020-03-20",
    "responsible_la": SOUTHAMPTON,
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "nhs_number_given": Case({"nhs_number": None}),
    "nhs_number_is_valid": Case({"nhs_number": "9990000081"}),
    "plan_type_given": Case({"plan_type": None}),
    "plan_type_in_code_set": Case({"plan_type": "CIN"}),
    "plan_start_given": Case({"plan_start": None}),
    "plan_start_is_a_date": Case({"plan_start": "15/01/2020"}),
    "record_stands_once": Case({}, beside={"plan_end": None}),
    "started_by_the_end_of_the_quarter": Case({"plan_start": "2020-04-01", "plan_end": None}),
    "plan_end_is_a_date": Case({"plan_end": "open"}),
    "ended_not_before_start": Case({"plan_end": "2020-01-14"}),
    "ended_by_the_end_of_the_quarter": Case({"plan_end": "2020-04-01"}),
    "records_do_not_overlap": Case({}, beside={"plan_start": "2020-03-19"}),
    "lasts_no_longer_than_childhood": Case({"plan_type": "UCPP", "plan_start": "2019-06-13"}),
    "responsible_la_given": Case({"responsible_la": None}),
    "responsible_la_is_a_gss_code": Case(
        {"responsible_la": "Southampton"}, also=frozenset({"responsible_la_is_the_delivery_area"})
    ),
    "responsible_la_is_the_delivery_area": Case({"responsible_la": "E06000044"}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("cp_is", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["cp_is"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    again = {**GOOD, "plan_start": "2020-03-20", "plan_end": None}
    looked_after = {**GOOD, "plan_type": "LAC", "plan_start": "2003-01-01", "plan_end": None}
    another = {**GOOD, "nhs_number": "9434765919", "plan_type": "UCPP", "plan_start": "2019-06-14"}
    assert broken("cp_is", None, [GOOD, again, looked_after, another], Case({})) == [[], [], [], []]
