"""Domestic abuse notifications: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "notification_ref": "D900001",
    "police_person_ref": "P900001",
    "forename": "Testina",
    "surname": "Example",
    "date_of_birth": "2006-03-14",
    "sex": "f",
    "home_postcode": "zz99 3wz",
    "incident_at": "2020-01-31T21:30:00",
    "risk_grade": "Medium",
    "la": SOUTHAMPTON,
    "sent_to_mash_at": "2020-02-01 09:00",
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "notification_ref_given": Case({"notification_ref": None}),
    "police_person_ref_given": Case({"police_person_ref": " "}),
    "child_stands_once_in_a_notification": Case({}, beside={"risk_grade": "high"}),
    "forename_given": Case({"forename": None}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": "#N/A"}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2006"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "home_postcode_is_a_postcode": Case({"home_postcode": "not known"}),
    "police_person_ref_has_one_date_of_birth": Case(
        {}, beside={"notification_ref": "D900002", "date_of_birth": "2006-03-15"}
    ),
    "incident_at_given": Case({"incident_at": None}),
    "incident_at_is_a_time": Case({"incident_at": "31/01/2020 21:30"}),
    "incident_by_the_end_of_the_quarter": Case({"incident_at": "2020-04-01T00:00:00", "sent_to_mash_at": None}),
    "incident_in_the_year": Case({"incident_at": "2019-03-31T23:59:59"}),
    "incident_not_long_before_birth": Case({"date_of_birth": "2020-11-07"}),
    "a_child_at_the_incident": Case({"date_of_birth": "2002-01-31"}),
    "risk_grade_given": Case({"risk_grade": None}),
    "risk_grade_in_code_set": Case({"risk_grade": "severe"}),
    "la_given": Case({"la": None}),
    "la_is_a_gss_code": Case({"la": "Southampton"}, also=frozenset({"la_is_the_delivery_area"})),
    "la_is_the_delivery_area": Case({"la": "E06000044"}),
    "sent_to_mash_at_is_a_time": Case({"sent_to_mash_at": "next morning"}),
    "sent_not_before_incident": Case({"sent_to_mash_at": "2020-01-31T21:29:59"}),
    "sent_by_the_end_of_the_quarter": Case({"sent_to_mash_at": "2020-04-01T00:00"}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("domestic_abuse_notifications", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["domestic_abuse_notifications"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    brother = {**GOOD, "police_person_ref": "P900002", "forename": "Testin"}
    not_sent = {**GOOD, "notification_ref": "D900002", "risk_grade": "standard", "sent_to_mash_at": None}
    assert broken("domestic_abuse_notifications", None, [GOOD, brother, not_sent], Case({})) == [[], [], []]


def test_a_child_not_yet_born_has_the_day_it_is_expected() -> None:
    unborn: Row = {**GOOD, "forename": "Unborn", "date_of_birth": "2020-11-06", "sex": "U"}
    assert broken("domestic_abuse_notifications", None, [unborn], Case({})) == [[]]
