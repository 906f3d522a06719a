"""The page and the workbook: sufficient to themselves, honest about gaps, and the same bytes every time."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from assets.marts.schema import released_tables
from assets.release.release import build_release
from assets.release.sparkline import sparkline
from tests.integration.invented_figures import AREA_NAME, AS_OF, LATEST, catalogue
from tests.integration.invented_marts import insert, warehouse
from warehouse.publishing import Published

CATALOGUE = catalogue()
TABLES = released_tables(CATALOGUE)


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    published = Published(tmp_path_factory.mktemp("published"))
    connection = warehouse()
    insert(
        connection,
        TABLES["findings"],
        {"rule": "r", "severity": "info", "message": "<script>alert('x')</script> https://example.org"},
    )
    return build_release(connection, CATALOGUE, TABLES, published, None, AS_OF).folder / "partner"


@pytest.fixture(scope="module")
def page(edition: Path) -> str:
    return (edition / "report" / "index.html").read_text(encoding="utf-8")


class _Page(HTMLParser):
    """What a browser would load, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "poster", "data", "background") or (tag == "link" and name == "href"):
                self.loads.append(value or "")
            elif name in ("href", "xlink:href"):
                self.links.append(value or "")
            elif name == "id":
                self.ids.append(value or "")


def test_the_page_asks_nothing_of_any_network_and_runs_no_script(page: str) -> None:
    parsed = _Page(page)
    assert parsed.loads == []
    assert all(link.startswith("#") for link in parsed.links)
    assert not re.search(r"url\(|@import|href=[\"']?http|src=", page)
    assert not {"script", "link", "iframe", "object", "img"} & set(parsed.tags)


def test_every_link_on_the_page_leads_somewhere_on_it(page: str) -> None:
    parsed = _Page(page)
    assert {link.removeprefix("#") for link in parsed.links} <= set(parsed.ids)
    assert len(parsed.ids) == len(set(parsed.ids))


def test_what_an_agency_typed_is_shown_and_never_obeyed(page: str) -> None:
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_every_table_has_a_caption_and_named_columns(page: str) -> None:
    tables = re.findall(r"<table.*?</table>", page, flags=re.DOTALL)
    assert tables
    assert all("<caption>" in table and 'scope="col"' in table for table in tables)


def test_the_heading_says_where_when_and_as_of_which_day(page: str) -> None:
    for words in (AREA_NAME, LATEST.label, "As of 31 July 2020", "Partner edition"):
        assert words in page


def test_an_absence_is_named_with_its_reason(page: str) -> None:
    assert '<span class="gap">missing</span>' in page
    assert "No data available for this quarter" in page


def test_the_returned_and_the_recomputed_rate_stand_side_by_side(page: str) -> None:
    assert "as returned" in page
    assert "recomputed by us" in page


def test_the_latest_figure_has_its_interval_and_says_what_its_series_does(page: str) -> None:
    assert re.search(r'class="interval" title="95 per cent interval">\d+ to \d+<', page)
    assert "rising over five quarters" in page
    assert "outside its limits (trial limits)" in page


def test_a_published_comparator_stands_beside_with_its_judgement_and_its_source(page: str) -> None:
    beside = re.search(r'<span class="published">published 44(.*?)</span></span>', page, re.DOTALL)
    assert beside
    assert 'class="against higher">higher' in beside[1]
    assert "Published: 2019-20, plans, edition of 2024." in page


def test_a_direction_is_called_better_or_worse_only_where_the_indicator_says_so(page: str) -> None:
    directions = re.findall(r'class="direction (\w*)"><span aria-hidden="true">.</span> ([\w, ]+)</span>', page)
    assert ("better", "down, better") in directions
    assert ("", "up") in directions
    assert all((judgement == "") == ("," not in words) for judgement, words in directions)


def test_a_comparator_that_is_not_like_for_like_is_marked_and_says_why(page: str) -> None:
    assert page.count('<sup class="unlike" title="not like for like">') == 3
    assert "Not like for like. The year to March 2019 stands beside a quarter." in page


def test_a_delivery_that_was_stopped_is_shown_even_where_no_figure_could_be(tmp_path: Path) -> None:
    connection = warehouse()
    for table in ("scorecard", "indicator_values", "deliveries"):
        connection.execute(f"DELETE FROM marts.{table}")
    newer, unknown = {"quarter": "2020-21 Q1", "outcome": "stopped"}, {"outcome": "unrecognised"}
    for row in (newer, unknown):
        insert(connection, TABLES["deliveries"], row | {"rows_read": 0, "reason": f"why it is {row['outcome']}"})
    summary = build_release(connection, CATALOGUE, TABLES, Published(tmp_path), None, AS_OF)
    page = (summary.folder / "partner" / "report" / "index.html").read_text(encoding="utf-8")
    assert "why it is stopped" in page
    assert "why it is unrecognised" in page
    assert "No area has figures yet" in page


def test_errors_stand_before_warnings_and_remarks(page: str) -> None:
    first = page.index('<li class="error">')
    assert first < page.index('<li class="warning">') < page.index('<li class="info">')


def test_a_line_is_broken_where_a_figure_is_absent() -> None:
    line = sparkline([1, 2, None, 4, None, 6, 7, None], ["1", "2", "", "4", "", "6", "7", ""])
    assert line is not None
    assert (len(line.segments), len(line.dots), line.last) == (2, 1, None)
    assert line.words == "from 1 to 7; lowest 1, highest 7; 3 of 8 quarters absent"
    assert sparkline([None, 1, None], ["", "1", ""]) is None


def test_the_workbook_opens_with_numbers_as_numbers_and_text_as_text(edition: Path) -> None:
    workbook = openpyxl.load_workbook(edition / "report" / "scorecard.xlsx")
    assert workbook.sheetnames == ["Scorecard", "Findings", "Deliveries", "Indicators"]
    scorecard = workbook["Scorecard"]
    assert scorecard.freeze_panes == "A2"
    header = [cell.value for cell in scorecard[1]]
    rows = [dict(zip(header, row, strict=True)) for row in scorecard.iter_rows(min_row=2, values_only=True)]
    plans = next(row for row in rows if row["indicator_id"] == "cpp_open" and row["measure"] == "count")
    assert (plans["2019-20 Q4"], plans["2019-20 Q2"]) == (333, "missing")
    formulas = [cell for sheet in workbook for row in sheet for cell in row if cell.data_type == "f"]
    assert formulas == []
    assert any(str(cell.value).startswith("=HYPERLINK") for row in workbook["Findings"] for cell in row)


def test_the_workbook_knows_no_date_but_the_as_of_date(edition: Path) -> None:
    with zipfile.ZipFile(edition / "report" / "scorecard.xlsx") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}T", core)) == {"2020-07-31T"}
