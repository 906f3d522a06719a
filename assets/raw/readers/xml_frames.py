"""The rows read of an XML file, turned into frames: what stands around a record is looked up for all rows at once.

Here: slots to frames. Not here: filling the slots (`assets.raw.readers.xml_records`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.raw.readers.xml_shapes import AROUND, EXTRA, LINE, POSITION, Node

JOINED_BY = "|"


@dataclass(frozen=True)
class Batch:
    """Some rows of one kind, in document order: a text column for each declared one, and their place in the file.

    Beside the declared columns: `row_number` (of the kind, from 1), `location`, `line`, `extra` (what stands in the
    record and no column of it declares, as JSON) and `parent_row` (the row number of the record around it).
    """

    kind: str
    frame: pl.DataFrame


class _Rows:
    """The elements of one path in this batch, by column."""

    def __init__(self, node: Node, outer: _Rows | None) -> None:
        self.node = node
        self.outer = outer
        self.by_slot = list(zip(*node.rows, strict=True))
        position = pl.Series(self.by_slot[POSITION], dtype=pl.Int64)
        around = self.by_slot[AROUND]
        if outer is None:
            above = pl.Series(around, dtype=pl.String)
        else:
            self.outer_index = pl.Series(around, dtype=pl.UInt32)
            above = outer.location.gather(self.outer_index)
        shown = pl.format("/" + node.name + "[{}]", "position")
        if not node.shape:
            # What is no record is as a rule alone: its position is shown only where it is not.
            shown = pl.when(pl.col("position") > 1).then(shown).otherwise(pl.lit("/" + node.name))
        self.location = pl.DataFrame({"above": above, "position": position}).select(pl.col("above") + shown).to_series()

    @property
    def row_number(self) -> pl.Series:
        """The rows' own numbers, which go on from the batch before."""
        before = self.node.rows_before
        return pl.int_range(before + 1, before + len(self.node.rows) + 1, dtype=pl.Int64, eager=True)

    def values(self, slot: int) -> pl.Series:
        """The text in a slot."""
        values: Sequence[Any] = self.by_slot[slot]
        if slot in self.node.repeated:
            values = [JOINED_BY.join(value) if isinstance(value, list) else value for value in values]
        return pl.Series(values, dtype=pl.String)

    def outwards(self) -> Iterator[tuple[_Rows, pl.Series | None]]:
        """These rows, then those around them, with the place each of these has among those (None: the same)."""
        rows: _Rows | None = self
        index: pl.Series | None = None
        while rows is not None:
            yield rows, index
            if rows.outer is not None:
                index = rows.outer_index if index is None else rows.outer_index.gather(index)
            rows = rows.outer


def make_batches(nodes: Sequence[Node], lines_before: int) -> list[Batch]:
    """The rows held at the nodes (outer before inner), which are let go."""
    made: dict[int, _Rows] = {}
    batches = []
    for node in nodes:
        if not node.rows:
            continue
        rows = made[id(node)] = _Rows(node, made.get(id(node.parent)))
        if node.shape:
            batches.append(Batch(node.shape.kind, _frame(rows, lines_before)))
    for node in nodes:
        node.rows_before += len(node.rows)
        node.rows.clear()
        node.ordinal = -1
    return batches


def _frame(rows: _Rows, lines_before: int) -> pl.DataFrame:
    node = rows.node
    assert node.shape
    around = {outer.node: (outer, index) for outer, index in rows.outwards()}
    columns: dict[str, pl.Series] = {}
    for name, (holder, slot) in zip(node.shape.columns, node.columns, strict=True):
        holding, index = around[holder]
        columns[name] = holding.values(slot) if index is None else holding.values(slot).gather(index)
    columns["row_number"] = rows.row_number
    columns["location"] = rows.location
    columns["line"] = pl.Series(rows.by_slot[LINE], dtype=pl.Int64) + lines_before
    columns["extra"] = pl.Series([_as_json(extra) for extra in rows.by_slot[EXTRA]], dtype=pl.String)
    outer, index = around.get(node.record_around(), (None, None))
    if outer and index is not None:
        columns["parent_row"] = outer.row_number.gather(index)
    else:
        columns["parent_row"] = pl.Series([None] * len(node.rows), dtype=pl.Int64)
    return pl.DataFrame(columns)


def _as_json(extra: dict[str, str | list[str]] | None) -> str | None:
    if extra is None:
        return None
    joined = {path: text if isinstance(text, str) else JOINED_BY.join(text) for path, text in extra.items()}
    return json.dumps(joined, ensure_ascii=False, sort_keys=True)
