"""Participation by month: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import main
from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "month_end": "2020-01-31",
    "young_person_id": "YP900001",
    "upn": "a950000178301",
    "forename": "Testina",
    "surname": "Example",
    "date_of_birth": "2003-03-14",
    "sex": "f",
    "home_postcode": "zz99 3wz",
    "academic_age": "16",
    "cohort_status": "p",
    "activity_code": "210",
    "activity_start": "2019-09-04",
    "lead_la": SOUTHAMPTON,
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "month_end_given": Case({"month_end": None}),
    "month_end_is_a_date": Case({"month_end": "Jan-20"}),
    "month_end_ends_a_month": Case({"month_end": "2020-02-28"}),
    "month_end_in_the_year_to_date": Case({"month_end": "2020-04-30"}),
    "young_person_id_given": Case({"young_person_id": " "}),
    "person_stands_once_a_month": Case({}, beside={"activity_code": "310"}),
    "upn_is_valid": Case({"upn": "A801200005001"}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": None}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2003"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "home_postcode_is_a_postcode": Case({"home_postcode": "no fixed abode"}),
    "academic_age_given": Case({"academic_age": None}),
    "academic_age_is_a_number": Case({"academic_age": "sixteen"}),
    "academic_age_plausible": Case({"academic_age": "14", "date_of_birth": "2005-03-14"}),
    "academic_age_agrees": Case({"academic_age": "17"}),
    "cohort_status_given": Case({"cohort_status": None}),
    "cohort_status_in_code_set": Case({"cohort_status": "Z"}),
    "activity_code_given": Case({"activity_code": None}),
    "activity_code_in_code_set": Case({"activity_code": "999"}),
    "activity_code_has_one_group": Case({"activity_code": "550"}),
    "activity_start_is_a_date": Case({"activity_start": "Sept 2019"}),
    "activity_start_by_the_month_end": Case({"activity_start": "2020-02-01"}),
    "activity_start_not_before_birth": Case({"activity_start": "2003-03-13"}),
    "lead_la_given": Case({"lead_la": None}),
    "lead_la_is_a_gss_code": Case({"lead_la": "852"}, also=frozenset({"lead_la_is_the_delivery_area"})),
    "lead_la_is_the_delivery_area": Case({"lead_la": "E06000044"}),
}


def test_a_person_stands_in_every_month_of_the_year_to_date() -> None:
    april = {**GOOD, "month_end": "2019-04-30", "activity_start": "2018-09-05", "academic_age": "15"}
    march = {**GOOD, "month_end": "2020-03-31"}
    assert broken("participation", None, [april, GOOD, march], Case({})) == [[], [], []]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("participation", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["participation"].tables[0].expectations] == list(CASES)


@pytest.mark.parametrize(
    ("born", "month_end", "quarter", "age"),
    [
        ("2003-08-31", "2019-08-31", "2019-20 Q2", "15"),  # the academic year that began on 1 September 2018
        ("2003-08-31", "2019-09-30", "2019-20 Q3", "16"),  # of age 16 on the very day
        ("2003-09-01", "2019-09-30", "2019-20 Q3", "15"),
        ("2003-09-01", "2020-03-31", "2019-20 Q4", "15"),
    ],
)
def test_academic_age_is_that_of_31_august(born: str, month_end: str, quarter: str, age: str) -> None:
    row = {**GOOD, "date_of_birth": born, "month_end": month_end, "academic_age": age, "activity_start": None}
    assert broken("participation", None, [row], Case({}, quarter=quarter)) == [[]]


def test_the_template_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = tmp_path / "participation.csv"
    assert main(["template", "participation", "--out", str(filled)]) == 0
    row = ",".join(value or "" for value in GOOD.values())
    filled.write_text(filled.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(filled), "--area", SOUTHAMPTON, "--quarter", "2019-20-Q4"]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines() == ["participation.csv: participation: accepted: 1 rows read, 1 accepted, 0 quarantined"]
