"""Ofsted's lists (Annex A): every rule is found, codes are taken out of words, and a whole workbook is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from assets.core.staging import stage_flat
from assets.intake.check import Checker, FileCheck
from assets.intake.recognition import recognise
from assets.reference.areas import areas
from expectations.ddl import raw_columns
from expectations.expectation import InCodeSet
from tests.homes import SOUTHAMPTON
from tests.rule_cases import CATALOGUE, CONTRACTS, Case, Row, broken
from tests.spec.contracts.annex_a_cases import CASES, GOOD, LISTED_IN_NEED
from warehouse.quarters import FinancialQuarter

CONTRACT = CONTRACTS["annex_a"]
LISTS = [table.name for table in CONTRACT.tables]
EVERY_RULE = [pytest.param(table, rule, id=f"{table}.{rule}") for table, cases in CASES.items() for rule in cases]


@pytest.mark.parametrize("table", GOOD)
def test_a_row_that_is_right_breaks_nothing(table: str) -> None:
    assert broken("annex_a", table, [GOOD[table]], Case({})) == [[]]


@pytest.mark.parametrize("table", GOOD)
def test_a_delivery_that_is_right_breaks_nothing(table: str) -> None:
    """With every list beside it; a child is in need while it has a plan or is looked after."""
    companions = {name: [row] for name, row in GOOD.items() if name != table}
    grown_up = {**LISTED_IN_NEED["children_in_need"][0], "date_of_birth": GOOD["care_leavers"]["date_of_birth"]}
    if table != "children_in_need":
        companions["children_in_need"] = [grown_up] if table == "care_leavers" else LISTED_IN_NEED["children_in_need"]
    of_a_plan = {**GOOD["child_protection_plans"], "started_on": "2020-01-20"}
    companions["child_protection_plans"] = [of_a_plan]
    companions.pop(table, None)
    assert broken("annex_a", table, [GOOD[table]], Case({}, companions=companions)) == [[]]


@pytest.mark.parametrize(("table", "rule"), EVERY_RULE)
def test_a_rule_is_found(table: str, rule: str) -> None:
    case = CASES[table][rule]
    rows = [{**GOOD[table], **case.change}]
    if case.beside is not None:
        rows.append({**GOOD[table], **case.change, **case.beside})
    assert set(broken("annex_a", table, rows, case)[-1]) == {rule, *case.also}


@pytest.mark.parametrize("table", LISTS)
def test_no_rule_is_without_its_case(table: str) -> None:
    assert {rule.rule for rule in CONTRACT.table(table).expectations} == set(CASES[table])


def typed(table: str, column: str, texts: Sequence[str | None]) -> list[object]:
    """What the column's texts are read as."""
    declared = CONTRACT.table(table)
    names = list(raw_columns(declared))
    frame = pl.DataFrame(
        [{**dict.fromkeys(names), column: text} for text in texts], schema=dict.fromkeys(names, pl.String)
    ).with_columns(pl.lit(None, pl.Date).alias("quarter_start"), pl.lit(None, pl.Date).alias("quarter_end"))
    return stage_flat(frame, declared)[column].to_list()


@pytest.mark.parametrize(
    ("table", "column", "read_as"),
    [
        ("contacts", "gender", {"a) Male": "M", "b) Female": "F", "Female": "F", "c) Not stated/recorded": "U"}),
        ("contacts", "ethnicity", {"a) WBRI": "WBRI", "s) NOBT": "NOBT", "wbri": "WBRI"}),
        ("contacts", "source", {"q) 6: Police": "6", "b) 1B: Individual": "1B", "Police": "6", "Aunt": "AUNT"}),
        ("contacts", "age", {"6.138261465": 6.138261, "Unborn": -1}),
        ("referrals", "no_further_action", {"a) Yes": True, "No": False, "b) No": False, "perhaps": None}),
        ("assessments", "disability", {"a) Yes": "Y", "b) No": "N", "c) Not stated/recorded": "U"}),
        ("children_in_need", "primary_need", {"N1 - Abuse or Neglect": "N1", "N4": "N4", "PSRMEM - Another": "PSRMEM"}),
        ("children_in_need", "case_status", {"c) Child in need plan": "in_need_plan", "Closed episode": "closed"}),
        ("child_protection_plans", "latest_category", {"Physical abuse": "PHY", "c) Emotional abuse": "EMO"}),
        ("looked_after", "placement_type", {"f) U6: Foster placement - not FFA": "U6", "n) H5: Residential": "H5"}),
        ("looked_after", "placement_provider", {"e) PR4 - Private provision": "PR4"}),
        ("looked_after", "legal_status", {"C2: FCO": "C2", "Full care order": "C2"}),
        ("looked_after", "reason_ended", {"k) E47: Special Guardianship Orders - relative/friend": "E47"}),
        ("looked_after", "placement_postcode", {"zz99 3wz": "ZZ99 3WZ", "#N/A": None}),
        ("care_leavers", "in_touch", {"a) Yes": "YES", "b) No": "NO", "c) Died": "DIED"}),
        ("care_leavers", "eligibility", {"b) Former relevant child": "former_relevant"}),
        ("care_leavers", "activity", {"G5: Not in education, employment or training - other": "G5"}),
    ],
)  # fmt: skip
def test_codes_are_taken_out_of_letters_and_words(table: str, column: str, read_as: Mapping[str, object]) -> None:
    found = typed(table, column, list(read_as))
    assert [float(value) if column == "age" and value is not None else value for value in found] == list(
        read_as.values()
    )


