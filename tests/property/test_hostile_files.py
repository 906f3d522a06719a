"""Whatever is done to the bytes of a file, a reader gives a result or an UnreadableError; XML is read as it says."""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.raw.readers.delimited import read_delimited
from assets.raw.readers.delimited_frame import read_regular
from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.workbook import read_workbook
from assets.raw.readers.xml_records import RecordShape, is_xml, read_records, root_of
from assets.raw.readers.zipped import is_zip_set, open_entries
from tests.unit.readers.test_xml_records import SMALL, SMALL_SHAPES

BOUNDED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
CSV = "child_id,start_date,note\n" + "".join(f'INV{number},2024-01-0{number},"a, ""b"""\n' for number in range(1, 9))


def zip_bytes() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", SMALL)
        archive.writestr("in/b.csv", CSV)
    return held.getvalue()


def workbook_bytes() -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet()
        for row in range(20):
            sheet.write_row(row, 0, ["invented", row, row / 3])
    return held.getvalue()


GOOD = {"xml": SMALL.encode(), "utf-16": SMALL.replace("UTF-8", "UTF-16").encode("utf-16")}
GOOD |= {"csv": CSV.encode(), "zip": zip_bytes(), "xlsx": workbook_bytes()}


def read_as(kind: str, path: Path) -> None:
    match kind:
        case "csv":
            read_regular(path)
            read_delimited(path)
        case "zip":
            is_zip_set(path)
            with open_entries(path) as entries:
                assert all(entry.path.is_file() for entry in entries)
        case "xlsx":
            read_workbook(path)
        case _:
            is_xml(path)
            root_of(path)
            list(read_records(path, SMALL_SHAPES, 1))


@BOUNDED
@given(
    kind=st.sampled_from(sorted(GOOD)),
    at=st.floats(0, 1),
    put=st.one_of(
        st.binary(max_size=8), st.sampled_from([b"<", b"&", b"]]>", b"<!DOCTYPE a>", b"\0", b'"', b"PK\1\2"])
    ),
    cut=st.one_of(st.integers(0, 8), st.integers(0, 2_000)),
    again=st.floats(0, 1),
)
def test_bytes_may_be_anything(kind: str, at: float, put: bytes, cut: int, again: float, tmp_path: Path) -> None:
    content = GOOD[kind]
    first, second = int(at * len(content)), int(again * len(content))
    content = content[:first] + put + content[first + cut :]
    content = content[:second] + put + content[second + len(put) :]
    path = tmp_path / "any"
    path.write_bytes(content)
    said: list[str] = []
    for reading in GOOD:
        try:
            read_as(reading, path)
        except UnreadableError as error:
            said.append(str(error))
    assert not [message for message in said if "INV" in message]


NAMES = st.sampled_from("abcd")
TREES = st.recursive(
    st.tuples(NAMES, st.sampled_from(["", "x", " y ", "é"])),
    lambda inner: st.tuples(NAMES, st.lists(inner, max_size=4)),
    max_leaves=25,
)
SHAPES = (
    RecordShape("outer", ("a",), {"b": "b", "deep": "b/c", "own": ".", "far": "c/d"}),
    RecordShape("inner", ("a", "c"), {"d": "d", "up": "../b"}),
    RecordShape("lone", ("b", "a", "d"), {"a": "a", "up": "../a", "further": "../../c"}),
)


def as_xml(tree: tuple[str, object]) -> str:
    name, content = tree
    return f"<{name}>{content if isinstance(content, str) else chr(10).join(map(as_xml, content))}</{name}>"  # type: ignore[call-overload]


def expected(root: ElementTree.Element) -> dict[str, list[dict[str, object]]]:
    """What the records are, by walking the whole tree: slow, and plain to see."""
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    shapes = {shape.path: shape for shape in SHAPES}

    def texts(element: ElementTree.Element, steps: list[str]) -> list[str]:
        if not steps:
            return [text] if (text := (element.text or "").strip()) else []
        return [text for child in element if child.tag == steps[0] for text in texts(child, steps[1:])]

    def walk(element: ElementTree.Element, around: list[ElementTree.Element], path: tuple[str, ...], row: int) -> None:
        if shape := shapes.get(path):
            found: dict[str, object] = {"parent_row": row or None}
            for column, asked in shape.columns.items():
                steps = [step for step in asked.split("/") if step not in ("..", ".")]
                found[column] = "|".join(texts([*around, element][-1 - asked.count("..")], steps)) or None
            found["row_number"] = row = len(rows[shape.kind]) + 1
            rows[shape.kind].append(found)
        for child in element:
            walk(child, [*around, element], (*path, child.tag), row)

    walk(root, [], (), 0)
    return rows


@BOUNDED
@given(trees=st.lists(TREES, max_size=6), batch=st.sampled_from([1, 3, 1_000]))
def test_records_are_what_the_tree_says(trees: list[tuple[str, object]], batch: int, tmp_path: Path) -> None:
    text = as_xml(("root", trees))
    path = tmp_path / "any.xml"
    path.write_text(text, encoding="utf-8")
    read: dict[str, list[dict[str, object]]] = defaultdict(list)
    for made in read_records(path, SHAPES, batch):
        assert all(json.loads(extra) for extra in made.frame["extra"].drop_nulls())
        read[made.kind] += made.frame.drop("location", "line", "extra").to_dicts()
    assert read == expected(ElementTree.fromstring(text))
