"""Operating a home: gates, failures in the middle, the calendar, own indicators, templates, encodings."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from assets.marts import findings
from pipelines.cli import main
from pipelines.running import RunFailedError, run
from tests.conftest import Example
from tests.homes import (
    JUNE,
    PORTSMOUTH,
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


def unreadable_cells(workbook) -> None:
    for sheet in workbook:
        for cells in sheet.iter_rows(min_row=2, min_col=2):
            for cell in cells:
                cell.value = "see email"


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Southampton's first delivery was stopped; Portsmouth's, in the same quarter, passed."""
    root = tmp_path_factory.mktemp("gates")
    home = new_home(root / "home")
    bad = changed_return(root / "bad.xlsx", unreadable_cells)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/bad.xlsx", bad)
    land(home, f"council/{PORTSMOUTH}/2019-20-Q4/good.xlsx", example_file("council"))
    assert run(home).exit_code == 2
    return home


def test_a_stopped_first_delivery_leaves_figures_that_say_stopped_and_never_zero(stopped: Home) -> None:
    found = rows(
        stopped,
        "SELECT DISTINCT status, value, numerator, period FROM marts.indicator_values WHERE area_code = ?",
        SOUTHAMPTON,
    )
    assert found == [("stopped", None, None, "2019-20 Q4")]
    assert private(stopped, "SELECT area_code, rule FROM ops.gate") == [(SOUTHAMPTON, "some_row_accepted")]


def test_a_gate_of_one_area_does_not_touch_another(stopped: Home) -> None:
    assert rows(
        stopped,
        "SELECT count(*) FROM marts.indicator_values WHERE area_code = ? AND basis = 'return' AND status = 'value'",
        PORTSMOUTH,
    ) == [(71,)]


def test_a_delivery_that_passes_opens_the_gate(stopped: Home, tmp_path: Path) -> None:
    home = copy_home(stopped, tmp_path / "home")
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/good.xlsx", example_file("council"), JUNE)
    assert run(home).exit_code == 0
    assert private(home, "SELECT * FROM ops.gate") == []
    assert not rows(home, "SELECT 1 FROM marts.indicator_values WHERE status = 'stopped'")


def test_a_delivery_past_its_tolerance_is_stopped(tmp_path: Path) -> None:
    def most_cells(workbook) -> None:
        unreadable_cells(workbook)
        workbook["Referrals"]["B2"] = "731"

    home = new_home(tmp_path / "home", populations=False)
    bad = changed_return(tmp_path / "bad.xlsx", most_cells)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/bad.xlsx", bad)
    report = run(home)
    assert [(receipt.outcome, receipt.rule) for receipt in report.entered] == [("stopped", "tolerance")]


def test_a_rate_without_its_population_is_missing_and_names_it(stopped: Home) -> None:
    [(status, reason)] = rows(
        stopped,
        "SELECT DISTINCT status, reason FROM marts.indicator_values "
        "WHERE area_code = ? AND basis = 'recomputed' AND period = '2019-20 Q4'",
        PORTSMOUTH,
    )
    assert (status, reason) == ("missing", "no population 0-17 of mid-2018 is held for Portsmouth")


