"""XML read natively gives what the careful reader gives, rows and refusals, wherever the file is cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.xml_frames import Batch
from assets.raw.readers.xml_records import RecordShape, read_records
from assets.raw.readers.xml_regular import read_natively

BOUNDED = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
Told = dict[str, tuple[list[tuple[object, ...]], dict[str, pl.DataType], set[str]]] | tuple[str, str]

SHAPES = (
    RecordShape("outer", ("a",), {"b": "b", "deep": "b/c", "own": ".", "far": "c/a"}),
    RecordShape("inner", ("a", "a"), {"c": "c", "up": "../b"}),
    RecordShape("below", ("a", "a", "c"), {"own": ".", "b": "b", "up": "../b", "further": "../../b"}),
    RecordShape("lone", ("b", "a", "a"), {"b": "b", "up": "../c", "further": "../../c"}),
    RecordShape("plain", ("c", "c"), {"own": ".", "a": "a"}),
)
"""Records in records, beside them, of the same names, and below elements that are none."""
UNITS = (
    RecordShape("unit", ("group", "unit"), {"name": "name", "codes": "codes/code", "own": "."}),
    RecordShape("part", ("group", "unit", "part"), {"of": "../name", "code": "code", "later": "../late"}),
    RecordShape("head", ("head",), {"year": "year"}),
)
"""As in a return: no element below a unit has the name of one."""
BLANKS = ["", " ", "\n", "\r\n", "\t\n  "]
TEXTS = ["", "x", "y z", " é ", "ŵ\U0001f4a1", "a\nb", "a\r\nb", "\xa0", "\u2028x\x85", "\x7f", "'\"=/", "\ufeff", "]]"]
WRITTEN = ["<{0}>{1}</{0}>", "<{0}>{1}</{0}>", "<{0} >{1}</{0}\n>"]
EMPTY = ["<{0}/>", "<{0} />", "<{0}></{0}>"]
DECLARATIONS = [
    "",
    "<?xml version='1.0'?>",
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n',
    "\ufeff",
    "\n",
]
SIZES = st.sampled_from([1, 7, 30, 100, 1_000_000])
ODD = [
    *"<>/&\"' =!-?;[]\t\r\n\0\x0b\x0c\x1c\x7f\x85\xa0\ufffe\ufeffé:",
    *("<!--", "-->", "]]>", "<![CDATA[x]]>", "<?a b?>", "<!DOCTYPE a>", " a='1'", "&amp;", "&#65;", "&x;", "\r\n"),
    *("<a>", "</a>", "<a/>", "<b>", "</b>", "<é/>", "<p:a/>", "<a b='&lt;' xmlns='u'>", "<unit>", "</unit>", "<1/>"),
]
ODD_BYTES = st.one_of(
    st.sampled_from([text.encode() for text in ODD]),
    st.sampled_from([b"\xff", b"\x80", b"\xed\xa0\x80", b"\xc0\x80", b"\xef\xbf\xbf", b"\xf4\x90\x80\x80"]),
)


def told_by(read: Callable[[], Iterator[Batch]]) -> Told:
    """The rows of each kind, of what type their columns are, and the unknown paths; or the rule and its words."""
    frames: defaultdict[str, list[pl.DataFrame]] = defaultdict(list)
    unknown: defaultdict[str, set[str]] = defaultdict(set)
    try:
        for made in read():
            frames[made.kind].append(made.frame)
            unknown[made.kind].update(made.unknown)
    except UnreadableError as error:
        return error.rule, str(error)
    together = {kind: pl.concat(several) for kind, several in frames.items()}
    return {kind: (frame.rows(), dict(frame.schema), unknown[kind]) for kind, frame in together.items()}


def agree(path: Path, content: bytes, shapes: Sequence[RecordShape], batch: int, piece: int) -> bool:
    """That both readers tell the same; whether the careful one was not asked for it."""
    path.write_bytes(content)
    with patch("assets.raw.readers.xml_regular.read_records", wraps=read_records) as careful:
        native = told_by(lambda: read_natively(path, shapes, batch, piece))
        was_native = not careful.called
    assert native == told_by(lambda: read_records(path, shapes, batch))
    return was_native


def elements(names: Sequence[str], depth: int) -> st.SearchStrategy[str]:
    """An element of one of the names, with a text, or elements between blanks, below a text at times."""
    name, blank = st.sampled_from(names), st.sampled_from(BLANKS)
    leaf = st.one_of(
        st.builds(str.format, st.sampled_from(WRITTEN), name, st.sampled_from(TEXTS)),
        st.builds(str.format, st.sampled_from(EMPTY), name),
    )
    if not depth:
        return leaf
    inside = st.lists(st.tuples(elements(names, depth - 1), blank).map("".join), min_size=1, max_size=4).map("".join)
    lead = st.sampled_from([*BLANKS, *BLANKS, "stray"])
    return st.one_of(
        st.builds(str.format, st.sampled_from(WRITTEN), name, st.tuples(lead, inside).map("".join)),
        st.builds(str.format, st.sampled_from(WRITTEN), name, st.tuples(lead, inside).map("".join)),
        leaf,
    )


def documents(inside: st.SearchStrategy[str], root: str) -> st.SearchStrategy[str]:
    return st.builds(
        "{}{}<{}{}>{}{}</{}>{}".format,
        st.sampled_from(DECLARATIONS),
        st.sampled_from(BLANKS),
        st.just(root),
        st.sampled_from(["", " xmlns='urn:invented'", '\n xmlns:x="urn:x" x:at = "é>"', " at='1' at2=\"'\"\n"]),
        st.sampled_from(BLANKS),
        inside,
        st.just(root),
        st.sampled_from(BLANKS),
    )


ANY = documents(st.lists(elements("aabcd", 4), max_size=6).map("\n".join), "a")
FIELDS = elements(["name", "code", "codes", "late", "odd", "Much-odder.1"], 2)
PARTS = st.lists(FIELDS, max_size=4).map(" ".join).map("<part>{}</part>".format)
UNIT = st.lists(st.one_of(FIELDS, PARTS), min_size=1, max_size=5).map("\n".join).map("<unit>{}</unit>".format)
GROUP = st.lists(UNIT, max_size=4).map("\n ".join).map("<group>\n {}</group>".format)
HEAD = st.just("<head><year>2024</year><other>x</other></head>")
REGULAR = documents(st.lists(st.one_of(GROUP, GROUP, HEAD, FIELDS), max_size=5).map("\r\n".join), "return")
LONG = "<r><group>" + "".join(f"<unit><name>{n}</name><part/>\n</unit>\n" for n in range(9)) + "</group></r>"


@BOUNDED
@example(text="<a><a><b>1</b></a><a/><a></a></a>", batch=1, piece=7)
@example(text="<a/>", batch=1, piece=7)
@example(text="", batch=1, piece=7)
@given(text=ANY, batch=st.sampled_from([1, 3, 1_000]), piece=SIZES)
def test_any_document_is_told_alike(text: str, batch: int, piece: int, tmp_path: Path) -> None:
    agree(tmp_path / "any.xml", text.encode(), SHAPES, batch, piece)


@BOUNDED
@given(text=REGULAR, batch=st.sampled_from([1, 3, 1_000]), piece=SIZES)
def test_a_regular_document_is_told_alike_and_natively(text: str, batch: int, piece: int, tmp_path: Path) -> None:
    was_native = agree(tmp_path / "any.xml", text.encode(), UNITS, batch, piece)
    # The root's attributes may be in any letters there are: then it is for the careful reader.
    assert was_native or "é>" in text


@BOUNDED
@example(text="<r><group><unit/></group></r>", at=1.0, put=b"\xc2\xa0", cut=0, again=0.5, batch=1, piece=30)
@given(
    text=st.one_of(ANY, REGULAR, REGULAR, st.just(LONG)),
    at=st.floats(0, 1),
    put=st.one_of(st.just(b""), ODD_BYTES, ODD_BYTES, st.binary(max_size=3)),
    cut=st.integers(0, 8),
    again=st.floats(0, 1),
    batch=st.sampled_from([1, 1_000]),
    piece=SIZES,
)
def test_a_mutated_document_is_told_or_refused_alike(
    text: str, at: float, put: bytes, cut: int, again: float, batch: int, piece: int, tmp_path: Path
) -> None:
    content = text.encode()
    first, second = int(at * len(content)), int(again * len(content))
    mutated = content[:first] + put + content[first + cut :]
    swapped = content[:second] + content[second + 1 : second + 2] + content[second : second + 1] + content[second + 2 :]
    for changed in (mutated, swapped):
        for shapes in (SHAPES, UNITS):
            agree(tmp_path / "any.xml", changed, shapes, batch, piece)


@BOUNDED
@given(odd=ODD_BYTES, at=st.integers(0, len(LONG)), batch=st.sampled_from([1, 4]), piece=st.sampled_from([7, 60, 200]))
def test_what_is_odd_late_in_a_file_neither_loses_a_row_nor_doubles_one(
    odd: bytes, at: int, batch: int, piece: int, tmp_path: Path
) -> None:
    content = LONG.encode()
    agree(tmp_path / "any.xml", content[:at] + odd + content[at:], UNITS, batch, piece)
