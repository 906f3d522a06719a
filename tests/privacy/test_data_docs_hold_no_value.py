"""The Data Docs site holds counts and the contracts' words: no value of a row, and nothing from elsewhere."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import duckdb
import pytest

from expectations.contract import ContractRegistry
from expectations.data_docs import write_data_docs
from expectations.outcomes import ValidationRecord
from expectations.suites import validate
from tests.staged_rows import faulty_rows, stage

CANARY = "Canary7391"
USER = "canary-user"
QUARTERS = ("2018-19 Q4", "2019-20 Q3", "2019-20 Q4")


def canary_records(quarters: tuple[str, ...] = QUARTERS) -> list[ValidationRecord]:
    """What came of tables in which every third cell is a canary, and of one that lacks a column."""
    records = []
    with duckdb.connect() as connection:
        for contract, table in ContractRegistry.load().tables():
            rows = faulty_rows(table, 300)
            for number, row in enumerate(rows):
                row.update({name: f"{CANARY}{name}" for place, name in enumerate(row) if (number + place) % 3 == 0})
            staged = stage(connection, table, rows)
            if table.name == "population":
                connection.execute(f"ALTER TABLE {staged} DROP COLUMN half_width")
            outcomes = tuple(validate(connection, staged, table))
            records += [ValidationRecord(contract, table, quarter, outcomes) for quarter in quarters]
    return records


@pytest.fixture(scope="module")
def records() -> list[ValidationRecord]:
    return canary_records()


@pytest.fixture(scope="module")
def site(records: list[ValidationRecord], tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home") / "data_docs"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOGNAME", USER)
        patch.setenv("USER", USER)
        write_data_docs(home, records)
    return home


def content(site: Path) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def test_outcomes_hold_no_value(records: list[ValidationRecord]) -> None:
    assert any(outcome.failed for record in records for outcome in record.outcomes)
    assert not any(CANARY in repr(record.outcomes) for record in records)


def test_pages_hold_no_value_and_nothing_of_the_machine(site: Path) -> None:
    of_the_machine = {str(site.parent), str(Path.home()), str(Path.cwd()), socket.gethostname(), USER}
    for page, text in content(site).items():
        for word in (CANARY, *of_the_machine):
            assert word not in text.decode(), (page, word)


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    for page, content_of_page in content(site).items():
        text = content_of_page.decode()
        assert "http" not in text.lower(), page
        assert "<script" not in text, page
        assert not re.findall(r"\ssrc\s*=|url\(|@import|<iframe|<object|<embed|<base|http-equiv|\son\w+=\"", text), page
        for link in re.findall(r'href="([^"]*)"', text):
            assert not re.match(r"[a-z]+:|//", link), (page, link)


def test_every_link_leads_to_a_page(site: Path) -> None:
    pages = [page for page in content(site) if page.endswith(".html")]
    reached = {"index.html"}
    for page in pages:
        for link in re.findall(r'href="([^"#]+)"', (site / page).read_text(encoding="utf-8")):
            target = (site / page).parent / link
            assert target.is_file(), (page, link)
            reached.add(str(target.resolve().relative_to(site.resolve())))
    assert set(pages) <= reached


def test_pages_say_what_the_contract_says(site: Path, records: list[ValidationRecord]) -> None:
    suite = (site / "expectations/missing_episodes/missing_episodes.html").read_text(encoding="utf-8")
    result = (site / "validations/missing_episodes/missing_episodes/2019-20-Q4.html").read_text(encoding="utf-8")
    table = next(record.table for record in records if record.table.name == "missing_episodes")
    for expectation in table.expectations:
        assert expectation.rule in suite
        assert expectation.rule in result
        assert expectation.says in result
    assert "values must match this regular expression" in suite
    assert "QUALIFY row_number()" in suite
    assert "(**" not in suite, "Great Expectations falls back to this where it cannot render an expectation"
    lacking = (site / "validations/population/population/2019-20-Q4.html").read_text(encoding="utf-8")
    assert "Not evaluated: the staged table has no column half_width" in lacking


def test_the_same_records_make_the_same_bytes(site: Path, records: list[ValidationRecord], tmp_path: Path) -> None:
    write_data_docs(tmp_path / "again", list(reversed(records)))
    assert content(tmp_path / "again") == content(site)


def test_only_what_changed_is_rendered(records: list[ValidationRecord], tmp_path: Path) -> None:
    home = tmp_path / "data_docs"
    suites = len(records) // len(QUARTERS)
    assert write_data_docs(home, [r for r in records if r.quarter != "2019-20 Q4"]) == suites * len(QUARTERS)
    assert write_data_docs(home, records) == suites
    assert write_data_docs(home, records) == 0
    fresh = tmp_path / "fresh"
    write_data_docs(fresh, records)
    assert content(home) == content(fresh)
    assert write_data_docs(home, records[:1]) == 0
    assert len(content(home)) == len({"suite", "result", "index.html", "site.css", "site.json"})
    assert {entry.name for entry in tmp_path.iterdir()} == {"data_docs", "fresh"}


def test_a_failed_build_leaves_the_site_as_it_was(
    records: list[ValidationRecord], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "data_docs"
    write_data_docs(home, records[:2])
    before = content(home)
    monkeypatch.setattr("expectations.gx_pages.result_page", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_data_docs(home, records)
    assert content(home) == before


def test_a_folder_of_other_things_is_not_replaced(records: list[ValidationRecord], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not a Data Docs site"):
        write_data_docs(tmp_path / "mine", records)
    assert (tmp_path / "mine" / "letter.txt").read_text(encoding="utf-8") == "mine"
