"""XML files: told by their content, and parsed in pieces by a parser that refuses whatever could do harm.

Here: what is XML, what its root is, and the guarded parser every reading goes through. Not here: records
(`assets.raw.readers.xml_records`), nor what an element means (`assets.raw.layouts`).

The parser is expat itself: it streams (no tree to bound), counts lines without a limit, and tells of a document type
before it reads a word of it, in any encoding. Nothing is ever fetched or expanded.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat

from assets.raw.readers.grid import UnreadableError

MAXIMUM_BYTES = 2_000_000_000
MAXIMUM_DEPTH = 64
MAXIMUM_TEXT = 100_000
"""Characters directly in one element: the returns hold codes, dates and short texts."""
MAXIMUM_TAG = 1_000_000
"""Bytes of one tag, comment or instruction: until it closes, the parser must hold it whole."""
PIECE = 131_072
SEND_AGAIN = "Export the return again, validate it, and send that."

_LOOKED_AT = 1_048_576
_NAMES_TOLD = 50
_WHITESPACE = b" \t\r\n"
_MARKUP = re.compile(r"\s*<(?:[?!:]|[^\W\d])")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


@dataclass(frozen=True)
class Root:
    """The outermost element: its name without prefix, its namespace, and the names of its children, each once.

    The children are those that begin in the first megabyte.
    """

    local_name: str
    namespace: str | None
    children: tuple[str, ...]


class GuardedParser:
    """Expat, piece by piece. Set the handlers of `expat`, then go through `pieces` of a file or of a part of one.

    Every way in which the file can be broken or hostile ends in an UnreadableError that names the line.
    """

    def __init__(self) -> None:
        self.expat = expat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartDoctypeDeclHandler = self._refuse_document_type
        self.lines_before = 0

    @property
    def line(self) -> int:
        """The line of the file at which what is being told begins, from 1."""
        return self.expat.CurrentLineNumber + self.lines_before

    def pieces(self, file: IO[bytes]) -> Iterator[int]:
        """Parse what the file holds; after each piece, how many bytes have been read."""
        piece, read = self._without_blank_start(file.read(PIECE)), 0
        while piece:
            self._parse(piece, last=False)
            read += len(piece)
            if read > MAXIMUM_BYTES:
                raise self.error("file_within_bounds", "the file is larger than 2 GB", "Send it in parts.")
            if read - max(self.expat.CurrentByteIndex, 0) > MAXIMUM_TAG:
                raise self.error("xml_within_bounds", "a tag or comment is longer than any return has")
            yield read
            piece = file.read(PIECE)
        self._parse(b"", last=True)
        yield read

    def error(self, rule: str, found: str, remedy: str = SEND_AGAIN) -> UnreadableError:
        """The reason to refuse the file, at the line the parser has come to."""
        return UnreadableError(rule, found, remedy, f"line {self.line}")

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self.expat.Parse(piece, last)
        except expat.ExpatError as error:
            # Expat's own words are not passed on; of what it tells apart, this is what a sender can act on.
            if last:
                raise self.error("xml_is_whole", "the file ends before its outermost element is closed") from None
            if expat.errors.messages[error.code] in (
                expat.errors.XML_ERROR_UNKNOWN_ENCODING,
                expat.errors.XML_ERROR_INCORRECT_ENCODING,
            ):
                raise self._in_no_known_encoding() from None
            raise self.error("xml_is_well_formed", "what stands here is not well-formed XML") from None
        except (LookupError, ValueError):
            raise self._in_no_known_encoding() from None

    def _in_no_known_encoding(self) -> UnreadableError:
        return self.error("file_is_text", "the encoding the file declares is not known, or is not the one it has")

    def _without_blank_start(self, piece: bytes) -> bytes:
        """The first piece without blank lines above the declaration, which expat would not have there."""
        if piece.startswith(codecs.BOM_UTF8):
            piece = piece[len(codecs.BOM_UTF8) :]
        begun = piece.lstrip(_WHITESPACE)
        self.lines_before = piece.count(b"\n", 0, len(piece) - len(begun))
        return begun

    def _refuse_document_type(self, *_declared: object) -> None:
        raise self.error("no_document_type", "the file declares a document type", "Export it again without a DOCTYPE.")


def is_xml(path: Path) -> bool:
    """Whether the file begins as XML: a tag, declaration or comment, after a byte order mark or blanks if any."""
    with path.open("rb") as file:
        start = file.read(4_096)
    mark, encoding = next((known for known in _BYTE_ORDER_MARKS if start.startswith(known[0])), (b"", "utf-8"))
    text = start[0 if b"<" in mark else len(mark) :].decode(encoding, errors="ignore")
    return _MARKUP.match(text) is not None


def root_of(path: Path) -> Root:
    """What the outermost element is, from the start of the file alone. Raises UnreadableError."""
    parser = GuardedParser()
    opened: list[str] = []
    namespaces: list[str | None] = []
    children: dict[str, None] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if not opened:
            prefix, _, _ = name.rpartition(":")
            namespaces.append(attributes.get(f"xmlns:{prefix}" if prefix else "xmlns"))
        elif len(opened) == 1 and len(children) < _NAMES_TOLD:
            children[local_name(name)] = None
        elif len(opened) == MAXIMUM_DEPTH:
            raise parser.error("xml_within_bounds", "elements are nested deeper than any return has them")
        opened.append(local_name(name))

    closed_root: list[str] = []

    def end(_name: str) -> None:
        name = opened.pop()
        if not opened:
            closed_root.append(name)

    parser.expat.StartElementHandler, parser.expat.EndElementHandler = start, end
    with path.open("rb") as file:
        for read in parser.pieces(file):
            if read >= _LOOKED_AT:
                break
    roots = closed_root or opened[:1]
    if not roots:
        raise parser.error("xml_is_well_formed", "no element begins in the first megabyte")
    return Root(roots[0], namespaces[0], tuple(children))


def local_name(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]
