"""Canaries: made-up values planted in every personal column, then looked for wherever they must not be."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl
import pytest

from assets.core import validation
from pipelines.cli import main
from tests.homes import JUNE, SOUTHAMPTON, changed_return, land, new_home
from warehouse.home import Home

CANARIES = {
    "occurrence_ref": "CANARYOCC7731",
    "police_person_ref": "CANARYPER7732",
    "forename": "Canaryforename",
    "surname": "Canarysurname",
    "date_of_birth": "1987-06-05",
    "home_postcode": "CN7 7AR",
    "found_location_type": "canary place",
    "risk_level": "canary risk",
}
IN_A_CELL, IN_A_LABEL, IN_A_FILE_NAME = "canary in a cell", "Number of canary children", "Canaryfilename Smith"
HEADER = [
    "occurrence_ref", "police_person_ref", "forename", "surname", "date_of_birth", "sex", "home_postcode",
    "la_of_residence", "reported_at", "returned_at", "category", "risk_level", "looked_after", "found_location_type",
]  # fmt: skip


def police_file() -> bytes:
    good = {
        **CANARIES, "sex": "F", "la_of_residence": SOUTHAMPTON, "reported_at": "2020-01-31T21:30:00",
        "category": "missing", "looked_after": "N",
    }  # fmt: skip
    broken = [
        {**good, "occurrence_ref": "CANARYOCC7733", column: f"CANARYBAD{column}"}
        for column in (
            "date_of_birth",
            "sex",
            "la_of_residence",
            "reported_at",
            "returned_at",
            "category",
            "looked_after",
        )
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows([good, *({**good, "occurrence_ref": f"CANARYOCC7734{n}"} for n in range(12)), *broken])
    return text.getvalue().encode()


@dataclass(frozen=True)
class Scene:
    """A home that was run on canaries, and everything the run wrote to the terminal and to logs."""

    home: Home
    shown: str


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    root = tmp_path_factory.mktemp("canaries")
    home = new_home(root / "home")
    records: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(self.format(record))

    keeper = Keeper()
    logging.getLogger().addHandler(keeper)
    logging.getLogger("dagster").addHandler(keeper)

    def planted(workbook: openpyxl.Workbook) -> None:
        workbook["Referrals"]["A2"] = IN_A_LABEL
        workbook["Section 47"]["C2"] = IN_A_CELL

    land(home, f"police/{SOUTHAMPTON}/2019-20-Q4/{IN_A_FILE_NAME}.csv", police_file())
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/{IN_A_FILE_NAME}.xlsx", changed_return(root / "r.xlsx", planted))
    text = b"indicator,period,value\nneet_or_nk_16_17,2019-20 Q4,6.3\n"
    land(home, f"education/{SOUTHAMPTON}/2019-20-Q4/{IN_A_FILE_NAME}.csv", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "quarantine", _raise_with_canary)
        assert main(["run", "--home", str(home.root)]) == 1
    assert main(["run", "--home", str(home.root)]) == 0
    logging.getLogger().removeHandler(keeper)
    logging.getLogger("dagster").removeHandler(keeper)
    return Scene(home, "\n".join(records))


def _raise_with_canary(*_: object) -> None:
    raise duckdb.ConversionException(f"Could not convert string '{CANARIES['surname']}' to DATE")


VALUES = [*CANARIES.values(), "CANARYOCC7733", "CANARYOCC7734", "CANARYBAD", IN_A_CELL]


def leaks(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes().lower()
            found += [(path.name, word) for word in words if word.lower().encode() in data]
            found += [(path.name, word) for word in words if word.lower().encode("utf-16-le") in data]
    return found


def published_rows(home: Home) -> str:
    """Every published row as text: Parquet and DuckDB files are compressed, so their bytes prove nothing."""
    with duckdb.connect(str(home.published / "current/partner/sightline.duckdb"), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'").fetchall()
        return "\n".join(str(connection.execute(f"FROM marts.{table}").fetchall()) for (table,) in tables)


def test_the_canaries_are_where_they_may_be(scene: Scene) -> None:
    with duckdb.connect(str(scene.home.warehouse), read_only=True) as connection:
        [(count,)] = connection.execute(
            "SELECT count(*) FROM core.missing_episode WHERE surname = ?", [CANARIES["surname"]]
        ).fetchall()
    assert count >= 2


@pytest.mark.parametrize("folder", ["dagster", "published", "data_docs"])
def test_no_value_is_kept_by_dagster_published_or_in_data_docs(scene: Scene, folder: str) -> None:
    assert leaks(scene.home.root / folder, [*VALUES, IN_A_LABEL, IN_A_FILE_NAME]) == []


def test_no_value_is_in_a_published_row(scene: Scene) -> None:
    text = published_rows(scene.home).lower()
    assert [word for word in (*VALUES, IN_A_LABEL, IN_A_FILE_NAME) if word.lower() in text] == []


def test_the_workbook_of_a_release_holds_no_value(scene: Scene) -> None:
    workbook = openpyxl.load_workbook(scene.home.published / "current/partner/report/scorecard.xlsx")
    text = str([row for sheet in workbook for row in sheet.iter_rows(values_only=True)]).lower()
    assert [word for word in (*VALUES, IN_A_LABEL, IN_A_FILE_NAME) if word.lower() in text] == []


def test_no_value_and_no_file_name_is_logged(scene: Scene) -> None:
    assert [word for word in (*VALUES, IN_A_LABEL, IN_A_FILE_NAME) if word.lower() in scene.shown.lower()] == []


def test_no_value_is_shown_by_a_run_that_fails_or_finishes(
    scene: Scene, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    land(scene.home, f"police/{SOUTHAMPTON}/2019-20-Q4/more.csv", police_file() + b"\r\n", JUNE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "quarantine", _raise_with_canary)
        assert main(["run", "--home", str(scene.home.root)]) == 1
    assert main(["run", "--home", str(scene.home.root)]) == 0
    assert main(["status", "--home", str(scene.home.root)]) == 0
    assert main(["explain", "cin_open", "--home", str(scene.home.root)]) == 0
    shown = "".join(capfd.readouterr()).lower()
    assert [word for word in VALUES if word.lower() in shown] == []


@pytest.mark.parametrize("form", ["text", "json", "xlsx"])
def test_a_check_echoes_no_value(form: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "police.csv", tmp_path / "check.xlsx"
    path.write_bytes(police_file())
    main(["check", str(path), "--area", SOUTHAMPTON, "--quarter", "2019-20-Q4", "--format", form, "--out", str(out)])
    shown = "".join(capfd.readouterr())
    if form == "xlsx":
        workbook = openpyxl.load_workbook(out)
        shown += str([row for sheet in workbook for row in sheet.iter_rows(values_only=True)])
    assert "date_of_birth" in shown
    assert [word for word in VALUES if word.lower() in shown.lower()] == []


@pytest.mark.parametrize("error", [duckdb.ConversionException, ValueError, KeyError])
def test_an_error_that_is_not_ours_is_told_without_its_words(error: type[Exception]) -> None:
    from pipelines.step_error import StepError, without_foreign_words

    with pytest.raises(StepError) as told, without_foreign_words("validating"):
        raise error(f"Could not convert string '{CANARIES['surname']}'")
    assert CANARIES["surname"] not in str(told.value)
    assert error.__name__ in str(told.value)


def test_an_error_of_ours_keeps_its_words() -> None:
    from assets.core.judgement import RowLostError
    from pipelines.step_error import without_foreign_words

    with pytest.raises(RowLostError, match="a row was lost"), without_foreign_words("validating"):
        raise RowLostError("a row was lost")