def test_every_code_stands_for_itself() -> None:
    """The set's own codes are never taken for something else by the words or the letters of a list."""
    for table in CONTRACT.tables:
        for rule in table.expectations:
            if isinstance(rule, InCodeSet):
                assert typed(table.name, rule.column, rule.codes) == list(rule.codes), (table.name, rule.rule)


def test_dates_are_read_as_workbooks_give_them_and_as_the_guide_writes_them() -> None:
    texts = [
        "2015-01-25 00:00:00",
        "2015-01-25",
        "25/01/2015",
        "01/25/2015",
        "25/01/15",
        "25 January 2015",
        " ",
        "#N/A",
    ]
    assert typed("contacts", "contact_on", texts) == [date(2015, 1, 25)] * 3 + [None] * 5


# What councils really send: titles above the header, headings of their own, a header again, a total.
HEADINGS = {
    "contacts": {"contact_on": "Date of Contact", "source": "Contact Source", "age": "Age of Child (Years)"},
    "early_help": {
        "started_on": "Assessment start date",
        "completed_on": "Assessment completion date",
        "organisation": "Organisation completing assessment",
    },
}


def written(table: str, row: Row, headings: Mapping[str, str]) -> dict[str, object]:
    """A row under the headings of the guide (the last alternative where we name none), dates as dates."""
    declared = CONTRACT.table(table)
    cells: dict[str, object] = {}
    for column in declared.columns:
        value = row.get(column.name)
        heading = headings.get(column.name, column.headers[0] if column.headers else column.name)
        is_day = value is not None and value.endswith(" 00:00:00")
        cells[heading] = datetime.fromisoformat(value) if value and is_day else value
    return cells


def workbook(path: Path, *, without: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, table in enumerate(LISTS, start=1):
        if table in without:
            continue
        sheet = book.create_sheet(f"List {number}")
        row = LISTED_IN_NEED["children_in_need"][0] if table == "children_in_need" else GOOD[table]
        cells = written(table, row, HEADINGS.get(table, {}))
        if table == "contacts":
            sheet.append(["Annex A, list 1: contacts in the last six months"])
            sheet.append([])
        sheet.append([heading.title() for heading in cells])
        sheet.append(list(cells.values()))
        if table == "contacts":
            sheet.append([heading.title() for heading in cells])
            sheet.append(["Total", 1])
    book.save(path)
    return path


def checked(path: Path) -> FileCheck:
    quarter = FinancialQuarter.parse("2019-20-Q4")
    return Checker(CONTRACTS, CATALOGUE, areas(), SOUTHAMPTON, quarter, date(2020, 5, 1)).check(path)


def test_all_eleven_lists_are_read(tmp_path: Path) -> None:
    recognised = recognise(workbook(tmp_path / "lists.xlsx"), CONTRACTS)
    assert recognised.contract.extract == "annex_a"
    rows = {table.name: rows for table, rows in recognised.batches()}
    assert {name: batch.height for name, batch in rows.items()} == {**dict.fromkeys(LISTS, 1), "contacts": 3}
    assert {name: batch.unknown_headers for name, batch in rows.items()} == dict.fromkeys(LISTS, ())
    assert [batch.locations[0] for batch in rows.values()] == [
        "List 1!{column}4", *(f"List {number}!{{column}}2" for number in range(2, 12)),
    ]  # fmt: skip


def test_a_heading_again_and_a_total_end_in_quarantine(tmp_path: Path) -> None:
    check = checked(workbook(tmp_path / "lists.xlsx"))
    assert (check.outcome, check.rows_read, check.rows_quarantined) == ("accepted_with_quarantine", 13, 2)
    found = [(p.location, p.rule) for p in check.problems if p.rule == "row_is_a_record"]
    assert found == [("List 1!A5", "row_is_a_record"), ("List 1!A6", "row_is_a_record")]
    assert {p.location.partition("!")[0] for p in check.problems if p.severity == "critical"} == {"List 1"}


def test_a_heading_that_stands_twice_stops_the_file_only_where_a_list_is_headed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook(tmp_path / "lists.xlsx"))
    notes = book.create_sheet("Notes", 0)
    notes.append(["Gender", "Gender", "Age", "Age"])
    book.save(tmp_path / "notes.xlsx")
    assert checked(tmp_path / "notes.xlsx").outcome == "accepted_with_quarantine"
    book["List 3"]["Z1"] = "Date of Referral"
    book.save(tmp_path / "twice.xlsx")
    check = checked(tmp_path / "twice.xlsx")
    [problem] = check.problems
    assert (check.outcome, problem.rule, problem.kind) == (
        "stopped", "headers_stand_once", "two columns are headed referred_on",
    )  # fmt: skip
    assert problem.location.endswith("List 3, line 1")


