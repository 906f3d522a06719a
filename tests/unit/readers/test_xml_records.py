"""XML records: what becomes a row, where it says it stands, and what is kept beside the declared columns."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.xml_records import RecordShape, Root, is_xml, read_records, root_of
from tests.census_files import CHILD, DETAILS, SHAPES, write_census

SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<Message xmlns="urn:invented">
  <Children>
    <Child kind="new">
      <ChildIdentifiers><LAchildID> INV1 </LAchildID><UPN/>stray</ChildIdentifiers>
      <Disabilities><Disability>HAND</Disability><Disability>HEAR</Disability></Disabilities>
      <CINdetails><CINreferralDate>2024-01-02</CINreferralDate></CINdetails>
      <CINdetails>
        <Section47><S47ActualStartDate>2024-02-03</S47ActualStartDate></Section47>
        <Section47><Odd><Deep>x</Deep><Deep>y</Deep></Odd></Section47>
        <CINreferralDate>2024-02-01</CINreferralDate>
      </CINdetails>
    </Child>
    <Child><ChildIdentifiers><LAchildID>INV2</LAchildID></ChildIdentifiers></Child>
  </Children>
</Message>
"""
SMALL_SHAPES = (
    RecordShape(
        "child",
        CHILD,
        {
            "child_id": "ChildIdentifiers/LAchildID",
            "upn": "ChildIdentifiers/UPN",
            "disabilities": "Disabilities/Disability",
            "kind": "@kind",
        },
    ),
    RecordShape("referral", DETAILS, {"referral_date": "CINreferralDate"}),
    RecordShape(
        "enquiry",
        (*DETAILS, "Section47"),
        {
            "child_id": "../../ChildIdentifiers/LAchildID",
            "referral_date": "../CINreferralDate",
            "start_date": "S47ActualStartDate",
        },
    ),
)


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, shapes: tuple[RecordShape, ...] = SMALL_SHAPES, batch: int = 1_000) -> dict[str, pl.DataFrame]:
    frames: dict[str, list[pl.DataFrame]] = {}
    for made in read_records(path, shapes, batch):
        frames.setdefault(made.kind, []).append(made.frame)
    return {kind: pl.concat(parts) for kind, parts in frames.items()}


def test_a_record_has_its_fields_and_those_around_it_wherever_they_stand(tmp_path: Path) -> None:
    enquiries = read(written(tmp_path / "a", SMALL))["enquiry"]
    assert enquiries.rows(named=True) == [
        {
            "child_id": "INV1",
            "referral_date": "2024-02-01",
            "start_date": "2024-02-03",
            "row_number": 1,
            "location": "/Children/Child[1]/CINdetails[2]/Section47[1]",
            "line": 9,
            "extra": None,
            "parent_row": 2,
        },
        {
            "child_id": "INV1",
            "referral_date": "2024-02-01",
            "start_date": None,
            "row_number": 2,
            "location": "/Children/Child[1]/CINdetails[2]/Section47[2]",
            "line": 10,
            "extra": '{"Odd/Deep": "x|y"}',
            "parent_row": 2,
        },
    ]


def test_a_blank_field_is_null_repeats_are_joined_and_attributes_are_read(tmp_path: Path) -> None:
    children = read(written(tmp_path / "a", SMALL))["child"]
    assert children.select("child_id", "upn", "disabilities", "kind").rows() == [
        ("INV1", None, "HAND|HEAR", "new"),
        ("INV2", None, None, None),
    ]
    assert children["parent_row"].to_list() == [None, None]


def test_text_that_stands_where_none_should_is_kept(tmp_path: Path) -> None:
    children = read(written(tmp_path / "a", SMALL))["child"]
    assert children["extra"].to_list() == ['{"ChildIdentifiers": "stray"}', None]


def test_a_block_no_shape_declares_is_kept_with_the_record_around_it(tmp_path: Path) -> None:
    children = read(written(tmp_path / "a", SMALL), SMALL_SHAPES[:1])["child"]
    assert json.loads(children["extra"][0]) == {
        "CINdetails/CINreferralDate": "2024-01-02|2024-02-01",
        "CINdetails/Section47/Odd/Deep": "x|y",
        "CINdetails/Section47/S47ActualStartDate": "2024-02-03",
        "ChildIdentifiers": "stray",
    }


