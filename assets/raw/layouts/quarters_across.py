"""The printed table with quarters across: a label, then a cell a quarter, perhaps comparators beside them.

Here: finding its header (which may be stacked over several rows, below titles) and its labelled rows. Not here:
what a label or a header means (`assets.core`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from assets.labels import label_key
from assets.raw.layouts.rows import PrintedCell
from assets.raw.readers.grid import GridRow

LAYOUT = "quarters_across"
LABEL_HEADERS = ("indicator", "measure")
_PERIOD_LIKE = re.compile(r"q\d{1,2}\d{4,8}|\d{4,8}q\d{1,2}")
_WHOLE = re.compile(r"q\d{1,2}(\d{6}|\d{8})|(\d{6}|\d{8})q\d{1,2}")


def is_period_like(text: str) -> bool:
    """Whether a header looks like a quarter, however it is spaced and whether or not the quarter exists."""
    return bool(_PERIOD_LIKE.fullmatch(label_key(text)))


def find(rows: Sequence[GridRow]) -> tuple[set[int], list[PrintedCell]]:
    """The first table's row numbers and its cells; both empty where the rows hold none.

    A header stacked over several rows ends where a row has a label again, or a figure under a quarter that is named
    whole. Every row below belongs to the table until another header begins. A blank cell that has a label and a header
    is a cell; one without either is a cell only where it holds something.
    """
    for position, row in enumerate(rows):
        if not _may_begin(row):
            continue
        stack = _stack(rows[position:])
        headers = _join(stack)
        if not any(is_period_like(text) for text in headers.values()):
            continue
        body = list(takewhile(lambda below: not _may_begin(below), rows[position + len(stack) :]))
        cells = list(_cells(headers, body))
        if cells:
            return {row.number for row in (*stack, *body)}, cells
    return set(), []


def _may_begin(row: GridRow) -> bool:
    named = [cell for cell in row.cells[1:] if cell]
    if label_key(row.cells[0] or "") in LABEL_HEADERS and any(label_key(cell).startswith("q") for cell in named):
        return True
    return sum(is_period_like(cell) for cell in named) >= 2


def _stack(rows: Sequence[GridRow]) -> list[GridRow]:
    stack = [rows[0]]
    for below in rows[1:]:
        whole = [index for index, text in _join(stack).items() if _WHOLE.fullmatch(label_key(text))]
        if below.cells[0] or any(index < len(below.cells) and below.cells[index] for index in whole):
            break
        stack.append(below)
    return stack


def _join(stack: Sequence[GridRow]) -> dict[int, str]:
    headers = {}
    for index in range(1, max(len(row.cells) for row in stack)):
        parts = [cell for row in stack if index < len(row.cells) and (cell := row.cells[index])]
        if parts:
            headers[index] = " ".join(parts)
    return headers


def _cells(headers: dict[int, str], body: Sequence[GridRow]) -> Iterator[PrintedCell]:
    for row in body:
        for index in range(1, max([*headers, len(row.cells) - 1]) + 1):
            cell = row.cells[index] if index < len(row.cells) else None
            if cell or (row.cells[0] and index in headers):
                yield PrintedCell(row.number, index, LAYOUT, row.cells[0], cell, period=headers.get(index))