def test_a_list_that_was_not_sent_leaves_what_needs_it_unsaid(tmp_path: Path) -> None:
    check = checked(workbook(tmp_path / "lists.xlsx", without=["children_in_need"]))
    assert "child_is_in_list_6" not in {problem.rule for problem in check.problems}


def test_a_list_is_told_by_its_headings_where_sheets_have_other_names(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook(tmp_path / "lists.xlsx"))
    for sheet, name in zip(book.worksheets, "abcdefghijk", strict=True):
        sheet.title = name
    book.save(tmp_path / "renamed.xlsx")
    recognised = recognise(tmp_path / "renamed.xlsx", CONTRACTS)
    found = {table.name: rows.locations[0][0] for table, rows in recognised.batches()}
    assert found == dict(zip(LISTS, "abcdefghijk", strict=True))


def test_list_1_is_not_taken_for_list_10_or_11(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook(tmp_path / "lists.xlsx"))
    for sheet in book.worksheets:
        sheet.title = f"{sheet.title} - as sent"
    book._sheets.reverse()
    book.save(tmp_path / "reversed.xlsx")
    recognised = recognise(tmp_path / "reversed.xlsx", CONTRACTS)
    found = {table.name: rows.locations[0].partition(" -")[0] for table, rows in recognised.batches()}
    assert found == {table: f"List {number}" for number, table in enumerate(LISTS, start=1)}


@pytest.mark.parametrize("table", ["section_47", "child_protection_plans"])
def test_a_column_that_councils_may_add_is_read_where_it_is(table: str, tmp_path: Path) -> None:
    name, heading = {"section_47": ("transfer_in", "Transfer in")}.get(
        table, ("temporary_registration", "Temporary registration")
    )
    row = {**GOOD[table], name: "a) Yes"}
    cells = written(table, row, {name: heading})
    book = openpyxl.Workbook()
    book.active.title = f"List {LISTS.index(table) + 1}"
    book.active.append(list(cells))
    book.active.append(list(cells.values()))
    book.save(tmp_path / "list.xlsx")
    [(declared, rows)] = recognise(tmp_path / "list.xlsx", CONTRACTS).batches()
    assert declared.name == table
    assert rows.values_of(name) == {"a) Yes"}


def test_a_transfer_in_has_a_conference_and_no_enquiry() -> None:
    moved_in = {**GOOD["section_47"], "started_on": None, "transfer_in": "Yes"}
    assert broken("annex_a", "section_47", [moved_in], Case({})) == [[]]


def test_a_child_not_yet_born_can_have_a_plan() -> None:
    unborn = {
        **GOOD["child_protection_plans"], "gender": "c) Not stated/recorded", "date_of_birth": "20/06/2020",
        "age": "Unborn", "started_on": "2020-02-06", "latest_review_on": None,
    }  # fmt: skip
    assert broken("annex_a", "child_protection_plans", [unborn], Case({})) == [[]]


def test_one_plan_may_begin_the_day_another_ended() -> None:
    first = {**GOOD["child_protection_plans"], "started_on": "2018-05-06", "ended_on": "2019-05-06"}
    first["latest_review_on"] = "2019-05-06"
    assert broken("annex_a", "child_protection_plans", [first, GOOD["child_protection_plans"]], Case({})) == [[], []]


def test_codes_are_those_of_the_collection_year() -> None:
    early_help = {**GOOD["contacts"], "source": "x) 5D: Early help"}
    of_2022 = {**early_help, "contact_on": "2022-03-31", "date_of_birth": "2012-03-14"}
    assert broken("annex_a", "contacts", [of_2022], Case({}, quarter="2021-22 Q4")) == [[]]
