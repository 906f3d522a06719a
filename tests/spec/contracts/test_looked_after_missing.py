"""Looked-after children missing or away: a row that is right, and the smallest change that breaks each rule.

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
    "missing_from": "2020-01-31T21:30:00",
    "returned_at": "2020-02-01 07:15",
    "category": "m",
    "return_interview_offered": "Y",
    "return_interview_accepted": "N",
}
STILL_MISSING: Row = {"returned_at": None, "return_interview_offered": None, "return_interview_accepted": None}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "la_child_id_given": Case({"la_child_id": None}),
    "episode_stands_once": Case({}, beside={"category": "A"}),
    "missing_from_given": Case({"missing_from": None}),
    "missing_from_is_a_time": Case({"missing_from": "31/01/2020 21:30"}),
    "missing_by_the_end_of_the_quarter": Case({**STILL_MISSING, "missing_from": "2020-04-01T00:00:00"}),
    "returned_at_is_a_time": Case({"returned_at": "next morning"}),
    "returned_not_before_missing": Case({"returned_at": "2020-01-31T21:29:59"}),
    "returned_by_the_end_of_the_quarter": Case({"returned_at": "2020-04-01T00:00"}),
    "not_away_for_a_year": Case({**STILL_MISSING, "missing_from": "2019-03-30T21:30"}),
    "episodes_do_not_overlap": Case({}, beside={"missing_from": "2020-02-01T07:14"}),
    "category_given": Case({"category": None}),
    "category_in_code_set": Case({"category": "Missing"}),
    "offered_is_yes_or_no": Case({"return_interview_offered": "refused", "return_interview_accepted": None}),
    "accepted_is_yes_or_no": Case({"return_interview_accepted": "perhaps"}),
    "offered_once_returned": Case({"return_interview_offered": None}),
    "accepted_only_what_was_offered": Case({"return_interview_offered": "N", "return_interview_accepted": "Y"}),
}


def test_rows_that_are_right_break_nothing() -> None:
    later = {**GOOD, "missing_from": "2020-02-01T07:15", **STILL_MISSING}
    another = {**GOOD, "la_child_id": "C900002"}
    assert broken("looked_after_missing", None, [GOOD, later, another], Case({})) == [[], [], []]


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("looked_after_missing", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["looked_after_missing"].tables[0].expectations] == list(CASES)


def test_an_episode_that_goes_on_overlaps_all_that_follow() -> None:
    rows = [{**GOOD, **STILL_MISSING}, {**GOOD, "missing_from": "2020-03-01T10:00", "returned_at": "2020-03-02T10:00"}]
    assert broken("looked_after_missing", None, rows, Case({})) == [[], ["episodes_do_not_overlap"]]


def test_the_template_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = tmp_path / "missing.csv"
    assert main(["template", "looked_after_missing", "--out", str(filled)]) == 0
    place = ["--area", SOUTHAMPTON, "--quarter", "2019-20-Q4"]
    capsys.readouterr()
    assert main(["check", str(filled), *place]) == 0, "a file without an episode says that there was none"
    row = ",".join(value or "" for value in GOOD.values())
    filled.write_text(filled.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert main(["check", str(filled), *place]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in shown] == [
        "looked_after_missing: accepted: 0 rows read, 0 accepted, 0 quarantined",
        "looked_after_missing: accepted: 1 rows read, 1 accepted, 0 quarantined",
    ]
