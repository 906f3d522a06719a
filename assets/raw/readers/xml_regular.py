"""Regular XML, read natively in pieces: the records the careful reader would give, and several times as fast.

Here: cutting a file into pieces of whole records, and handing what is not regular to the careful reader. Not here: that
reader (`assets.raw.readers.xml_records`), taking a piece apart (`assets.raw.readers.xml_tokens`), and finding records
in it (`assets.raw.readers.xml_placed`).
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

import polars as pl

from assets.raw.readers.xml_file import MAXIMUM_BYTES
from assets.raw.readers.xml_frames import Batch, Kept, batches_of
from assets.raw.readers.xml_placed import Placing
from assets.raw.readers.xml_records import BATCH_ROWS, MAXIMUM_RECORD, read_records
from assets.raw.readers.xml_shapes import Node, RecordShape
from assets.raw.readers.xml_tokens import NAME, IrregularError, Tags, take_apart
from warehouse.ahead import made_ahead

PIECE = 2_000_000
"""Bytes read at a time; a piece is that and what was left of the one before."""
BATCH_BYTES = 16_000_000
"""Bytes of the file after which a batch is due however few its rows: they are held until it is made."""

_HEAD = 65_536
_BLANK = rb"[ \t\r\n]"
_DECLARATION = (
    rb"<\?xml%s+version=(?:\"1\.0\"|'1\.0')(?:%s+encoding=(?:\"(?i:utf-8)\"|'(?i:utf-8)'))?"
    rb"(?:%s+standalone=(?:\"(?:yes|no)\"|'(?:yes|no)'))?%s*\?>"
) % ((_BLANK,) * 4)
_ATTRIBUTE = rb"%s+(%s(?::%s)?)%s*=%s*(?:\"[^<&\"]*\"|'[^<&']*')" % (_BLANK, NAME, NAME, _BLANK, _BLANK)
_BEGINNING = re.compile(
    rb"%s*(?:%s%s*)?<(?P<root>%s)(?P<attributes>(?:%s)*)%s*>" % (_BLANK, _DECLARATION, _BLANK, NAME, _ATTRIBUTE, _BLANK)
)


def read_natively(
    path: Path, shapes: Sequence[RecordShape], batch: int = BATCH_ROWS, piece: int = PIECE
) -> Iterator[Batch]:
    """Every record of the file, in batches of about so many rows over all kinds: natively as far as it is regular.

    From where it is not, the records are the careful reader's, which begins at the beginning; those told already are
    left out. Raises UnreadableError, perhaps after some batches: keep none before all have come.
    """
    told: Counter[str] = Counter()
    try:
        for made in _Reading(shapes).batches(path, batch, piece):
            told[made.kind] += made.frame.height
            yield made
    except IrregularError:
        pass
    else:
        return
    for made in read_records(path, shapes, batch):
        untold = made.frame.filter(pl.col("row_number") > told[made.kind])
        if untold.height:
            yield replace(made, frame=untold)


class _Reading:
    """One pass over one file. What is open between two pieces is written again above the second of them."""

    def __init__(self, shapes: Sequence[RecordShape]) -> None:
        self._tags = Tags()
        self._placing = Placing(shapes, self._tags)
        self._ends = tuple(f"</{name}>".encode() for name in self._placing.unit_names())
        self._open: list[str] = []
        self._lines = 0

    def batches(self, path: Path, rows: int, piece: int) -> Iterator[Batch]:
        """The rows of the file: frames are made of some while the next are found. Raises IrregularError, as below."""
        for kept in made_ahead(self._kept(path, rows, piece), ahead=1):
            yield from batches_of(kept)

    def _kept(self, path: Path, rows: int, piece: int) -> Iterator[dict[Node, Kept]]:
        """What is kept for each batch of rows. Raises IrregularError, perhaps after some batches."""
        if path.stat().st_size > MAXIMUM_BYTES:
            raise IrregularError
        read = 0
        with path.open("rb") as file:
            for whole in self._pieces(file, piece):
                self._read(whole)
                read += len(whole)
                if read > BATCH_BYTES or self._placing.rows >= rows:
                    yield self._placing.let_go()
                    read = 0
        if self._open:
            raise IrregularError
        yield self._placing.let_go()

    def _pieces(self, file: IO[bytes], piece: int) -> Iterator[memoryview]:
        """The file below its root's start tag, cut where a unit ends; the last piece is what is below the last unit."""
        held = self._begin(file, piece)
        while True:
            if end := self._end_of_last_unit(held):
                yield memoryview(held)[:end]
                held = held[end:]
            elif len(held) > MAXIMUM_RECORD:
                raise IrregularError
            if not (more := file.read(piece)):
                break
            held += more
        yield memoryview(held)

    def _begin(self, file: IO[bytes], piece: int) -> bytes:
        """Read the declaration and the root's start tag, whose attributes are no record's; what was read below it."""
        head, match = file.read(piece), None
        while True:
            text = head.removeprefix(codecs.BOM_UTF8)
            if match := _BEGINNING.match(text):
                break
            if len(head) > _HEAD or not (more := file.read(piece)):
                raise IrregularError
            head += more
        beginning = text[: match.end()].replace(b"\r\n", b"\n")
        attributes = re.findall(_ATTRIBUTE, match["attributes"])
        is_plain = beginning.isascii() and not re.search(rb"[\x00-\x08\x0b-\x1f]", beginning)
        if not is_plain or len(set(attributes)) < len(attributes):
            raise IrregularError
        self._lines = beginning.count(b"\n")
        self._open = [match["root"].decode()]
        return text[match.end() :]

    def _end_of_last_unit(self, held: bytes) -> int:
        """The byte after it, or 0 if none ends. That it is one, and no other element of the name, is seen later."""
        return max((at + len(end) for end in self._ends if (at := held.rfind(end)) >= 0), default=0)

    def _read(self, below: memoryview) -> None:
        """Keep what is asked for of a piece."""
        again = len(self._open)
        piece = b"".join((*(f"<{name}>".encode() for name in self._open), below))
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n")
        elements = take_apart(piece, self._tags)
        self._placing.keep(elements, self._lines, again)
        self._open = [self._tags.names[elements.names[element]] for element in elements.open]
        self._lines += len(elements.line_ends)
