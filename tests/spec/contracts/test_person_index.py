"""The index of the council's children: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import main
from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "la_child_id": "C900001",
    "upn": "a950000178301",
    "nhs_number": "9990000018",
    "forename": "Testina",
    "surname": "Example",
    "former_surname": None,
    "date_of_birth": "2006-03-14",
    "sex": "f",
    "ethnicity": "wbri",
    "postcode": "zz99 3wz",
    "lsoa11_code": "E01017241",
    "on_roll_urn": "100001",
    "sibling_group_id": "F9001",
}
ANOTHER: Row = {"la_child_id": "C900002", "upn": None, "nhs_number": None}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "la_child_id_given": Case({"la_child_id": " "}),
    "la_child_id_names_one_child": Case({}, beside={**ANOTHER, "la_child_id": "C900001"}),
    "upn_is_valid": Case({"upn": "A801200005001"}),
    "upn_names_one_child": Case({}, beside={**ANOTHER, "upn": "A950000178301"}),
    "nhs_number_is_valid": Case({"nhs_number": "9434765918"}),
    "nhs_number_names_one_child": Case({}, beside={**ANOTHER, "nhs_number": "9990000018"}),
    "forename_given": Case({"forename": None}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": "#N/A"}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2006"}),
    "date_of_birth_not_far_ahead": Case({"date_of_birth": "2021-01-06"}),
    "age_plausible": Case({"date_of_birth": "1994-03-31"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "ethnicity_in_code_set": Case({"ethnicity": "White British"}),
    "postcode_is_a_postcode": Case({"postcode": "not known"}),
    "lsoa11_code_is_a_small_area": Case({"lsoa11_code": "E02003555"}),
    "on_roll_urn_is_a_school": Case({"on_roll_urn": "852/4001"}),
}


def test_a_row_that_is_right_breaks_nothing() -> None:
    assert broken("person_index", None, [GOOD, {**GOOD, **ANOTHER}], Case({})) == [[], []]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("person_index", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["person_index"].tables[0].expectations] == list(CASES)


@pytest.mark.parametrize(
    ("column", "number", "valid"),
    [
        ("upn", "B801200005001", True),
        ("upn", "A801200005001", False),
        ("upn", "P207000016049", True),
        ("upn", "Q207000016049", False),  # as a page on the check letter has it, by a slip of arithmetic
        ("upn", "P85212341901A", True),  # a temporary one: its last letter counts from A as 0
        ("upn", "P85212341901B", False),
        ("upn", "S801200005001", False),  # no number has the letters I, O and S
        ("upn", "B80120000500", False),
        ("nhs_number", "9434765919", True),
        ("nhs_number", "9000000009", True),
        ("nhs_number", "1234567890", False),
        ("nhs_number", "9990000000", False),  # eleven less the remainder is ten: no last digit can stand for that
        ("nhs_number", "943 476 5919", False),
    ],
)
def test_check_digits(column: str, number: str, *, valid: bool) -> None:
    [rules] = broken("person_index", None, [{**GOOD, column: number}], Case({}))
    assert rules == ([] if valid else [f"{column}_is_valid"])


def test_a_child_not_yet_born_has_the_day_it_is_expected() -> None:
    unborn: Row = {**GOOD, **ANOTHER, "forename": "Unborn", "date_of_birth": "2020-08-01", "sex": "U"}
    assert broken("person_index", None, [unborn], Case({})) == [[]]


def test_the_template_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = tmp_path / "index.csv"
    assert main(["template", "person_index", "--out", str(filled)]) == 0
    row = ",".join(value or "" for value in GOOD.values())
    filled.write_text(filled.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(filled), "--area", SOUTHAMPTON, "--quarter", "2019-20-Q4"]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines() == ["index.csv: person_index: accepted: 1 rows read, 1 accepted, 0 quarantined"]
