"""The scorecard as a workbook: `report/scorecard.xlsx`, the same bytes for the same figures.

Here: four sheets for people who go on calculating. Not here: the page they read (`assets.release.report`).
Text is always written as text: what an agency typed must never become a formula or a link.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from assets.marts.schema import MartTable
from assets.release.partner import quoted
from assets.release.scorecard import quarter_labels

_NUMBER = re.compile(r"^-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?$")
_WIDEST = 60
_NARROWEST = 8


@dataclass(frozen=True)
class Sheet:
    """A sheet: which mart, in which order, and which of its text columns hold printed numbers."""

    title: str
    table: str
    order: str
    printed: tuple[str, ...] = ()


SHEETS = (
    Sheet(
        "Scorecard",
        "scorecard",
        "area_code, theme, title, indicator_id, measure, breakdown_type, breakdown, basis DESC",
        (*(f"quarter_{number}" for number in range(1, 9)), "statistical_neighbours", "england", "south_east"),
    ),
    Sheet(
        "Findings",
        "findings",
        "CASE severity WHEN 'error' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END",
    ),
    Sheet("Deliveries", "deliveries", "quarter, area_code, agency, extract"),
    Sheet("Indicators", "indicators", "theme, id"),
)


def write_workbook(
    database: duckdb.DuckDBPyConnection, tables: Mapping[str, MartTable], path: Path, as_of: date
) -> None:
    """Write the workbook from a release's own database; `as_of` is the only date it knows."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties(
        {
            "title": "Sightline scorecard",
            "comments": "Partner edition, for named roles. Unrounded figures.",
            "created": datetime(as_of.year, as_of.month, as_of.day),
        }
    )
    for sheet in SHEETS:
        table = tables[sheet.table]
        rows = database.sql(_query(table, sheet)).fetchall()
        _write_sheet(workbook, sheet, table, rows)
    workbook.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())


def _query(table: MartTable, sheet: Sheet) -> str:
    columns = ", ".join(map(quoted, table.column_names))
    # Completed by all columns, so that no tie is left to chance.
    return f"SELECT {columns} FROM marts.{quoted(table.name)} ORDER BY {sheet.order}, {columns}"


def _write_sheet(
    workbook: xlsxwriter.Workbook, sheet: Sheet, table: MartTable, rows: Sequence[tuple[Any, ...]]
) -> None:
    worksheet = workbook.add_worksheet(sheet.title)
    header = workbook.add_format({"bold": True, "bg_color": "#12343b", "font_color": "#ffffff", "text_wrap": True})
    header.set_align("top")
    absent = workbook.add_format({"italic": True, "font_color": "#6b6459", "align": "right"})
    day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
    decimals = [workbook.add_format({"num_format": "#,##0" + ("." + "0" * n if n else "")}) for n in range(7)]
    headings = _headings(table, rows)
    for index, (column, heading) in enumerate(zip(table.columns, headings, strict=True)):
        worksheet.write_string(0, index, heading, header)
        texts = [str(row[index]) for row in rows if row[index] is not None]
        widest = max([len(heading), *(len(text) for text in texts)], default=_NARROWEST)
        worksheet.set_column(index, index, min(_WIDEST, max(_NARROWEST, widest + 2)))
        for number, row in enumerate(rows, start=1):
            value = row[index]
            if value is None:
                continue
            if isinstance(value, bool):
                worksheet.write_boolean(number, index, value)
            elif isinstance(value, int | float):
                worksheet.write_number(number, index, value)
            elif isinstance(value, date):
                worksheet.write_datetime(number, index, value, moment if isinstance(value, datetime) else day)
            elif column.name in sheet.printed and (match := _NUMBER.match(value)):
                places = len(match["decimals"] or "")
                worksheet.write_number(number, index, float(value.replace(",", "")), decimals[min(places, 6)])
            else:
                worksheet.write_string(number, index, value, absent if column.name in sheet.printed else None)
    worksheet.freeze_panes(1, 0)
    worksheet.autofilter(0, 0, max(len(rows), 1), len(table.columns) - 1)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)


def _headings(table: MartTable, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """The columns' names; the eight quarters by their labels, where all rows end in the same quarter."""
    names = list(table.column_names)
    if "latest_quarter" not in names:
        return names
    latest = {row[names.index("latest_quarter")] for row in rows}
    if len(latest) != 1:
        return names
    labels = quarter_labels(latest.pop())
    spelled = {f"quarter_{number}": label for number, label in enumerate(labels, start=1)}
    return [spelled.get(name, name) for name in names]
