"""Printed tables whose header says what each column is: by area, with neighbours, by measure, and ledgers.

Here: the layouts that begin with such a header, and what each cell takes from its row and column. Not here: tables with
quarters across (`assets.raw.layouts.quarters_across`) or without a header (`assets.raw.layouts.label_period_value`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assets.labels import label_key
from assets.raw.layouts.rows import PrintedCell
from assets.raw.readers.grid import GridRow

BY_AREA, WITH_NEIGHBOURS, LABEL_VALUE = "indicator_by_area", "measure_with_neighbours", "label_value"
BY_MEASURE, LEDGER = "measures_by_event", "ledger_with_total"
_YEAR = re.compile(r"\b\d{4}-\d{2}\b")

Found = tuple[set[int], list[PrintedCell]]


def find_by_area(rows: Sequence[GridRow]) -> Found:
    """Indicator, then a column an area, then perhaps Period and Note."""
    for position, row in enumerate(rows):
        keys = _keys(row)
        if keys[:1] == ["indicator"] and "period" in keys and len(keys) > 2:
            body = rows[position + 1 :]
            areas = [index for index, key in enumerate(keys) if key and key not in ("indicator", "period", "note")]
            cells = [
                PrintedCell(
                    below.number,
                    index,
                    BY_AREA,
                    below.cells[0],
                    _at(below, index),
                    period=_at(below, keys.index("period")),
                    comparator=row.cells[index],
                    note=_named(below, keys, "note"),
                )
                for below in body
                if below.cells[0]
                for index in areas
            ]
            return _numbers(row, body), cells
    return set(), []


def find_with_neighbours(rows: Sequence[GridRow]) -> Found:
    """A title that names the period (and perhaps a phase), then area, neighbours and gap a measure."""
    for position, row in enumerate(rows):
        keys = _keys(row)
        if not any("statisticalneighbour" in key for key in keys[1:]):
            continue
        titles = [above for above in rows[:position] if above.cells[0]]
        title = titles[-1].cells[0] if titles else None
        body = rows[position + 1 :]
        cells = [
            PrintedCell(
                below.number,
                index,
                WITH_NEIGHBOURS,
                below.cells[0],
                _at(below, index),
                period=title,
                breakdown=title,
                comparator=row.cells[index],
                title=title,
            )
            for below in body
            if below.cells[0]
            for index in range(1, len(keys))
            if keys[index]
        ]
        return _numbers(row, [*titles[-1:], *body]), cells
    return set(), []


def find_label_value(rows: Sequence[GridRow]) -> Found:
    """Measure, Value, Unit, and perhaps a comparator, whose value is a cell too, and a source."""
    for position, row in enumerate(rows):
        keys = _keys(row)
        if "measure" not in keys or "value" not in keys or "unit" not in keys:
            continue
        body = rows[position + 1 :]
        cells = []
        for below in body:
            label, source = _named(below, keys, "measure"), _named(below, keys, "source")
            unit = _named(below, keys, "unit")
            value = keys.index("value")
            cells.append(
                PrintedCell(
                    below.number, value, LABEL_VALUE, label, _at(below, value), unit=unit, period=source, note=source
                )
            )
            if "comparatorvalue" in keys and (compared := _at(below, keys.index("comparatorvalue"))):
                cells.append(
                    PrintedCell(
                        below.number,
                        keys.index("comparatorvalue"),
                        LABEL_VALUE,
                        label,
                        compared,
                        unit=unit,
                        comparator=_named(below, keys, "comparator"),
                        period=_named(below, keys, "comparator"),
                    )
                )
        return _numbers(row, body), cells
    return set(), []


def find_by_measure(rows: Sequence[GridRow]) -> Found:
    """Event, then a column a measure, then perhaps Note: every cell a figure of the event."""
    for position, row in enumerate(rows):
        keys = _keys(row)
        if keys[:1] != ["event"]:
            continue
        body = rows[position + 1 :]
        measures = [index for index, key in enumerate(keys) if key and key not in ("event", "note")]
        cells = [
            PrintedCell(
                below.number,
                index,
                BY_MEASURE,
                row.cells[index],
                _at(below, index),
                breakdown=below.cells[0],
                note=_named(below, keys, "note"),
            )
            for below in body
            if below.cells[0]
            for index in measures
        ]
        return _numbers(row, body), cells
    return set(), []


def find_ledger(rows: Sequence[GridRow]) -> Found:
    """Two columns, the second headed by a measure and its year, with a total below the parts."""
    for position, row in enumerate(rows):
        header = _at(row, 1)
        body = [below for below in rows[position + 1 :] if below.cells[0]]
        if header and _YEAR.search(header) and any(label_key(below.cells[0] or "") == "total" for below in body):
            year = _YEAR.search(header)
            cells = [
                PrintedCell(
                    below.number,
                    1,
                    LEDGER,
                    _YEAR.sub("", header).strip(),
                    _at(below, 1),
                    period=year.group() if year else None,
                    breakdown=None if label_key(below.cells[0] or "") == "total" else below.cells[0],
                )
                for below in body
            ]
            return _numbers(row, body), cells
    return set(), []


def _keys(row: GridRow) -> list[str]:
    return [label_key(cell or "") for cell in row.cells]


def _at(row: GridRow, index: int) -> str | None:
    return row.cells[index] if index < len(row.cells) else None


def _named(row: GridRow, keys: list[str], name: str) -> str | None:
    return _at(row, keys.index(name)) if name in keys else None


def _numbers(header: GridRow, body: Sequence[GridRow]) -> set[int]:
    return {header.number, *(row.number for row in body)}
