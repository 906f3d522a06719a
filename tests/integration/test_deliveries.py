"""Deliveries: the same again, another name, corrections, withdrawal, and what a release holds after each."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.running import run
from tests.conftest import Example
from tests.homes import (
    JULY,
    JUNE,
    MAY,
    SOUTHAMPTON,
    changed_return,
    copy_home,
    example_file,
    land,
    new_home,
    private,
    published_bytes,
    rows,
)
from warehouse.home import Home

PLACE = f"council/{SOUTHAMPTON}/2019-20-Q4"


def figure(home: Home, indicator: str, period: str, column: str = "numerator") -> object:
    [(value,)] = rows(
        home,
        f"SELECT {column} FROM marts.indicator_values WHERE indicator_id = ? AND period = ? AND basis = 'return' "
        "AND is_latest AND area_code = ?",
        indicator,
        period,
        SOUTHAMPTON,
    )
    return value


def outcomes(home: Home) -> dict[str, str]:
    return dict(private(home, "SELECT file_name, outcome FROM ops.receipt WHERE agency = 'council'"))


def test_a_second_run_with_nothing_new_does_no_work_and_changes_no_byte(example: Example, tmp_path: Path) -> None:
    home = copy_home(example[0], tmp_path / "home")
    before, runs_before = published_bytes(home), sorted((home.dagster / "history").rglob("*"))
    report = run(home)
    assert (report.did_anything, report.exit_code) == (False, 0)
    assert published_bytes(home) == before
    assert sorted((home.dagster / "history").rglob("*")) == runs_before


def test_the_same_bytes_under_another_name_are_a_duplicate(example: Example, tmp_path: Path) -> None:
    home = copy_home(example[0], tmp_path / "home")
    land(home, f"{PLACE}/the same again.xlsx", example_file("council"), JUNE)
    # Beside newer files of other figures, too.
    training = next((home.landing / "partnership").rglob("training.csv"))
    land(home, f"partnership/{SOUTHAMPTON}/2019-20-Q4/copy.csv", training, JULY)
    report = run(home)
    assert {receipt.file_name for receipt in report.entered} == {"the same again.xlsx", "copy.csv"}
    assert {
        (receipt.outcome, receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined)
        for receipt in report.entered
    } == {("duplicate", 0, 0, 0)}
    assert report.exit_code == 0
    assert figure(home, "cin_open", "2019-20 Q4") == 2367


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The council's return, then a correction of two cells that holds one sheet only."""
    root = tmp_path_factory.mktemp("corrected")
    home = new_home(root / "home")
    land(home, f"{PLACE}/first.xlsx", example_file("council"), MAY)
    run(home)

    def one_sheet(workbook) -> None:
        for name in workbook.sheetnames:
            if name != "Child Protection Plans":
                del workbook[name]
        workbook["Child Protection Plans"]["C2"] = "311"

    land(home, f"{PLACE}/second.xlsx", changed_return(root / "second.xlsx", one_sheet), JUNE)
    run(home)
    return home


def test_a_corrected_file_replaces_figure_by_figure(corrected: Home) -> None:
    assert figure(corrected, "cpp_open", "2018-19 Q2") == 311
    assert "R000003" in str(figure(corrected, "cpp_open", "2018-19 Q2", "source"))
    assert figure(corrected, "cin_open", "2018-19 Q2") == 1989
    assert "R000002" in str(figure(corrected, "cin_open", "2018-19 Q2", "source"))
    assert outcomes(corrected) == {"first.xlsx": "accepted", "second.xlsx": "accepted"}
    assert not rows(corrected, "SELECT 1 FROM marts.findings WHERE rule = 'count_against_rate'")


def test_unchanged_partitions_are_carried_over(corrected: Home) -> None:
    first, second = sorted((corrected.published / "releases").iterdir())[-2:]
    unchanged = Path("partner/parquet/areas/part-0.parquet")
    assert (first / unchanged).stat().st_ino == (second / unchanged).stat().st_ino


def test_withdrawn_deliveries_give_way_one_after_the_other(
    corrected: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copy_home(corrected, tmp_path / "home")
    assert main(["withdraw", "R999999", "--home", str(home.root)]) == 1
    assert "no receipt R999999" in capsys.readouterr().err
    # The earlier figures come back.
    assert main(["withdraw", "R000003", "--home", str(home.root)]) == 0
    assert figure(home, "cpp_open", "2018-19 Q2") == 272
    assert outcomes(home) == {"first.xlsx": "accepted", "second.xlsx": "superseded"}
    assert rows(home, "SELECT withdrawn FROM marts.deliveries WHERE receipt_id = 'R000003'") == [(True,)]
    [(row,)] = rows(home, "SELECT cpp_open FROM marts.multi_agency_dataset WHERE quarter = '2018-19 Q2'")
    assert row == 272
    # What is withdrawn cannot be withdrawn.
    assert main(["withdraw", "R000003", "--home", str(home.root)]) == 1
    assert "was withdrawn before" in capsys.readouterr().err
    # The only delivery leaves no figure.
    assert main(["withdraw", "R000002", "--home", str(home.root)]) == 0
    assert rows(home, "SELECT count(*) FROM marts.indicator_values") == [(0,)]
    assert rows(home, "SELECT count(*) FROM marts.multi_agency_dataset") == [(0,)]


def test_a_file_older_than_the_one_in_force_does_not_replace_it_and_going_back_is_a_delivery(
    corrected: Home, tmp_path: Path
) -> None:
    home = copy_home(corrected, tmp_path / "home")

    def saying(count: str) -> Path:
        def change(workbook) -> None:
            workbook["Child Protection Plans"]["C2"] = count

        return changed_return(tmp_path / f"{count}.xlsx", change)

    land(home, f"{PLACE}/third.xlsx", saying("300"), JUNE.replace(day=20))
    land(home, f"{PLACE}/found late.xlsx", saying("1"), MAY.replace(day=1))
    run(home)
    assert figure(home, "cpp_open", "2018-19 Q2") == 300
    assert outcomes(home)["second.xlsx"] == outcomes(home)["found late.xlsx"] == "superseded"
    land(home, f"{PLACE}/second again.xlsx", home.landing / PLACE / "second.xlsx", JULY)
    run(home)
    assert figure(home, "cpp_open", "2018-19 Q2") == 311
    assert outcomes(home)["second again.xlsx"] == "accepted"


def test_the_order_of_landing_does_not_matter(corrected: Home, tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    for name, received in (("second", JUNE), ("first", MAY)):
        land(home, f"{PLACE}/{name}.xlsx", corrected.landing / PLACE / f"{name}.xlsx", received)
        run(home)
    one, other = (
        rows(of, "SELECT * EXCLUDE (source) FROM marts.indicator_values ORDER BY ALL") for of in (corrected, home)
    )
    assert figure(home, "cpp_open", "2018-19 Q2") == 311
    assert one == other


def test_going_back_counts_where_only_some_figures_were_replaced(corrected: Home, tmp_path: Path) -> None:
    home = copy_home(corrected, tmp_path / "home")
    land(home, f"{PLACE}/first again.xlsx", example_file("council"), JULY)
    run(home)
    assert outcomes(home)["first again.xlsx"] == "accepted"
    assert figure(home, "cpp_open", "2018-19 Q2") == 272
