"""`sightline check --format xlsx`: a workbook to send back to the agency, with every problem and no value of a file."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from pipelines.cli import main
from pipelines.commands import check
from tests.homes import SOUTHAMPTON, new_home

HEADER = (
    "la_child_id,upn,nhs_number,forename,surname,former_surname,date_of_birth,sex,ethnicity,postcode,lsoa11_code,"
    "on_roll_urn,sibling_group_id"
)
CANARY = (
    "CANARYID1,CANARYUPN,CANARYNHS,Canaryfore,Canarysur,Canaryformer,CANARYDOB,CANARYSEX,CANARYETH,CANARYPC,CANARYLSOA,"
    "CANARYURN,CANARYFAM"
)
GOOD = "C1,A950000178301,9990000018,Testina,Example,,2006-03-14,F,WBRI,ZZ99 3WZ,E01017241,100001,F1"
PLACE = ("--area", SOUTHAMPTON, "--quarter", "2019-20-Q4")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "index.csv"
    path.write_text("\n".join([HEADER, GOOD, CANARY, ""]), encoding="utf-8")
    return path


def checked(*paths: Path, more: tuple[str, ...] = ()) -> int:
    return main(["check", *map(str, paths), *PLACE, "--format", "xlsx", "--home", str(paths[0].parent), *more])


def sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path)}


def test_it_lists_problems_and_files(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = index.with_name("=other.csv")
    other.write_text("colour,size\nred,1\n", encoding="utf-8")
    assert checked(index, other) == 2, "one of the files would be refused"
    target = index.parent / check.WORKBOOK
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"Written: {target}\n")
    found = sheets(target)
    assert list(found) == ["Files", "Problems"]
    assert found["Files"] == [
        ("file", "extract", "outcome", "rows read", "rows accepted", "rows quarantined"),
        ("index.csv", "person_index", "accepted_with_quarantine", 2, 1, 1),
        ("=other.csv", "", "unrecognised", 0, 0, 0),
    ]
    assert found["Problems"][0] == ("file", "location", "rule", "severity", "kind", "remedy")
    assert found["Problems"][1] == (
        "index.csv", "index.csv:3:upn", "upn_is_valid", "warning", "a number that cannot be a pupil number",
        "Copy the number from the school's record anew; leave the cell blank where there is none.",
    )  # fmt: skip
    assert found["Problems"][-1][:3] == ("=other.csv", "=other.csv", "extract_recognised")


def test_no_value_of_a_personal_column_is_in_it(index: Path) -> None:
    assert checked(index) == 0
    found = sheets(index.parent / check.WORKBOOK)
    rules = {row[2] for row in found["Problems"]}
    assert {"date_of_birth_is_a_date", "nhs_number_is_valid", "postcode_is_a_postcode"} <= rules
    text = str(found).lower()
    assert "canary" not in text
    assert [value for value in ("Testina", "2006-03-14", "A950000178301", "9990000018") if value.lower() in text] == []


def test_it_is_written_where_it_is_told(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(index, more=("--out", str(tmp_path / "answer.xlsx"))) == 0
    assert (tmp_path / "answer.xlsx").is_file()
    assert not (tmp_path / check.WORKBOOK).exists()
    capsys.readouterr()
    assert checked(index, more=("--out", str(tmp_path / "absent" / "answer.xlsx"))) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_checked_file_is_never_written_over(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = index.read_bytes()
    assert checked(index, more=("--out", str(index))) == 1
    assert "is one of the files to check" in capsys.readouterr().err
    assert index.read_bytes() == before


def test_it_is_never_put_into_landing(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = new_home(tmp_path / "home", populations=False)
    landed = home.landing / "council" / SOUTHAMPTON / "2019-20-Q4" / "index.csv"
    landed.parent.mkdir(parents=True)
    landed.write_bytes(index.read_bytes())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(["check", str(landed), *PLACE, "--format", "xlsx", "--home", str(home.root)]) == 0
    assert [path.name for path in landed.parent.iterdir()] == ["index.csv"]
    assert (elsewhere / check.WORKBOOK).is_file()


def test_what_a_sheet_has_no_room_for_is_said(
    index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "LONGEST", 2)
    assert checked(index) == 0
    assert len(sheets(index.parent / check.WORKBOOK)["Problems"]) == 3
    assert "problems are not in it" in capsys.readouterr().err
