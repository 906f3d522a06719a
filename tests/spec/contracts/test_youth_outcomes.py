"""Youth justice outcomes: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "outcome_ref": "Y900001",
    "police_person_ref": "P900001",
    "forename": "Testina",
    "surname": "Example",
    "date_of_birth": "2006-03-14",
    "sex": "f",
    "home_postcode": "zz99 3wz",
    "offence_date": "2020-01-10",
    "outcome_date": "2020-02-14",
    "outcome_type": "Youth Caution",
    "la_of_residence": SOUTHAMPTON,
    "first_outcome": "Y",
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "outcome_ref_given": Case({"outcome_ref": None}),
    "outcome_ref_names_one_outcome": Case({}, beside={"police_person_ref": "P900002"}),
    "police_person_ref_given": Case({"police_person_ref": " "}),
    "forename_given": Case({"forename": None}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": "#N/A"}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2006"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "home_postcode_is_a_postcode": Case({"home_postcode": "not known"}),
    "police_person_ref_has_one_date_of_birth": Case(
        {}, beside={"outcome_ref": "Y900002", "date_of_birth": "2006-03-15"}
    ),
    "offence_date_given": Case({"offence_date": None}),
    "offence_date_is_a_date": Case({"offence_date": "10/01/2020"}),
    "offence_not_before_birth": Case({"date_of_birth": "2020-02-01"}, also=frozenset({"age_at_offence_10_to_17"})),
    "age_at_offence_10_to_17": Case({"date_of_birth": "2002-01-10"}),
    "outcome_date_given": Case({"outcome_date": None}),
    "outcome_date_is_a_date": Case({"outcome_date": "soon"}),
    "outcome_by_the_end_of_the_quarter": Case({"outcome_date": "2020-04-01"}),
    "outcome_in_the_year": Case({"offence_date": "2019-03-01", "outcome_date": "2019-03-31"}),
    "outcome_not_before_offence": Case({"outcome_date": "2020-01-09"}),
    "outcome_not_before_birth": Case(
        {"date_of_birth": "2020-02-15", "offence_date": None}, also=frozenset({"offence_date_given"})
    ),
    "outcome_type_given": Case({"outcome_type": None}),
    "outcome_type_in_code_set": Case({"outcome_type": "community resolution"}),
    "first_outcome_is_yes_or_no": Case({"first_outcome": "perhaps"}),
    "first_outcome_has_none_before_it": Case({}, beside={"outcome_ref": "Y900002", "outcome_date": "2020-02-15"}),
    "la_of_residence_given": Case({"la_of_residence": None}),
    "la_of_residence_is_a_gss_code": Case(
        {"la_of_residence": "Southampton"}, also=frozenset({"la_of_residence_is_the_delivery_area"})
    ),
    "la_of_residence_is_the_delivery_area": Case({"la_of_residence": "E06000044"}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("youth_outcomes", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["youth_outcomes"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    later = {**GOOD, "outcome_ref": "Y900002", "outcome_date": "2020-03-31", "first_outcome": "N"}
    not_known = {**later, "outcome_ref": "Y900003", "outcome_type": "conviction", "first_outcome": None}
    same_day = {**GOOD, "outcome_ref": "Y900004", "outcome_type": "youth conditional caution"}
    rows = [GOOD, later, not_known, same_day]
    assert broken("youth_outcomes", None, rows, Case({})) == [[], [], [], []]


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2010-01-10", True), ("2010-01-11", False), ("2002-01-11", True), ("2002-01-10", False)],
)
def test_the_age_is_that_at_the_offence(born: str, *, expected: bool) -> None:
    [rules] = broken("youth_outcomes", None, [{**GOOD, "date_of_birth": born}], Case({}))
    assert rules == ([] if expected else ["age_at_offence_10_to_17"])
