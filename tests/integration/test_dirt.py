"""Broken, misplaced and hostile files: each ends as it should, is named, and loses nothing."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.running import RunReport, run
from tests.homes import (
    ISLE_OF_WIGHT,
    JUNE,
    PORTSMOUTH,
    SOUTHAMPTON,
    changed_return,
    copy_home,
    example_file,
    land,
    new_home,
    private,
    rows,
)
from warehouse.home import Home

Scene = tuple[Home, RunReport]
POLICE_HEADER = example_file("police").read_bytes().split(b"\r\n")[0] + b"\r\n"


def bad_cells(workbook) -> None:
    workbook["Referrals"]["A2"] = "Number of new referals of Children In Need (CiN)"
    workbook["Section 47"]["C2"] = "see email"
    workbook["ICPC"]["D1"] = "Q5 2018-19"
    workbook["ICPC"]["E1"] = "Q4 2018-20"


def with_document_type(target: Path) -> Path:
    """The council's return with a document type declared in one part."""
    with zipfile.ZipFile(example_file("council")) as source, zipfile.ZipFile(target, "w") as copy:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "xl/workbook.xml":
                data = data.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook', 1)
            copy.writestr(part, data)
    return target


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Southampton delivered well in May; then all this arrived."""
    root = tmp_path_factory.mktemp("dirt")
    home = new_home(root / "home")
    council = example_file("council")
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/good.xlsx", council)
    run(home)
    land(home, f"council/{PORTSMOUTH}/2019-20-Q4/bad cells.xlsx", changed_return(root / "bad.xlsx", bad_cells), JUNE)
    land(home, "council/E06999999/2019-20-Q4/unknown area.xlsx", council, JUNE)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q5/unknown quarter.xlsx", council, JUNE)
    land(home, f"council/{SOUTHAMPTON}/2023-24-Q1/not begun.xlsx", council, JUNE)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/empty.csv", b"", JUNE)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/truncated.xlsx", council.read_bytes()[:6000], JUNE)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/encrypted.xlsx", b"\xd0\xcf\x11\xe0" + bytes(512), JUNE)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/entities.xlsx", with_document_type(root / "entities.xlsx"), JUNE)
    land(home, f"police/{SOUTHAMPTON}/2019-20-Q4/nul.csv", POLICE_HEADER + b"44,\0,\r\n", JUNE)
    land(home, f"police/{SOUTHAMPTON}/2019-20-Q3/open quote.csv", POLICE_HEADER + b'44,"P1\r\n' * 2, JUNE)
    land(home, f"police/{ISLE_OF_WIGHT}/2019-20-Q4/none this quarter.csv", POLICE_HEADER, JUNE)
    elsewhere = example_file("police").read_bytes().replace(b"E06000046", b"E06000045")
    land(home, f"police/{PORTSMOUTH}/2019-20-Q4/of another area.csv", elsewhere, JUNE)
    land(home, f"council/{ISLE_OF_WIGHT}/2019-20-Q4/from the police.csv", example_file("police"), JUNE)
    land(home, f"health/{SOUTHAMPTON}/2019-20-Q4/unknown.csv", b"alpha,beta\n1,2\n", JUNE)
    land(home, "stray.csv", b"alpha,beta\n1,2\n", JUNE)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/.hidden", b"x", JUNE)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/~$good.xlsx", b"x", JUNE)
    (home.landing / f"council/{SOUTHAMPTON}/2019-20-Q4/link.xlsx").symlink_to(council)
    os.mkfifo(home.landing / f"council/{SOUTHAMPTON}/2019-20-Q4/pipe.csv")
    return home, run(home)


STOPPED = {
    "unknown area.xlsx": ("area_known", "E06999999"),
    "unknown quarter.xlsx": ("quarter_known", "2019-20-Q5"),
    "not begun.xlsx": ("quarter_known", "has not begun"),
    "empty.csv": ("file_not_empty", "empty"),
    "truncated.xlsx": ("zip_opens", "workbook or zip file is cut off"),
    "encrypted.xlsx": ("file_is_open", "encrypted"),
    "entities.xlsx": ("no_document_type", "document type"),
    "nul.csv": ("file_is_text", "line 2"),
    "open quote.csv": ("rows_can_be_told_apart", "line 2"),
    "of another area.csv": ("areas_agree", SOUTHAMPTON),
    "from the police.csv": ("agency_sends_this_extract", "police"),
}
UNRECOGNISED = {
    "unknown.csv": "no extract has these headings",
    "stray.csv": "not in a place for deliveries",
    ".hidden": "never opened",
    "~$good.xlsx": "never opened",
    "link.xlsx": "never followed",
    "pipe.csv": "not a regular file",
}


@pytest.mark.parametrize(("name", "rule_and_words"), STOPPED.items())
def test_a_file_that_cannot_be_trusted_is_stopped_and_says_why(
    scene: Scene, name: str, rule_and_words: tuple[str, str]
) -> None:
    [receipt] = [receipt for receipt in scene[1].entered if receipt.file_name == name]
    rule, words = rule_and_words
    assert (receipt.outcome, receipt.rule) == ("stopped", rule)
    assert words in str(receipt.reason)
    assert receipt.rows_accepted == 0


@pytest.mark.parametrize(("name", "words"), UNRECOGNISED.items())
def test_what_is_no_delivery_is_listed_as_unrecognised(scene: Scene, name: str, words: str) -> None:
    [receipt] = [receipt for receipt in scene[1].entered if receipt.file_name == name]
    assert receipt.outcome == "unrecognised"
    assert words in str(receipt.reason)


def test_anything_stopped_or_unrecognised_gives_exit_code_2(scene: Scene) -> None:
    assert scene[1].exit_code == 2


def test_bad_cells_are_quarantined_at_their_address_and_the_rest_goes_on(scene: Scene) -> None:
    home = scene[0]
    found = private(
        home,
        "SELECT location, rules FROM ops.quarantine JOIN ops.receipt USING (receipt_id) "
        "WHERE file_name = 'bad cells.xlsx' ORDER BY row_number",
    )
    assert {location: rules for location, rules in found if not location.startswith("Referrals")} == {
        "ICPC!D2": ["period_known"],
        "ICPC!E2": ["period_known", "percent_sign_given"],
        "Section 47!C2": ["value_readable"],
    }
    assert [location for location, _ in found if location.startswith("Referrals")] == [
        f"Referrals!{column}2" for column in "BCDEFGHI"
    ]
    kept = rows(
        home, "SELECT count(*) FROM marts.indicator_values WHERE area_code = ? AND basis = 'return'", PORTSMOUTH
    )
    assert kept == [(70,)]


def test_what_was_set_aside_is_said_with_file_cell_rule_and_remedy(scene: Scene) -> None:
    [rows_of_label] = [rows for rows in scene[1].set_aside if rows.rule == "indicator_known"]
    assert (rows_of_label.file_name, rows_of_label.first_location) == ("bad cells.xlsx", "Referrals!B2")
    assert rows_of_label.remedy


def test_every_row_read_is_accepted_or_quarantined(scene: Scene) -> None:
    home = scene[0]
    assert rows(home, "SELECT count(*) FROM marts.deliveries WHERE rows_read <> rows_accepted + rows_quarantined") == [
        (0,)
    ]
    assert not private(
        home,
        "SELECT receipt_id FROM ops.receipt LEFT JOIN "
        "(SELECT receipt_id, count(*) AS rows FROM ops.quarantine GROUP BY receipt_id) USING (receipt_id) "
        "WHERE rows_quarantined <> coalesce(rows, 0)",
    )


def test_the_figures_in_force_stay_in_force(scene: Scene) -> None:
    assert rows(
        scene[0],
        "SELECT count(*), count(*) FILTER (status = 'value') FROM marts.indicator_values "
        "WHERE area_code = ? AND basis = 'return'",
        SOUTHAMPTON,
    ) == [(72, 71)]


def test_a_file_with_a_header_and_no_row_is_a_delivery_of_none(scene: Scene) -> None:
    assert private(
        scene[0], "SELECT outcome, rows_read FROM ops.receipt WHERE file_name = 'none this quarter.csv'"
    ) == [("accepted", 0)]


CHECKED: dict[str, tuple[Callable[[Path], Path], int, str]] = {
    "clean": (lambda folder: example_file("council"), 0, "accepted"),
    "bad cells": (lambda folder: changed_return(folder / "bad.xlsx", bad_cells), 0, "accepted_with_quarantine"),
    "truncated": (
        lambda folder: _written(folder / "t.xlsx", example_file("council").read_bytes()[:6000]), 2, "stopped"
    ),
    "unknown": (lambda folder: _written(folder / "u.csv", b"alpha,beta\n1,2\n"), 2, "unrecognised"),
    "damaged": (lambda folder: _written(folder / "n.csv", POLICE_HEADER + b"1,\0\r\n"), 2, "stopped"),
}  # fmt: skip


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", CHECKED)
def test_a_check_gives_the_verdict_of_a_run_and_writes_nothing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, code, outcome = CHECKED[name]
    path = make(tmp_path)
    home = tmp_path / "home"
    before = sorted(tmp_path.rglob("*"))
    assert main(["check", str(path), "--format", "json", "--home", str(home)]) == code
    assert sorted(tmp_path.rglob("*")) == before
    [verdict] = json.loads(capsys.readouterr().out)["files"]
    assert verdict["outcome"] == outcome
    assert set(verdict) == {
        "file", "sha256", "extract", "outcome", "rows_read", "rows_accepted", "rows_quarantined", "problems"
    }  # fmt: skip
    assert verdict["rows_read"] == verdict["rows_accepted"] + verdict["rows_quarantined"]
    for problem in verdict["problems"]:
        assert set(problem) == {"location", "rule", "severity", "kind", "remedy"}
        assert problem["remedy"]


def test_a_check_names_the_nearest_label(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = changed_return(tmp_path / "bad.xlsx", bad_cells)
    assert main(["check", str(path), "--home", str(tmp_path / "home")]) == 0
    shown = capsys.readouterr().out
    assert "Referrals!B2" in shown
    assert 'Did you mean "Number of new referrals of Children In Need (CiN)"' in shown


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "absent.csv")]) == 1
    assert "not a file" in capsys.readouterr().err


def test_a_check_can_be_sent_back_as_a_workbook(tmp_path: Path) -> None:
    out = tmp_path / "back.xlsx"
    assert main(["check", str(example_file("police")), "--format", "xlsx", "--out", str(out)]) == 0
    import openpyxl

    workbook = openpyxl.load_workbook(out)
    assert workbook.sheetnames == ["Files", "Problems"]
    assert workbook["Problems"].max_row > 1


def test_a_check_refuses_an_area_or_a_quarter_alone(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(example_file("council"))
    assert main(["check", path, "--area", "E06999999"]) == 2
    assert "area_known" in capsys.readouterr().out
    assert main(["check", path, "--quarter", "2016-17-Q4"]) == 2
    assert "quarter_known" in capsys.readouterr().out


def test_withdrawing_a_file_stopped_for_its_place_leaves_no_work(scene: Scene, tmp_path: Path) -> None:
    home = copy_home(scene[0], tmp_path / "home")
    [(receipt_id,)] = private(home, "SELECT receipt_id FROM ops.receipt WHERE file_name = 'unknown quarter.xlsx'")
    assert main(["withdraw", receipt_id, "--home", str(home.root)]) == 0
    assert private(home, "SELECT * FROM ops.work") == []
    assert not run(home).did_anything
