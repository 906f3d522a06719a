"""Workbooks that are odd or made to do harm: read as they are, or refused, in bounded time and memory."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.workbook import read_workbook

SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, fill: Callable[[Worksheet], object]) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        fill(book.add_worksheet("Rows"))
    return path


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def one_cell(sheet: Worksheet) -> None:
    sheet.write(0, 0, "invented")


def refused(path: Path) -> str:
    begun = time.perf_counter()
    with pytest.raises(UnreadableError) as error:
        read_workbook(path)
    assert time.perf_counter() - begun < 2
    assert "invented" not in str(error.value)
    return error.value.rule


def test_two_far_cells_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = workbook(tmp_path / "far", lambda sheet: (one_cell(sheet), sheet.write(1_048_575, 16_383, "far")))
    assert refused(path) == "workbook_within_bounds"


@pytest.mark.parametrize("end", [b'<row r="1048576"><c><v>1</v></c></row>', b"<row><c><v>1</v></c></row>" * 2_000])
def test_cells_that_do_not_say_where_they_are_count_too(end: bytes, tmp_path: Path) -> None:
    wide = b"<row>" + b"<c><v>1</v></c>" * 16_384 + b"</row>"
    path = changed(
        workbook(tmp_path / "far", one_cell),
        SHEET,
        lambda part: part.replace(b"</sheetData>", wide + end + b"</sheetData>"),
    )
    assert refused(path) == "workbook_within_bounds"


def test_a_million_empty_rows_are_no_rows(tmp_path: Path) -> None:
    # A tenth of the million is written as empty rows, to keep the test short; the far cell makes up the rest.
    def fill(sheet: Worksheet) -> None:
        one_cell(sheet)
        for row in range(1, 100_000):
            sheet.set_row(row, 20)
        sheet.write(1_048_575, 0, "last")

    (sheet,) = read_workbook(workbook(tmp_path / "rows", fill))
    assert [(row.number, row.cells) for row in sheet.rows] == [(1, ("invented",)), (1_048_576, ("last",))]


def test_a_size_that_is_not_so_is_not_believed(tmp_path: Path) -> None:
    path = changed(
        workbook(tmp_path / "size", one_cell), SHEET, lambda part: part.replace(b'ref="A1"', b'ref="A1:XFD1048576"')
    )
    (sheet,) = read_workbook(path)
    assert [row.cells for row in sheet.rows] == [("invented",)]


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    (sheet,) = read_workbook(workbook(tmp_path / "wide", lambda sheet: sheet.write_row(0, 0, ["x"] * 10_000)))
    assert len(sheet.rows[0].cells) == 10_000


def test_a_formula_is_its_last_result(tmp_path: Path) -> None:
    (sheet,) = read_workbook(workbook(tmp_path / "sum", lambda sheet: sheet.write_formula(0, 0, "=1+1", None, 2)))
    assert sheet.rows[0].cells == ("2",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("above", ["", f"<!--{'x' * 100_000}-->"])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "_rels/.rels", "xl/styles.xml"])
def test_a_document_type_is_refused_in_any_part(part: str, above: str, encoding: str, tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{above}<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
    path = changed(workbook(tmp_path / "type", one_cell), part, lambda _: text.encode(encoding))
    assert refused(path) == "no_document_type"


def test_an_encrypted_workbook_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "encrypted"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_096))
    assert refused(path) == "file_is_open"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = changed(workbook(tmp_path / "bomb", one_cell), "xl/styles.xml", lambda part: part + b" " * 30_000_000)
    assert refused(path) == "workbook_within_bounds"
