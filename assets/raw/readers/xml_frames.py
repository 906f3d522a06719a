"""The rows read of an XML file, turned into frames: what stands around a record is looked up for all rows at once.

Here: what was kept at the nodes, to frames. Not here: keeping it, element by element
(`assets.raw.readers.xml_records`) or for a whole piece of the file (`assets.raw.readers.xml_regular`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.raw.readers.xml_shapes import Node

JOINED_BY = "|"

Ordinals = NDArray[np.uint32]


@dataclass(frozen=True)
class Batch:
    """Some rows of one kind, in document order: a text column for each declared one, and their place in the file.

    Beside the declared columns: `row_number` (of the kind, from 1), `location`, `line`, `extra` (what stands in the
    record and no column of it declares, as JSON) and `parent_row` (the row number of the record around it). `unknown`
    are the paths of what is in `extra` and no column of any kind asks for: names of elements, in their order.
    """

    kind: str
    frame: pl.DataFrame
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What one node has kept since the last batch; see `Node` for what each of these is."""

    lines: pl.Series
    around: pl.Series
    locations: pl.Series
    texts: pl.Series
    holders: Mapping[Node, pl.Series]


NOTHING = Kept(
    lines=pl.Series(dtype=pl.Int64),
    around=pl.Series(dtype=pl.UInt32),
    locations=pl.Series(dtype=pl.String),
    texts=pl.Series(dtype=pl.String),
    holders={},
)


def make_batches(nodes: Sequence[Node], lines_before: int) -> list[Batch]:
    """What has been kept at the nodes (outer before inner), which let it go."""
    kept = {node: _kept(node, lines_before) for node in nodes if node.lines or node.texts}
    for node in nodes:
        node.ordinal = -1
        for held in (node.around, node.lines, node.locations if node.begins_unit else [], node.texts):
            held.clear()
        for _, elements in node.holders:
            elements.clear()
    return batches_of(kept)


def _kept(node: Node, lines_before: int) -> Kept:
    return Kept(
        pl.Series(node.lines, dtype=pl.Int64) + lines_before,
        pl.Series(node.around, dtype=pl.UInt32),
        pl.Series(node.locations if node.begins_unit else [], dtype=pl.String),
        pl.Series(node.texts, dtype=pl.String),
        {holder: pl.Series(elements, dtype=pl.UInt32) for holder, elements in node.holders},
    )


def batches_of(kept: Mapping[Node, Kept]) -> list[Batch]:
    """The records kept, a batch for each kind that has any, the nodes in their order; rows are counted on."""
    making = _Making(kept)
    batches = [
        Batch(node.shape.kind, making.frame(node), making.unknown(node))
        for node, held in kept.items()
        if node.shape and len(held.lines)
    ]
    for node, held in kept.items():
        node.count_before += len(held.lines)
    return batches


class _Making:
    """One batch in the making: what several kinds ask for is worked out once."""

    def __init__(self, kept: Mapping[Node, Kept]) -> None:
        self._kept = kept
        self._extras = [node for node, held in kept.items() if node.extra_of and len(held.texts)]
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
                "row_number": self._row_numbers(record),
                "location": self._location(record),
                "line": self._kept[record].lines,
                "extra": self._extra(record),
                "parent_row": self._seen_from(record, outer, self._row_numbers(outer))
                if outer
                else pl.Series([None], dtype=pl.Int64).new_from_index(0, self._count(record)),
            }
        )

    def unknown(self, record: Node) -> tuple[str, ...]:
        """The paths of what is extra to the records of a kind, and asked for by none."""
        return tuple(sorted(node.extra_path for node in self._extras if node.extra_of is record and node.is_unknown))

    def _count(self, node: Node) -> int:
        return len(self._kept[node].lines)

    def _row_numbers(self, record: Node) -> pl.Series:
        """The rows' own numbers, which go on from the batch before."""
        first = record.count_before + 1
        return pl.int_range(first, first + self._count(record), dtype=pl.Int64, eager=True)

    def _seen_from(self, node: Node, outer: Node, values: pl.Series) -> pl.Series:
        """What the elements around have, for each element they are around."""
        if node is outer:
            return values
        index = self._kept[node].around
        while (node := node.parent or outer) is not outer:
            index = self._kept[node].around.gather(index)
        return values.gather(index)

    def _location(self, node: Node) -> pl.Series:
        if node.begins_unit:
            return self._kept[node].locations
        if node not in self._locations:
            assert node.parent
            above, around = self._location(node.parent), self._kept[node].around.to_numpy()
            self._locations[node] = shown_location(node, above, around, positions(around))
        return self._locations[node]

    def _texts_held(self, node: Node, holder: Node) -> pl.Series:
        """The text at a path for each element that holds it: null where none stands, joined where several do."""
        if (node, holder) not in self._held:
            kept, count = self._kept.get(node, NOTHING), self._count(holder)
            at, texts = kept.holders.get(holder, NOTHING.around), kept.texts
            # The texts are in the order of their elements.
            if (at.diff() == 0).any():
                together = pl.DataFrame({"at": at, "texts": texts}).group_by("at", maintain_order=True).all()
                at, texts = together["at"], together["texts"].list.join(JOINED_BY)
            if len(at) < count:
                # Where none stands, the null put behind the last is taken.
                text_of = np.full(count, len(texts), np.uint32)
                text_of[at.to_numpy()] = np.arange(len(texts))
                texts = texts.extend_constant(None, 1).gather(text_of)
            self._held[node, holder] = texts
        return self._held[node, holder]

    def _extra(self, record: Node) -> pl.Series:
        found: dict[int, dict[str, list[str]]] = {}
        for node in self._extras:
            if node.extra_of is record:
                for element, text in zip(self._kept[node].holders[record], self._kept[node].texts, strict=True):
                    found.setdefault(element, {}).setdefault(node.extra_path, []).append(text)
        told: list[str | None] = [None] * self._count(record)
        for element, texts in found.items():
            joined = {path: JOINED_BY.join(several) for path, several in texts.items()}
            told[element] = json.dumps(joined, ensure_ascii=False, sort_keys=True)
        return pl.Series(told, dtype=pl.String)


def shown_location(node: Node, above: pl.Series, around: Ordinals, position: NDArray[np.int64]) -> pl.Series:
    """`/Children/Child[2]/Section47[1]`: what is no record shows its position only where it is not the first.

    `above` are the locations of the node above, `around` which of these each element stands in, and at what position.
    """
    outer, at = pl.lit(above.gather(around)), pl.lit(pl.Series(position))
    shown = pl.format("{}/" + node.name + "[{}]", outer, at)
    if not node.shape:
        shown = pl.when(at > 1).then(shown).otherwise(outer + f"/{node.name}")
    return pl.select(shown).to_series()


def positions(around: Ordinals) -> NDArray[np.int64]:
    """The position of each element among its like, from 1, where those around them are in order."""
    index = np.arange(len(around))
    begins = np.flatnonzero(np.diff(around, prepend=np.uint32(0)) != 0)
    first = np.zeros(len(around), np.int64)
    first[begins] = begins
    return index - np.maximum.accumulate(first) + 1
