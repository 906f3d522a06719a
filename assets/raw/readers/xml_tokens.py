"""A piece of regular XML taken apart all at once: its elements, what stands around each, and its texts, as arrays.

Here: bytes to elements, and the proof that they are well-formed. Not here: which of the elements are records
(`assets.raw.readers.xml_regular`), nor XML that is not regular, and the reasons to refuse it
(`assets.raw.readers.xml_records`).

Regular is what the returns' own systems write: UTF-8, names of ASCII letters without prefixes, no attributes, and
between the tags nothing but text in which no character is written in another way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from assets.raw.readers.xml_file import MAXIMUM_DEPTH, MAXIMUM_TEXT

MAXIMUM_TAGS = 2_000
"""Different tags of a file that is taken for regular; a census has a tenth as many."""
NAME = rb"[A-Za-z_][A-Za-z0-9_.-]*"

_TAG = re.compile(rb"<(?P<end>/?)(?P<name>" + NAME + rb")[ \t\n]*(?P<empty>/?)>")
_NOT_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
"""U+FFFE and U+FFFF, which are UTF-8 and not XML."""
_OPENS, _CLOSES, _IS_EMPTY = 1, -1, 0

Index = NDArray[np.int64]
Small = NDArray[np.int32]


class IrregularError(Exception):
    """The file is not regular, or not well-formed: which of the two, and where, the careful reader finds out."""


class Tags:
    """The different tags met in a file, numbered: for each what it does to the depth, and the name in it, numbered."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._tags: list[str] = []
        self._does = np.zeros(0, np.int8)
        self._named = np.zeros(0, np.int32)

    def look_up(self, tags: pl.Series) -> tuple[NDArray[np.int8], Small]:
        """What each tag does to the depth, and the number of its name. Raises IrregularError."""
        numbers = self._numbers(tags)
        if numbers.null_count():
            self._learn(tags.filter(numbers.is_null()).unique(maintain_order=True))
            numbers = self._numbers(tags)
        number = numbers.to_physical().to_numpy()
        return self._does[number], self._named[number]

    def _numbers(self, tags: pl.Series) -> pl.Series:
        return tags.cast(pl.Enum(self._tags), strict=False)

    def _learn(self, tags: pl.Series) -> None:
        if len(self._tags) + len(tags) > MAXIMUM_TAGS:
            raise IrregularError
        does, named = [], []
        for tag in tags:
            match = _TAG.fullmatch(tag.encode())
            if match is None or (match["end"] and match["empty"]):
                raise IrregularError
            does.append(_CLOSES if match["end"] else _IS_EMPTY if match["empty"] else _OPENS)
            name = match["name"].decode()
            if name not in self.names:
                self.names.append(name)
            named.append(self.names.index(name))
        self._tags += tags.to_list()
        self._does = np.append(self._does, np.array(does, np.int8))
        self._named = np.append(self._named, np.array(named, np.int32))


@dataclass(frozen=True)
class Elements:
    """The elements of a piece, in document order: element `i` is at index `i` of each array but those of texts."""

    begins: Index
    """The byte at which the element's start tag begins."""
    names: Small
    """The number of its name among `Tags.names`."""
    parents: Small
    """Which element is around it; of the outermost, 0, which is itself."""
    levels: tuple[Index, ...]
    """The elements at each depth, from the outermost."""
    line_ends: Index
    """The bytes that end a line."""
    size: int
    """The bytes of the piece."""
    open: tuple[int, ...]
    """Those that are not closed in the piece, the outermost first."""
    texts: pl.Series
    """Every text that is not blank, stripped."""
    text_elements: Index
    """The element each text stands in: directly after its start tag, for after another tag no text is regular."""


