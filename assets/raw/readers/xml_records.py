"""Records of an XML file, as frames of text by kind, in one pass and in bounded memory.

Here: streaming records out of the guarded parser. Not here: the parser and its guards (`assets.raw.readers.xml_file`),
declaring shapes (`assets.raw.readers.xml_shapes`), making frames (`assets.raw.readers.xml_frames`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assets.raw.readers.xml_file import MAXIMUM_DEPTH, MAXIMUM_TEXT, GuardedParser, Root, is_xml, local_name, root_of
from assets.raw.readers.xml_frames import Batch, make_batches
from assets.raw.readers.xml_shapes import ANY_ROOT, EXTRA, Node, RecordShape, compile_shapes

__all__ = ["Batch", "RecordShape", "Root", "is_xml", "read_records", "root_of"]

BATCH_ROWS = 50_000
MAXIMUM_RECORD = 4_000_000
"""Bytes of one outermost record with all inside it: until it closes, its rows wait for fields that may follow."""
MAXIMUM_PATHS = 10_000
"""Different paths in one file: they are remembered, and no return has a tenth as many."""


def read_records(path: Path, shapes: Sequence[RecordShape], batch: int = BATCH_ROWS) -> Iterator[Batch]:
    """Every record of the file, in batches of about so many rows over all kinds.

    Raises UnreadableError, perhaps after some batches: keep none before all have come.
    """
    reading = _Reading(GuardedParser(path), shapes, batch)
    for read in reading.parser.pieces():
        reading.check(read)
        yield from reading.take_ready()
    reading.make_ready()
    yield from reading.take_ready()


class _Reading:
    """One pass over one file."""

    def __init__(self, parser: GuardedParser, shapes: Sequence[RecordShape], batch: int) -> None:
        self.parser = parser
        self._batch = batch
        self._is_due = False
        self._document, self._nodes = compile_shapes(shapes)
        self._paths = 0
        self._unit_began: int | None = None
        self._texts: list[str] = []
        self._ready: list[Batch] = []
        parser.expat.StartElementHandler, parser.expat.EndElementHandler = self._handlers()
        parser.expat.CharacterDataHandler = self._texts.append

    def check(self, read: int) -> None:
        """After each piece: refuse what has been growing for too long, and see whether a batch is due."""
        if self._unit_began is not None and read - self._unit_began > MAXIMUM_RECORD:
            raise self.parser.error("xml_within_bounds", "a record is larger than any return has")
        if self._texts:
            self._texts[:] = [self._joined("")]
        self._is_due = sum(len(node.rows) for node in self._nodes) >= self._batch

    def take_ready(self) -> list[Batch]:
        """The batches made since they were last taken."""
        ready, self._ready = self._ready, []
        return ready

    def make_ready(self) -> None:
        """Turn the rows held into frames."""
        self._ready += make_batches(self._nodes, self.parser.lines_before)
        self._is_due = False

    def _handlers(self) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
        """The two calls made for every element, which is where the time of a reading goes: hence closures."""
        node, texts = self._document, self._texts
        grow, begin, end_unit, joined, put = self._grow, self._begin, self._end_unit, self._joined, self._put

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal node
            if texts:
                text = texts.pop()
                if texts or not text.isspace():
                    put(node, joined(text))
            try:
                node = node.children[name]
            except KeyError:
                node = grow(node, name)
            if node.on_way:
                begin(node)
            if attributes:
                for attribute, value in attributes.items():
                    if not attribute.startswith("xmlns"):
                        put(grow(node, f"@{local_name(attribute)}"), value)

        def end(_name: str) -> None:
            nonlocal node
            if texts:
                text = texts.pop()
                if texts:
                    text = joined(text)
                if text := text.strip():
                    holder = node.only_holder
                    if holder is not None and holder.slots[node.only_slot] is None:
                        holder.slots[node.only_slot] = text
                    else:
                        put(node, text)
            if node.begins_unit:
                end_unit()
            node = node.parent  # type: ignore[assignment]

        return start, end

    def _begin(self, node: Node) -> None:
        """An element opens that is a record or stands on the way to one."""
        for way in node.ways:
            way.position = 0
        node.position = position = node.position + 1
        parent = node.parent
        assert parent is not None
        around: object = parent.ordinal
        if not node.in_unit:
            node.location = f"{parent.location}/{node.name}" + (f"[{position}]" if position > 1 else "")
            return
        expat = self.parser.expat
        if node.begins_unit:
            self._unit_began = expat.CurrentByteIndex
            around = parent.location
        node.ordinal += 1
        node.slots = [None, expat.CurrentLineNumber, position, around, *node.blank]
        node.rows.append(node.slots)

    def _end_unit(self) -> None:
        self._unit_began = None
        if self._is_due:
            self.make_ready()

    def _grow(self, node: Node, name: str) -> Node:
        """A path met for the first time, or one whose name has a prefix here."""
        if name in node.children:
            return node.children[name]
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

    def _put(self, node: Node, text: str) -> None:
        """Text at a path goes into every slot some column asks, or into the extra of the record around it."""
        if not (text := text.strip()):
            return
        for holder, slot in node.targets:
            before = holder.slots[slot]
            if before is not None:
                holder.repeated.add(slot)
            holder.slots[slot] = _together(before, text)
        if node.extra_of is not None:
            extra = node.extra_of.slots[EXTRA] = node.extra_of.slots[EXTRA] or {}
            extra[node.extra_path] = _together(extra.get(node.extra_path), text)

    def _joined(self, last: str) -> str:
        """The pieces of one text, which came apart because it is long."""
        text = "".join((*self._texts, last))
        self._texts.clear()
        if len(text) > MAXIMUM_TEXT:
            raise self.parser.error("xml_within_bounds", "the text of an element is longer than any return has")
        return text


def _together(before: Any, text: str) -> Any:
    # A list until the record is done: to join at once would copy all that came before at every repeat.
    if before is None:
        return text
    if isinstance(before, list):
        before.append(text)
        return before
    return [before, text]