def test_a_step_that_fails_leaves_the_release_in_force_and_the_next_run_completes(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_home(example[0], tmp_path / "home")
    before = published_bytes(home)

    def corrected(workbook) -> None:
        workbook["Referrals"]["I2"] = "1031"

    change = changed_return(tmp_path / "change.xlsx", corrected)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/change.xlsx", change, JUNE)
    with monkeypatch.context() as broken:
        broken.setattr(findings, "define_relations", lambda *_: 1 / 0)
        with pytest.raises(RunFailedError, match="marts__findings"):
            run(home)
    assert published_bytes(home) == before
    assert run(home).exit_code == 0
    assert rows(
        home, "SELECT numerator FROM marts.indicator_values WHERE indicator_id = 'cin_referrals' "
        "AND period = '2019-20 Q4' AND basis = 'return'"
    ) == [(1031,)]  # fmt: skip


INDICATOR = """
id: electively_home_educated
title: Children educated at home by choice
agency: council
theme: education_otherwise
unit: per_10000
counted: children
period_kind: snapshot
numerator: Children known to be educated at home on the last day of the quarter
denominator: {says: Population aged 0-17, population: 0-17}
decimals: 1
polarity: neutral
definition: Children whose parents told the council that they educate them at home, on the last day of the quarter.
source: Local practice
labels:
  - {measure: count, text: Number of children electively home educated}
"""


def test_an_indicator_is_one_file(example: Example, tmp_path: Path) -> None:
    home = copy_home(example[0], tmp_path / "home")
    entry = home.catalogue / "education_otherwise" / "electively_home_educated.yml"
    entry.parent.mkdir(parents=True)
    entry.write_text(INDICATOR, encoding="utf-8")

    def one_more(workbook) -> None:
        sheet = workbook.create_sheet("Home education")
        sheet.append(["Indicator", "Q3 2019-20", "Q4 2019-20"])
        sheet.append(["Number of children electively home educated", "150", "161"])

    more = changed_return(tmp_path / "more.xlsx", one_more)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/more.xlsx", more, JUNE)
    assert run(home).exit_code == 0
    key = "indicator_id = 'electively_home_educated'"
    assert rows(
        home,
        "SELECT basis, numerator, printed FROM marts.indicator_values "
        f"WHERE {key} AND period = '2019-20 Q4' ORDER BY basis",
    ) == [("recomputed", 161, "31.7"), ("return", 161, None)]  # fmt: skip
    cards = rows(
        home, f"SELECT measure, basis, quarter_7, quarter_8, direction_of_travel FROM marts.scorecard WHERE {key}"
    )
    assert ("count", "return", "150", "161", "up") in cards
    assert rows(
        home, "SELECT electively_home_educated FROM marts.multi_agency_dataset WHERE quarter = '2019-20 Q4'"
    ) == [(161,)]
    page = (home.published / "current" / "partner" / "report" / "index.html").read_text(encoding="utf-8")
    assert "whose parents told the council that they educate them at home" in page


def test_what_is_late_missing_and_due_stands_against_the_calendar(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copy_home(example[0], tmp_path / "home")
    monkeypatch.setenv("SIGHTLINE_AS_OF", "2020-09-01")
    assert main(["status", "--json", "--home", str(home.root)]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["as_of"] == "2020-09-01"
    found = {(d["agency"], d["extract"], d["quarter"]): d for d in status["deliveries"]}
    assert found["council", "indicator_return", "2020-21 Q1"]["outcome"] == "missing"
    assert found["council", "indicator_return", "2020-21 Q1"]["days_late"] == 18
    assert found["police", "missing_episodes", "2019-20 Q4"]["days_late"] == 0


def test_time_passing_alone_makes_no_release(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = copy_home(example[0], tmp_path / "home")
    before = published_bytes(home)
    monkeypatch.setenv("SIGHTLINE_AS_OF", "2021-01-01")
    assert not run(home).did_anything
    assert published_bytes(home) == before


def test_a_quarter_or_all_made_again_changes_no_published_byte(example: Example, tmp_path: Path) -> None:
    home = copy_home(example[0], tmp_path / "home")
    before = published_bytes(home)
    assert main(["run", "--quarter", "2019-20-Q4", "--home", str(home.root)]) == 0
    assert published_bytes(home) == before
    assert main(["run", "--all", "--home", str(home.root)]) == 0
    assert published_bytes(home) == before


def test_the_example_is_not_mixed_with_real_deliveries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = new_home(tmp_path / "home", populations=False)
    land(home, f"council/{SOUTHAMPTON}/2019-20-Q4/our own.xlsx", example_file("council"))
    assert main(["example", "--home", str(home.root)]) == 1
    assert "not the example's" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_filled_template_reads_back_in_every_encoding(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["template", "indicator_return"]) == 0
    text = capsys.readouterr().out
    line = io.StringIO()
    csv.writer(line).writerow(
        ["cin_open", "all", "2019-20 Q4", "2367", "", "466", "the council’s figure – final", "", ""]
    )
    path = tmp_path / "return.csv"
    path.write_bytes((text + line.getvalue()).encode(encoding))
    assert main(["check", str(path), "--area", SOUTHAMPTON, "--quarter", "2019-20-Q4", "--format", "json"]) == 0
    [verdict] = json.loads(capsys.readouterr().out)["files"]
    assert (verdict["extract"], verdict["outcome"], verdict["rows_accepted"]) == ("indicator_return", "accepted", 1)
    assert verdict["problems"] == []


def test_the_police_template_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "missing_episodes", "--out", str(tmp_path / "template.csv")]) == 0
    text = (tmp_path / "template.csv").read_text(encoding="utf-8")
    row = "1,P1,Testina,Example,2006-03-14,F,ZZ99 3WZ,E06000045,2020-01-31T21:30:00,,missing,low,N,\n"
    (tmp_path / "filled.csv").write_text(text + row, encoding="utf-8")
    capsys.readouterr()
    place = ["--area", SOUTHAMPTON, "--quarter", "2019-20-Q4"]
    assert main(["check", str(tmp_path / "filled.csv"), *place, "--format", "json"]) == 0
    [verdict] = json.loads(capsys.readouterr().out)["files"]
    assert (verdict["outcome"], verdict["problems"]) == ("accepted", [])


def test_a_figure_is_explained_down_to_its_cells(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    home = example[0]
    assert main(["explain", "cpp_open", "--period", "2018-19 Q2", "--home", str(home.root)]) == 0
    shown = capsys.readouterr().out
    [(sha256,)] = rows(
        home, "SELECT sha256 FROM marts.deliveries WHERE agency = 'council' AND extract = 'indicator_return'"
    )
    for words in (sha256, "Child Protection Plans!C2", "50305", "mid-2017", "count_against_rate"):
        assert words in shown
    assert main(["explain", "no_such_indicator", "--home", str(home.root)]) == 1
    assert "no indicator is called" in capsys.readouterr().err