def test_a_field_only_an_inner_record_asks_for_is_not_lost_where_there_is_none(tmp_path: Path) -> None:
    shapes = (RecordShape("child", CHILD, {}), RecordShape("detail", DETAILS, {"id": "../ChildIdentifiers/LAchildID"}))
    frames = read(written(tmp_path / "a", SMALL), shapes)
    assert frames["detail"]["id"].to_list() == ["INV1", "INV1"]
    assert json.loads(frames["child"]["extra"][1]) == {"ChildIdentifiers/LAchildID": "INV2"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_a_file_declares_is_read_alike(encoding: str, tmp_path: Path) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    text = SMALL.replace("UTF-8", declared).replace("INV2", "INVé")
    path = written(tmp_path / "a", text, encoding)
    assert is_xml(path)
    assert read(path)["child"]["child_id"].to_list() == ["INV1", "INVé"]


def test_prefixes_do_not_matter_and_blank_lines_above_are_counted(tmp_path: Path) -> None:
    text = SMALL.replace("xmlns=", "xmlns:c=").replace("</", "</c:")
    for name in ("Message", "Children", "Child", "ChildIdentifiers", "LAchildID", "UPN", "Disabilities", "Disability"):
        text = text.replace(f"<{name}>", f"<c:{name}>").replace(f"<{name} ", f"<c:{name} ").replace("<UPN/", "<c:UPN/")
    for name in ("CINdetails", "CINreferralDate", "Section47", "S47ActualStartDate", "Odd", "Deep"):
        text = text.replace(f"<{name}>", f"<c:{name}>")
    path = written(tmp_path / "a", "\n\n" + text)
    plain = read(written(tmp_path / "b", SMALL))
    for kind, frame in read(path).items():
        assert frame.equals(plain[kind].with_columns(pl.col("line") + 2))
    assert root_of(path) == Root("Message", "urn:invented", ("Children",))


def test_batches_of_any_size_give_the_same_rows(tmp_path: Path) -> None:
    path = write_census(tmp_path / "census", 300)
    whole = read(path, SHAPES, 10**9)
    for batch in (1, 100):
        parts = read(path, SHAPES, batch)
        assert {kind: frame.equals(whole[kind]) for kind, frame in parts.items()} == dict.fromkeys(whole, True)
    assert whole["child"].height == 300
    assert whole["child"]["location"][-1] == "/Children/Child[300]"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert all("<Child>" in lines[line - 1] for line in whole["child"]["line"])
    assert all("<CPPreviewDate>" in lines[line - 1] for line in whole["review"]["line"])


def test_the_root_is_told_from_the_start_of_the_file(tmp_path: Path) -> None:
    path = write_census(tmp_path / "census", 10)
    assert root_of(path) == Root("Message", None, ("Header", "Children"))
    path.write_text("<Only/>")
    assert root_of(path) == Root("Only", None, ())


@pytest.mark.parametrize(
    ("content", "is_it"),
    [
        (b"<a/>", True),
        (b" \r\n<?xml ", True),
        (b"\xff\xfe<\0a\0", True),
        (b"<5,6\n", False),
        (b"a,<b>\n", False),
        (b"", False),
    ],
)
def test_xml_is_told_by_its_content(content: bytes, is_it: bool, tmp_path: Path) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    assert is_xml(path) is is_it


@pytest.mark.parametrize("columns", [{"a": "../../Header/LEA"}, {"a": "../../../LEA"}])
def test_a_column_that_would_wait_for_the_end_of_the_file_is_no_shape(columns: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="reaches to the root"):
        read(written(tmp_path / "a", SMALL), (RecordShape("child", CHILD, columns),))


def test_two_kinds_at_one_path_are_no_shapes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="another kind"):
        read(written(tmp_path / "a", SMALL), (RecordShape("a", CHILD, {}), RecordShape("b", CHILD, {})))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "xml_is_whole"),
        (SMALL[:-20], "xml_is_whole"),
        (SMALL.replace("</Section47>", "", 1), "xml_is_well_formed"),
        (SMALL + "<a/>", "xml_is_well_formed"),
        (SMALL.replace("HAND", "HA\0ND"), "xml_is_well_formed"),
        (SMALL.replace("HAND", "&unknown;"), "xml_is_well_formed"),
        (SMALL.replace("UTF-8", "invented-8"), "file_is_text"),
        (SMALL.replace("UTF-8", "UTF-16"), "file_is_text"),
        (SMALL.replace("UTF-8", "shift_jis"), "file_is_text"),
        (SMALL.replace("HAND", "x" * 200_000), "xml_within_bounds"),
        (SMALL.replace("HAND", "<d>" * 100 + "</d>" * 100), "xml_within_bounds"),
        (SMALL.replace("HAND", f"<d {'d' * 3_000_000}"), "xml_within_bounds"),
        (SMALL.replace("HAND", "<d>x</d>" * 700_000), "xml_within_bounds"),
        (SMALL.replace("HAND", "".join(f"<d{number}/>" for number in range(20_000))), "xml_within_bounds"),
    ],
)
def test_what_is_broken_or_beyond_bounds_is_refused(text: str, rule: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(written(tmp_path / "a", text))
    assert refused.value.rule == rule
    assert "INV1" not in str(refused.value)


def test_bytes_of_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(written(tmp_path / "a", SMALL.replace("INV2", "INVé"), "cp1252"))
    assert refused.value.rule == "xml_is_well_formed"
