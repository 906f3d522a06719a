"""Elective home education: a period that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import main
from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

EXTRACT = "elective_home_education"
GOOD: Row = {
    "education_child_ref": "ED900001",
    "upn": "a950000178301",
    "forename": "Testina",
    "surname": "Example",
    "date_of_birth": "2009-03-14",
    "sex": "f",
    "home_postcode": "zz99 3wz",
    "la_of_residence": SOUTHAMPTON,
    "started_on": "2019-09-04",
    "ended_on": "2020-01-31",
    "reason": "Lifestyle",
    "reason_ended": "returned_to_school",
    "last_contact_on": "2019-12-12",
    "suitability": "suitable",
    "suitability_assessed_on": "2019-12-12",
    "sen_provision": "N",
    "previous_urn": "100001",
}
GOES_ON: Row = {"ended_on": None, "reason_ended": None}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "education_child_ref_given": Case({"education_child_ref": None}),
    "period_stands_once": Case({"ended_on": "2019-09-04"}, beside={"reason": "religious"}),
    "upn_is_valid": Case({"upn": "A801200005001"}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": None}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2009"}),
    "age_plausible": Case({"date_of_birth": "2016-04-01"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "home_postcode_is_a_postcode": Case({"home_postcode": "not known"}),
    "la_of_residence_is_a_gss_code": Case(
        {"la_of_residence": "Southampton"}, also=frozenset({"la_of_residence_is_the_delivery_area"})
    ),
    "la_of_residence_is_the_delivery_area": Case({"la_of_residence": "E06000044"}),
    "started_on_given": Case({"started_on": None}),
    "started_on_is_a_date": Case({"started_on": "04/09/2019"}),
    "started_by_the_reporting_date": Case({**GOES_ON, "started_on": "2020-04-01"}),
    "started_not_before_birth": Case({"started_on": "2009-03-13"}),
    "ended_on_is_a_date": Case({"ended_on": "in January"}),
    "ended_not_before_started": Case({"ended_on": "2019-09-03"}),
    "ended_by_the_reporting_date": Case({"ended_on": "2020-04-01"}),
    "ended_in_the_year_to_date": Case({"started_on": "2018-09-04", "ended_on": "2019-03-31"}),
    "periods_do_not_overlap": Case({}, beside={"started_on": "2020-01-30"}),
    "reason_given": Case({"reason": None}),
    "reason_in_code_set": Case({"reason": "prefers it"}),
    "reason_ended_in_code_set": Case({"reason_ended": "school"}),
    "reason_ended_only_of_what_ended": Case({"ended_on": None}),
    "last_contact_on_is_a_date": Case({"last_contact_on": "12/12/2019"}),
    "last_contact_by_the_reporting_date": Case({"last_contact_on": "2020-04-01"}),
    "contact_in_the_last_year": Case({**GOES_ON, "last_contact_on": "2019-03-30"}),
    "suitability_given": Case({"suitability": None}),
    "suitability_in_code_set": Case({"suitability": "good"}),
    "suitability_assessed_on_is_a_date": Case({"suitability_assessed_on": "12/12/2019"}),
    "suitability_assessed_by_the_reporting_date": Case({"suitability_assessed_on": "2020-04-01"}),
    "sen_provision_in_code_set": Case({"sen_provision": "P"}),
    "previous_urn_is_a_school": Case({"previous_urn": "852/4001"}),
}


def test_periods_that_follow_one_another_are_right() -> None:
    later = {**GOOD, **GOES_ON, "started_on": "2020-01-31"}
    another = {**GOOD, "education_child_ref": "ED900002"}
    assert broken(EXTRACT, None, [GOOD, later, another], Case({})) == [[], [], []]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken(EXTRACT, None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS[EXTRACT].tables[0].expectations] == list(CASES)


def test_the_template_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = tmp_path / "home.csv"
    assert main(["template", EXTRACT, "--out", str(filled)]) == 0
    place = ["--area", SOUTHAMPTON, "--quarter", "2019-20-Q4"]
    capsys.readouterr()
    assert main(["check", str(filled), *place]) == 0, "a file without a period says that there was none"
    row = ",".join(value or "" for value in GOOD.values())
    filled.write_text(filled.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert main(["check", str(filled), *place]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in shown] == [
        "elective_home_education: accepted: 0 rows read, 0 accepted, 0 quarantined",
        "elective_home_education: accepted: 1 rows read, 1 accepted, 0 quarantined",
    ]
