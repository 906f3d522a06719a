"""The list of schools: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import main
from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "native_id": "SCH901",
    "urn": "100001",
    "name": "An Example School",
    "phase": "Primary",
    "la": SOUTHAMPTON,
}
ANOTHER: Row = {"native_id": "SCH902", "urn": "100002", "phase": "all_through"}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "native_id_given": Case({"native_id": " "}),
    "native_id_names_one_school": Case({}, beside={**ANOTHER, "native_id": "SCH901"}),
    "urn_given": Case({"urn": None}),
    "urn_is_a_school": Case({"urn": "852/4001"}),
    "urn_names_one_school": Case({}, beside={**ANOTHER, "urn": "100001"}),
    "name_given": Case({"name": None}),
    "phase_given": Case({"phase": None}),
    "phase_in_code_set": Case({"phase": "infant"}),
    "la_is_a_gss_code": Case({"la": "Southampton"}, also=frozenset({"la_is_the_delivery_area"})),
    "la_is_the_delivery_area": Case({"la": "E06000044"}),
}


def test_rows_that_are_right_break_nothing() -> None:
    assert broken("schools", None, [GOOD, {**GOOD, **ANOTHER}], Case({})) == [[], []]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("schools", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["schools"].tables[0].expectations] == list(CASES)


@pytest.mark.parametrize("phase", ["primary", "secondary", "special", "pru", "nursery", "all_through"])
def test_six_phases_are_known(phase: str) -> None:
    assert broken("schools", None, [{**GOOD, "phase": phase}], Case({})) == [[]]


def test_the_template_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = tmp_path / "schools.csv"
    assert main(["template", "schools", "--out", str(filled)]) == 0
    row = ",".join(value or "" for value in GOOD.values())
    filled.write_text(filled.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(filled), "--area", SOUTHAMPTON, "--quarter", "2019-20-Q4"]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines() == ["schools.csv: schools: accepted: 1 rows read, 1 accepted, 0 quarantined"]
