"""Records of an XML file, as frames of text by kind, in one pass and in bounded memory.

Here: streaming records out of the guarded parser. Not here: the parser and its guards (`assets.raw.readers.xml_file`),
declaring shapes (`assets.raw.readers.xml_shapes`), nor the shapes of any return.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from assets.raw.readers.xml_file import MAXIMUM_DEPTH, MAXIMUM_TEXT, GuardedParser, Root, is_xml, local_name, root_of
from assets.raw.readers.xml_shapes import (
    ANY_ROOT,
    EXTRA,
    LINE,
    LOCATION,
    PARENT_ROW,
    ROW_NUMBER,
    Node,
    Recorder,
    RecordShape,
    Slots,
    compile_shapes,
)

__all__ = ["Batch", "RecordShape", "Root", "is_xml", "read_records", "root_of"]

BATCH_ROWS = 50_000
MAXIMUM_RECORD = 4_000_000
"""Bytes of one outermost record with all inside it: until it closes, its rows wait for fields that may follow."""
MAXIMUM_PATHS = 10_000
"""Different paths in one file: they are remembered, and no return has a tenth as many."""
JOINED_BY = "|"


@dataclass(frozen=True)
class Batch:
    """Some rows of one kind, in document order: a text column for each declared one, and their place in the file."""

    kind: str
    frame: pl.DataFrame


def read_records(path: Path, shapes: Sequence[RecordShape], batch: int = BATCH_ROWS) -> Iterator[Batch]:
    """Every record of the file, in batches of about so many rows over all kinds.

    Raises UnreadableError, perhaps after some batches: keep none before all have come.
    """
    reading = _Reading(GuardedParser(path), shapes, batch)
    for read in reading.parser.pieces():
        reading.check_bounds(read)
        yield from reading.take_ready()
    reading.make_ready()
    yield from reading.take_ready()


class _Reading:
    """One pass over one file."""

    def __init__(self, parser: GuardedParser, shapes: Sequence[RecordShape], batch: int) -> None:
        self.parser = parser
        self._batch = batch
        self._document, self._recorders = compile_shapes(shapes)
        self._paths = 0
        self._rows = 0
        self._unit_began: int | None = None
        self._texts: list[str] = []
        self._ready: list[Batch] = []
        self._open: list[Slots] = [[] for _ in range(MAXIMUM_DEPTH)]
        """The slots of the element open at each depth, where it has any."""
        parser.expat.StartElementHandler, parser.expat.EndElementHandler = self._handlers()
        parser.expat.CharacterDataHandler = self._texts.append

    def check_bounds(self, read: int) -> None:
        """Refuse what has been growing for too long."""
        if self._unit_began is not None and read - self._unit_began > MAXIMUM_RECORD:
            raise self.parser.error("xml_within_bounds", "a record is larger than any return has")
        if len(self._texts) > 1:
            self._texts[:] = [self._joined()]

    def take_ready(self) -> list[Batch]:
        """The batches made since they were last taken."""
        ready, self._ready = self._ready, []
        return ready

    def make_ready(self) -> None:
        """Turn the rows held into frames."""
        self._ready += [Batch(held.shape.kind, _frame(held)) for held in self._recorders if held.rows]
        self._rows = 0

    def _handlers(self) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
        """The two calls made for every element. They are closures, since nothing here takes as much of the time."""
        node, texts, opened = self._document, self._texts, self._open
        grow, begin, close_unit, joined, put = self._grow, self._begin, self._close_unit, self._joined, self._put

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal node
            if texts:
                text = texts[0].strip() if len(texts) == 1 else joined().strip()
                texts.clear()
                if text:
                    put(node, text)
            node = node.children.get(name) or grow(node, name)
            if node.is_kept:
                begin(node)
            if attributes:
                for attribute, value in attributes.items():
                    if value.strip() and not attribute.startswith("xmlns"):
                        key = f"@{local_name(attribute)}"
                        put(node.children.get(key) or grow(node, key), value.strip())

        def end(_name: str) -> None:
            nonlocal node
            if texts:
                text = texts[0].strip() if len(texts) == 1 else joined().strip()
                texts.clear()
                if text:
                    put(node, text)
            if node.begins_unit:
                close_unit()
            node = node.parent  # type: ignore[assignment]

        return start, end

    def _put(self, node: Node, text: str) -> None:
        """Text met at a path goes into every slot some column asks, or into the extra of the record around it."""
        for depth, slot, repeated in node.targets:
            slots = self._open[depth]
            before = slots[slot]
            if before is None:
                slots[slot] = text
            else:
                repeated.add(slot)
                slots[slot] = _with_another(before, text)
        if node.extra_at is not None:
            slots = self._open[node.extra_at]
            extra = slots[EXTRA] = slots[EXTRA] or {}
            before = extra.get(node.extra_path)
            extra[node.extra_path] = text if before is None else _with_another(before, text)

    def _grow(self, node: Node, name: str) -> Node:
        """A path met for the first time, or one whose name has a prefix here."""
        self._paths += 1
        if node.depth + 1 >= MAXIMUM_DEPTH or self._paths > MAXIMUM_PATHS:
            found = "elements are nested deeper, or have more names, than any return has them"
            raise self.parser.error("xml_within_bounds", found)
        plain = ANY_ROOT if node.parent is None else local_name(name)
        is_new = plain not in node.children
        below = node.children[name] = node.below(plain)
        if is_new:
            below.settle()
        return below

    def _begin(self, node: Node) -> None:
        """An element opens that is a record, holds what a record asks for, or stands on the way to one."""
        for below in node.paths_below:
            below.position = 0
        if node.parent:
            node.position += 1
            node.location = node.parent.location
            node.location = f"{node.parent.location}/{node.name}"
            if node.recorder or node.position > 1:
                node.location += f"[{node.position}]"
        if not node.slots:
            return
        if node.begins_unit:
            self._unit_began = self.parser.expat.CurrentByteIndex
        slots = self._open[node.depth] = node.slots.copy()
        recorder = node.recorder
        if recorder is None:
            return
        recorder.count += 1
        self._rows += 1
        slots[ROW_NUMBER] = recorder.count
        slots[LOCATION] = node.location
        slots[LINE] = self.parser.line
        if recorder.parent_depth is not None:
            slots[PARENT_ROW] = self._open[recorder.parent_depth][ROW_NUMBER]
        recorder.rows.append(slots)
        for depth, around in recorder.rows_around.items():
            around.append(self._open[depth])

    def _close_unit(self) -> None:
        self._unit_began = None
        if self._rows >= self._batch:
            self.make_ready()

    def _joined(self) -> str:
        text = "".join(self._texts)
        if len(text) > MAXIMUM_TEXT:
            raise self.parser.error("xml_within_bounds", "the text of an element is longer than any return has")
        return text


def _with_another(before: Any, text: str) -> list[str]:
    # A list until the record is done: to join at once would copy the values before at every repeat.
    if isinstance(before, list):
        before.append(text)
        return before
    return [before, text]


def _frame(recorder: Recorder) -> pl.DataFrame:
    """The rows held of one kind, which are let go."""
    by_slot = list(zip(*recorder.rows, strict=True))
    columns: dict[str, pl.Series] = {}
    for name, (holder, slot) in zip(recorder.shape.columns, recorder.columns, strict=True):
        if holder is recorder.node:
            values: Sequence[Any] = by_slot[slot]
        else:
            values = [slots[slot] for slots in recorder.rows_around[holder.depth]]
        if slot in holder.repeated:
            values = [JOINED_BY.join(value) if isinstance(value, list) else value for value in values]
        columns[name] = pl.Series(name, values, pl.String)
    columns["row_number"] = pl.Series("row_number", by_slot[ROW_NUMBER], pl.Int64)
    columns["location"] = pl.Series("location", by_slot[LOCATION], pl.String)
    columns["line"] = pl.Series("line", by_slot[LINE], pl.Int64)
    columns["extra"] = pl.Series("extra", [_as_json(extra) for extra in by_slot[EXTRA]], pl.String)
    columns["parent_row"] = pl.Series("parent_row", by_slot[PARENT_ROW], pl.Int64)
    recorder.rows.clear()
    for around in recorder.rows_around.values():
        around.clear()
    return pl.DataFrame(columns)


def _as_json(extra: dict[str, str | list[str]] | None) -> str | None:
    if extra is None:
        return None
    joined = {path: text if isinstance(text, str) else JOINED_BY.join(text) for path, text in extra.items()}
    return json.dumps(joined, ensure_ascii=False, sort_keys=True)
