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
    report = run(home)
    [receipt] = report.entered
    assert (receipt.outcome, receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (
        "duplicate",
        0,
        0,
        0,
    )
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


def test_withdraw_brings_the_earlier_figures_back(corrected: Home, tmp_path: Path) -> None:
    home = copy_home(corrected, tmp_path / "home")
    assert main(["withdraw", "R000003", "--home", str(home.root)]) == 0
    assert figure(home, "cpp_open", "2018-19 Q2") == 272
    assert outcomes(home) == {"first.xlsx": "accepted", "second.xlsx": "superseded"}
    assert rows(home, "SELECT withdrawn FROM marts.deliveries WHERE receipt_id = 'R000003'") == [(True,)]
    [(row,)] = rows(home, "SELECT cpp_open FROM marts.multi_agency_dataset WHERE quarter = '2018-19 Q2'")
    assert row == 272


def test_withdrawing_the_only_delivery_leaves_no_figure(corrected: Home, tmp_path: Path) -> None:
    home = copy_home(corrected, tmp_path / "home")
    assert main(["withdraw", "R000003", "--home", str(home.root)]) == 0
    assert main(["withdraw", "R000002", "--home", str(home.root)]) == 0
    assert rows(home, "SELECT count(*) FROM marts.indicator_values") == [(0,)]
    assert rows(home, "SELECT count(*) FROM marts.multi_agency_dataset") == [(0,)]


def test_a_receipt_that_cannot_be_withdrawn_is_said_to_be_so(
    corrected: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copy_home(corrected, tmp_path / "home")
    assert main(["withdraw", "R999999", "--home", str(home.root)]) == 1
    assert "no receipt R999999" in capsys.readouterr().err
    assert main(["withdraw", "R000003", "--home", str(home.root)]) == 0
    assert main(["withdraw", "R000003", "--home", str(home.root)]) == 1
    assert "was withdrawn before" in capsys.readouterr().err


def test_going_back_to_an_earlier_file_is_a_delivery(corrected: Home, tmp_path: Path) -> None:
    home = copy_home(corrected, tmp_path / "home")
    second = home.landing / PLACE / "second.xlsx"

    def all_changed(workbook) -> None:
        workbook["Child Protection Plans"]["C2"] = "300"

    land(home, f"{PLACE}/third.xlsx", changed_return(tmp_path / "third.xlsx", all_changed), JUNE.replace(day=20))
    run(home)
    assert figure(home, "cpp_open", "2018-19 Q2") == 300
    assert outcomes(home)["second.xlsx"] == "superseded"
    land(home, f"{PLACE}/second again.xlsx", second, JULY)
    run(home)
    assert figure(home, "cpp_open", "2018-19 Q2") == 311
    assert outcomes(home)["second again.xlsx"] == "accepted"


def test_a_file_older_than_the_one_in_force_does_not_replace_it(corrected: Home, tmp_path: Path) -> None:
    home = copy_home(corrected, tmp_path / "home")

    def older(workbook) -> None:
        workbook["Child Protection Plans"]["C2"] = "1"

    land(home, f"{PLACE}/found late.xlsx", changed_return(tmp_path / "older.xlsx", older), MAY.replace(day=1))
    run(home)
    assert figure(home, "cpp_open", "2018-19 Q2") == 311
    assert outcomes(home)["found late.xlsx"] == "superseded"


def test_the_order_of_landing_does_not_matter(tmp_path: Path) -> None:
    def second(workbook) -> None:
        workbook["Referrals"]["I2"] = "1031"

    change = changed_return(tmp_path / "second.xlsx", second)
    published = []
    for name, runs in (("one", [["a", "b"]]), ("other", [["b"], ["a"]])):
        home = new_home(tmp_path / name)
        for batch in runs:
            for file in batch:
                content, moment = (example_file("council"), MAY) if file == "a" else (change, JUNE)
                land(home, f"{PLACE}/{file}.xlsx", content, moment)
            run(home)
        assert figure(home, "cin_referrals", "2019-20 Q4") == 1031
        published.append(rows(home, "SELECT * EXCLUDE (source) FROM marts.indicator_values ORDER BY ALL"))
    assert published[0] == published[1]


def test_two_homes_with_the_same_files_publish_the_same_bytes(example: Example, tmp_path: Path) -> None:
    from pipelines.example import land_example

    home = Home(tmp_path / "home")
    land_example(home)
    run(home)
    kept = (".parquet", ".html", ".xlsx")
    ours, theirs = (
        {name: digest for name, digest in published_bytes(of).items() if name.endswith(kept)}
        for of in (home, example[0])
    )
    assert ours == theirs


def test_going_back_counts_where_only_some_figures_were_replaced(corrected: Home, tmp_path: Path) -> None:
    home = copy_home(corrected, tmp_path / "home")
    land(home, f"{PLACE}/first again.xlsx", example_file("council"), JULY)
    run(home)
    assert outcomes(home)["first again.xlsx"] == "accepted"
    assert figure(home, "cpp_open", "2018-19 Q2") == 272


def test_a_copy_is_a_duplicate_beside_newer_files_of_other_figures(example: Example, tmp_path: Path) -> None:
    home = copy_home(example[0], tmp_path / "home")
    training = next((home.landing / "partnership").rglob("training.csv"))
    land(home, f"partnership/{SOUTHAMPTON}/2019-20-Q4/copy.csv", training, JULY)
    [receipt] = run(home).entered
    assert (receipt.file_name, receipt.outcome) == ("copy.csv", "duplicate")
