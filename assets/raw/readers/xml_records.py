"""Records of any XML file, read with care: as frames of text by kind, in one pass and in bounded memory.

Here: streaming records out of the guarded parser, and every reason to refuse a file. Not here: reading regular files
natively (`assets.raw.readers.xml_regular`), the parser and its guards (`assets.raw.readers.xml_file`),
declaring shapes (`assets.raw.readers.xml_shapes`), making frames (`assets.raw.readers.xml_frames`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assets.raw.readers.xml_file import MAXIMUM_DEPTH, MAXIMUM_TEXT, GuardedParser, Root, is_xml, local_name, root_of
from assets.raw.readers.xml_frames import Batch, make_batches
from assets.raw.readers.xml_shapes import ANY_ROOT, Node, RecordShape, compile_shapes

__all__ = ["Batch", "RecordShape", "Root", "is_xml", "read_records", "root_of"]

BATCH_ROWS = 50_000
MAXIMUM_RECORD = 4_000_000
"""Bytes of one outermost record with all inside it: until it closes, its rows wait for fields that may follow."""
BATCH_BYTES = 64_000_000
"""Bytes of the file after which a batch is due however few its rows, since they may hold long texts."""
MAXIMUM_PATHS = 10_000
"""Different paths in one file: they are remembered, and no return has a tenth as many."""


def read_records(path: Path, shapes: Sequence[RecordShape], batch: int = BATCH_ROWS) -> Iterator[Batch]:
    """Every record of the file, in batches of about so many rows over all kinds.

    Raises UnreadableError, perhaps after some batches: keep none before all have come.
    """
    reading = _Reading(GuardedParser(), shapes, batch)
    with path.open("rb") as file:
        for read in reading.parser.pieces(file):
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
        self._read = self._batch_began = 0
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
        self._read = read
        is_long = read - self._batch_began > BATCH_BYTES
        self._is_due = is_long or sum(len(node.lines) for node in self._nodes) >= self._batch

    def take_ready(self) -> list[Batch]:
        """The batches made since they were last taken."""
        ready, self._ready = self._ready, []
        return ready

    def make_ready(self) -> None:
        """Turn the rows held into frames."""
        self._ready += make_batches(self._nodes, self.parser.lines_before)
        self._is_due, self._batch_began = False, self._read

    def _handlers(self) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
        """The two calls made for every element, which is where the time of a reading goes: hence closures."""
        node, texts = self._document, self._texts
        grow, begin, end_unit, joined, keep = self._grow, self._begin, self._end_unit, self._joined, _keep
        expat = self.parser.expat

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal node
            if texts:
                text = texts.pop()
                if texts or not text.isspace():
                    keep(node, joined(text))
            try:
                node = node.children[name]
            except KeyError:
                node = grow(node, name)
            if node.on_way:
                if node.is_counted:
                    node.ordinal += 1
                    node.lines.append(expat.CurrentLineNumber)
                if node.begins_unit or not node.is_counted:
                    begin(node)
                else:
                    node.around.append(node.parent.ordinal)  # type: ignore[union-attr]
            if attributes:
                for attribute, value in attributes.items():
                    if not attribute.startswith("xmlns"):
                        keep(grow(node, f"@{local_name(attribute)}"), value)

        def end(_name: str) -> None:
            nonlocal node
            if texts:
                text = texts.pop()
                if texts:
                    text = joined(text)
                if node.holders and (text := text.strip()):
                    node.texts.append(text)
                    for holder, elements in node.holders:
                        elements.append(holder.ordinal)
            if node.begins_unit:
                end_unit()
            node = node.parent  # type: ignore[assignment]

        return start, end

    def _begin(self, node: Node) -> None:
        """An outermost record opens, or what stands above one: here positions are counted across batches."""
        for way in node.ways:
            way.position = 0
        node.position += 1
        if node.begins_unit:
            self._unit_began = self.parser.expat.CurrentByteIndex
        above = node.parent.locations[-1] if node.parent and node.parent.locations else ""
        shown = f"[{node.position}]" if node.shape or node.position > 1 else ""
        if not node.begins_unit:
            node.locations.clear()
        node.locations.append(f"{above}/{node.name}{shown}")

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
            self._nodes.append(below)
        return below

    def _joined(self, last: str) -> str:
        """The pieces of one text, which came apart because it is long."""
        text = "".join((*self._texts, last))
        self._texts.clear()
        if len(text) > MAXIMUM_TEXT:
            raise self.parser.error("xml_within_bounds", "the text of an element is longer than any return has")
        return text


def _keep(node: Node, text: str) -> None:
    """Text at a path is kept with the element that holds it: whose column or extra it is."""
    if node.holders and (text := text.strip()):
        node.texts.append(text)
        for holder, elements in node.holders:
            elements.append(holder.ordinal)