def take_apart(piece: bytes, tags: Tags) -> Elements:
    """The elements of a piece that begins with a tag, and ends at the end of a tag or of the file.

    What is open at its end is said, not refused. Raises IrregularError.
    """
    codes = np.frombuffer(piece, np.uint8)
    line_ends = np.flatnonzero(codes == ord("\n"))
    if not _is_plain(piece, codes, len(line_ends)):
        raise IrregularError
    bounds = _bounds(codes)
    # Tags and texts by turns, without a copy of the bytes.
    pieces = pa.LargeStringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(piece))
    tokens = pl.Series(pieces)
    does, names = tags.look_up(tokens.gather_every(2))
    after = np.cumsum(does, dtype=np.int32)
    # Outside the outermost element stands nothing but blanks, and it is one.
    if after[:-1].min(initial=1) < 1 or after[-1] < 0 or after.max() >= MAXIMUM_DEPTH:
        raise IrregularError
    if after[-1] == 0 and piece[bounds[-2] :].strip(b" \t\n"):
        raise IrregularError
    is_element = does != _CLOSES
    at = np.flatnonzero(is_element)
    depths = after.astype(np.int8) - (does == _OPENS)
    element_of = np.cumsum(is_element, dtype=np.int32) - 1
    texts, text_tokens = _texts(tokens.gather_every(2, 1))
    if (does[text_tokens] != _OPENS).any():
        raise IrregularError
    levels, parents = _nested(depths[at])
    return Elements(
        begins=bounds[2 * at],
        names=names[at],
        parents=parents,
        levels=levels,
        line_ends=line_ends,
        size=len(piece),
        open=_open(depths, does, names, element_of),
        texts=texts,
        text_elements=element_of[text_tokens].astype(np.int64),
    )


def _is_plain(piece: bytes, codes: NDArray[np.uint8], lines: int) -> bool:
    """Whether the bytes are characters of XML in UTF-8, each written as itself, the lines ended by line feeds."""
    if b"&" in piece or np.count_nonzero(codes < ord(" ")) != lines + np.count_nonzero(codes == ord("\t")):
        return False
    if piece.isascii():
        return True
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return not any(odd in piece for odd in _NOT_CHARACTERS)


def _bounds(codes: NDArray[np.uint8]) -> Index:
    """Where each tag and the text after it begin, by turns, and where the last ends."""
    opening, closing = np.flatnonzero(codes == ord("<")), np.flatnonzero(codes == ord(">"))
    count = len(opening)
    if not count or count != len(closing) or opening[0]:
        raise IrregularError
    bounds = np.empty(2 * count + 1, np.int64)
    bounds[:-1:2], bounds[1::2], bounds[-1] = opening, closing + 1, len(codes)
    lengths = np.diff(bounds)
    # A tag has two brackets and what is between them: shorter, they stand in another order.
    if lengths[::2].min() < 3 or lengths.min() < 0 or lengths.max() > MAXIMUM_TEXT:
        raise IrregularError
    return bounds


def _texts(after_tags: pl.Series) -> tuple[pl.Series, Index]:
    """The texts that are not blank, stripped, and after which of the tags they stand."""
    at = (after_tags.str.len_bytes() > 0).arg_true()
    stripped = after_tags.gather(at).str.strip_chars()
    is_text = stripped != ""
    return stripped.filter(is_text), at.filter(is_text).to_numpy().astype(np.int64)


def _nested(depths: NDArray[np.int8]) -> tuple[tuple[Index, ...], Small]:
    """The elements at each depth, and for each element the last one before it that is less deep by one."""
    levels = [np.flatnonzero(depths == 0)]
    parents = np.zeros(len(depths), np.int32)
    for depth in range(1, int(depths.max()) + 1):
        here = np.flatnonzero(depths == depth)
        above = np.cumsum(depths == depth - 1, dtype=np.int32)
        parents[here] = levels[-1][above[here] - 1]
        levels.append(here)
    return tuple(levels), parents


def _open(depths: NDArray[np.int8], does: NDArray[np.int8], names: Small, element_of: Small) -> tuple[int, ...]:
    """The elements left open, once every end tag is found to have the name of the start tag it closes.

    At each depth a start tag and its end tag follow one another, since what is between them is deeper.
    """
    still_open = []
    for depth in range(int(depths.max()) + 1):
        here = np.flatnonzero(depths == depth)
        opened, closed = here[does[here] == _OPENS], here[does[here] == _CLOSES]
        if not np.array_equal(names[opened[: len(closed)]], names[closed]):
            raise IrregularError
        if len(opened) > len(closed):
            still_open.append(int(element_of[opened[-1]]))
    return tuple(still_open)
