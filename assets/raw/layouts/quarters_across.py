"""The printed table with quarters across: a label, then a cell a quarter, perhaps comparators beside them.

Here: finding its header (which may be stacked over several rows, below titles) and its labelled rows. Not here:
what a label or a header means (`assets.core`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assets.labels import label_key
from assets.raw.layouts.rows import PrintedCell
from assets.raw.readers.grid import GridRow

LAYOUT = "quarters_across"
LABEL_HEADERS = ("indicator", "measure")
_PERIOD_LIKE = re.compile(r"q\d{1,2}\d{4,8}|\d{4,8}q\d{1,2}")


def is_period_like(text: str) -> bool:
    """Whether a header looks like a quarter, however it is spaced and whether or not the quarter exists."""
    return bool(_PERIOD_LIKE.fullmatch(label_key(text)))


def find(rows: Sequence[GridRow]) -> tuple[set[int], list[PrintedCell]]:
    """The table's row numbers and its cells; both empty where the rows hold none.

    A header stacked over several rows ends where a row has a label again; the table ends where another header begins.
    A cell without a header counts only where it holds something; a blank cell under a header is a cell.
    """
    for position, row in enumerate(rows):
        if not _may_begin(row):
            continue
        stack = [row]
        for below in rows[position + 1 :]:
            if below.cells[0]:
                break
            stack.append(below)
        headers = _join(stack)
        if not any(is_period_like(text) for text in headers.values()):
            continue
        body = list(_labelled(rows[position + len(stack) :]))
        if body:
            return {row.number for row in (*stack, *body)}, list(_cells(headers, body))
    return set(), []


def _may_begin(row: GridRow) -> bool:
    named = [cell for cell in row.cells[1:] if cell]
    if label_key(row.cells[0] or "") in LABEL_HEADERS and any(label_key(cell).startswith("q") for cell in named):
        return True
    return sum(is_period_like(cell) for cell in named) >= 2


def _join(stack: Sequence[GridRow]) -> dict[int, str]:
    headers = {}
    for index in range(1, max(len(row.cells) for row in stack)):
        parts = [cell for row in stack if index < len(row.cells) and (cell := row.cells[index])]
        if parts:
            headers[index] = " ".join(parts)
    return headers


def _labelled(rows: Sequence[GridRow]) -> Iterator[GridRow]:
    for row in rows:
        if _may_begin(row):
            return
        if row.cells[0]:
            yield row


def _cells(headers: dict[int, str], body: Sequence[GridRow]) -> Iterator[PrintedCell]:
    for row in body:
        for index in range(1, max([*headers, len(row.cells) - 1]) + 1):
            cell = row.cells[index] if index < len(row.cells) else None
            if index in headers or cell:
                yield PrintedCell(row.number, index, LAYOUT, row.cells[0], cell, period=headers.get(index))
