"""The rows read of an XML file, turned into frames: what stands around a record is looked up for all rows at once.

Here: what the nodes kept, to frames. Not here: keeping it (`assets.raw.readers.xml_records`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from assets.raw.readers.xml_shapes import Node

JOINED_BY = "|"


@dataclass(frozen=True)
class Batch:
    """Some rows of one kind, in document order: a text column for each declared one, and their place in the file.

    Beside the declared columns: `row_number` (of the kind, from 1), `location`, `line`, `extra` (what stands in the
    record and no column of it declares, as JSON) and `parent_row` (the row number of the record around it).
    """

    kind: str
    frame: pl.DataFrame


def make_batches(nodes: Sequence[Node], lines_before: int) -> list[Batch]:
    """What has been kept at the nodes (outer before inner), which let it go."""
    making = _Making(nodes, lines_before)
    batches = [Batch(node.shape.kind, making.frame(node)) for node in nodes if node.shape and node.lines]
    for node in nodes:
        node.count_before += len(node.lines)
        node.ordinal = -1
        for kept in (node.around, node.lines, node.locations if node.begins_unit else [], node.texts):
            kept.clear()
        for _, elements in node.holders:
            elements.clear()
    return batches


class _Making:
    """One batch in the making: what several kinds ask for is worked out once."""

    def __init__(self, nodes: Sequence[Node], lines_before: int) -> None:
        self._lines_before = lines_before
        self._extras = [node for node in nodes if node.extra_of and node.texts]
        self._around: dict[Node, pl.Series] = {}
        self._locations: dict[Node, pl.Series] = {}
        self._held: dict[tuple[Node, Node], pl.Series] = {}

    def frame(self, record: Node) -> pl.DataFrame:
        """The records of one kind."""
        assert record.shape
        columns = {
            name: self._seen_from(record, holder, self._texts_held(node, holder))
            for name, (node, holder) in zip(record.shape.columns, record.columns, strict=True)
        }
        outer = record.record_around()
        return pl.DataFrame(
            {
                **columns,
                "row_number": _row_numbers(record),
                "location": self._location(record),
                "line": pl.Series(record.lines, dtype=pl.Int64) + self._lines_before,
                "extra": self._extra(record),
                "parent_row": self._seen_from(record, outer, _row_numbers(outer))
                if outer
                else pl.Series([None], dtype=pl.Int64).new_from_index(0, len(record.lines)),
            }
        )

    def _elements_around(self, node: Node) -> pl.Series:
        if node not in self._around:
            self._around[node] = pl.Series(node.around, dtype=pl.UInt32)
        return self._around[node]

    def _seen_from(self, node: Node, outer: Node, values: pl.Series) -> pl.Series:
        """What the elements around have, for each element they are around."""
        if node is outer:
            return values
        index = self._elements_around(node)
        while (node := node.parent or outer) is not outer:
            index = self._elements_around(node).gather(index)
        return values.gather(index)

    def _location(self, node: Node) -> pl.Series:
        """`/Children/Child[2]/Section47[1]`: what is no record shows its position only where it is not the first."""
        if node.begins_unit:
            return pl.Series(node.locations, dtype=pl.String)
        if node not in self._locations:
            assert node.parent
            above = self._location(node.parent).gather(self._elements_around(node))
            positions = pl.Series(list(_positions(node.around)), dtype=pl.Int64)
            shown = pl.format("{}/" + node.name + "[{}]", "above", "position")
            if not node.shape:
                shown = pl.when(pl.col("position") > 1).then(shown).otherwise(pl.col("above") + f"/{node.name}")
            self._locations[node] = pl.select(above=above, position=positions).select(shown).to_series()
        return self._locations[node]

    def _texts_held(self, node: Node, holder: Node) -> pl.Series:
        """The text at a path for each element that holds it: null where none stands, joined where several do."""
        if (node, holder) not in self._held:
            elements, texts = node.kept_by(holder), pl.Series("texts", node.texts, pl.String)
            is_repeated = len(set(elements)) < len(elements)
            if is_repeated or len(elements) < len(holder.lines):
                at = pl.Series("at", elements, pl.UInt32)
                if is_repeated:
                    joined = pl.DataFrame([at, texts]).group_by("at", maintain_order=True)
                    at, texts = joined.agg(pl.col("texts").str.join(JOINED_BY)).get_columns()
                spread = pl.Series([None], dtype=pl.String).new_from_index(0, len(holder.lines))
                texts = spread.scatter(at, texts)
            self._held[node, holder] = texts
        return self._held[node, holder]

    def _extra(self, record: Node) -> pl.Series:
        found: dict[int, dict[str, list[str]]] = {}
        for node in self._extras:
            if node.extra_of is record:
                for element, text in zip(node.kept_by(record), node.texts, strict=True):
                    found.setdefault(element, {}).setdefault(node.extra_path, []).append(text)
        told: list[str | None] = [None] * len(record.lines)
        for element, texts in found.items():
            joined = {path: JOINED_BY.join(several) for path, several in texts.items()}
            told[element] = json.dumps(joined, ensure_ascii=False, sort_keys=True)
        return pl.Series(told, dtype=pl.String)


def _row_numbers(record: Node) -> pl.Series:
    """The rows' own numbers, which go on from the batch before."""
    first = record.count_before + 1
    return pl.int_range(first, first + len(record.lines), dtype=pl.Int64, eager=True)


def _positions(around: Sequence[int]) -> Iterator[int]:
    """The position of each element among its like, where those around them are in order."""
    before, position = -1, 0
    for element in around:
        position = position + 1 if element == before else 1
        before = element
        yield position
