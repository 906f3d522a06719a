"""Children taken into police protection: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "occurrence_ref": "44200000101",
    "police_person_ref": "P900001",
    "forename": "Testina",
    "surname": "Example",
    "date_of_birth": "2006-03-14",
    "sex": "f",
    "home_postcode": "zz99 3wz",
    "taken_at": "2020-01-31T21:30:00",
    "released_at": "2020-02-01 07:15",
    "family_ref": "F900001",
    "reason": "made up",
    "la": SOUTHAMPTON,
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "occurrence_ref_given": Case({"occurrence_ref": "  "}),
    "police_person_ref_given": Case({"police_person_ref": None}),
    "child_stands_once_in_an_occurrence": Case({}, beside={"reason": "made up otherwise"}),
    "forename_given": Case({"forename": None}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": "#N/A"}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2006"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "home_postcode_is_a_postcode": Case({"home_postcode": "not known"}),
    "police_person_ref_has_one_date_of_birth": Case(
        {},
        beside={
            "occurrence_ref": "44200000102",
            "date_of_birth": "2006-03-15",
            "taken_at": "2020-01-30T21:30",
            "released_at": "2020-01-30T22:30",
        },
    ),
    "taken_at_given": Case({"taken_at": None}),
    "taken_at_is_a_time": Case({"taken_at": "31/01/2020 21:30"}),
    "taken_by_the_end_of_the_quarter": Case({"taken_at": "2020-04-01T00:00:00", "released_at": None}),
    "taken_in_the_year": Case({"taken_at": "2019-03-31T23:59:59", "released_at": "2019-04-01T07:15"}),
    "taken_not_before_birth": Case({"date_of_birth": "2020-02-14"}),
    "a_child_when_taken": Case({"date_of_birth": "2002-01-31"}),
    "released_at_is_a_time": Case({"released_at": "next morning"}),
    "released_not_before_taken": Case({"released_at": "2020-01-31T21:29:59"}),
    "released_by_the_end_of_the_quarter": Case({"taken_at": "2020-03-31T21:30", "released_at": "2020-04-01T07:15"}),
    "protection_within_72_hours": Case({"released_at": "2020-02-03T21:30:01"}),
    "uses_do_not_overlap": Case({}, beside={"occurrence_ref": "44200000102", "taken_at": "2020-02-01T07:14"}),
    "la_given": Case({"la": None}),
    "la_is_a_gss_code": Case({"la": "Southampton"}, also=frozenset({"la_is_the_delivery_area"})),
    "la_is_the_delivery_area": Case({"la": "E06000044"}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("police_protection", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["police_protection"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    brother = {**GOOD, "police_person_ref": "P900002", "forename": "Testin"}
    again = {**GOOD, "occurrence_ref": "44200000102", "taken_at": "2020-02-01T07:15", "released_at": "2020-02-01T09:00"}
    assert broken("police_protection", None, [GOOD, brother, again], Case({})) == [[], [], []]


@pytest.mark.parametrize(
    ("born", "taken", "child"),
    [
        ("2002-02-01", "2020-01-31T23:59:59", True),
        ("2002-01-31", "2020-01-31T00:00:00", False),  # the 18th birthday is no day of childhood
        ("2004-02-29", "2022-02-28T12:00:00", True),  # in other years that birthday falls on 1 March
        ("2004-02-29", "2022-03-01T00:00:00", False),
    ],
)
def test_whoever_is_18_on_the_day_is_no_child(born: str, taken: str, *, child: bool) -> None:
    row = {**GOOD, "date_of_birth": born, "taken_at": taken, "released_at": taken}
    [rules] = broken("police_protection", None, [row], Case({}, quarter="2021-22 Q4"))
    assert ("a_child_when_taken" not in rules) == child


@pytest.mark.parametrize(("taken", "known"), [("2020-03-29T00:00", True), ("2020-03-28T23:59", False)])
def test_protection_that_lasts_at_the_quarters_end_has_lasted_no_longer_than_it_may(taken: str, *, known: bool) -> None:
    [rules] = broken("police_protection", None, [{**GOOD, "taken_at": taken, "released_at": None}], Case({}))
    assert rules == ([] if known else ["protection_within_72_hours"])
