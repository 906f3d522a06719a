"""XML read natively: what is taken for regular, what is left to the careful reader, and that no row is told twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock, patch

import polars as pl
import pytest

from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.xml_records import RecordShape, read_records
from assets.raw.readers.xml_regular import read_natively
from tests.census_files import SHAPES, write_census

UNITS = (
    RecordShape("unit", ("group", "unit"), {"name": "name", "kind": "@kind"}),
    RecordShape("part", ("group", "unit", "part"), {"of": "../name", "code": "code"}),
)
REGULAR = """<?xml version="1.0" encoding="UTF-8"?>
<return xmlns="urn:invented" at='x'>
  <group>
    <unit>
      <name> é
      </name><empty/><part><code>1</code><code>2</code></part>
    </unit>
    <unit><part/><name>two</name><odd><deep>x</deep></odd></unit>
  </group>
</return>
"""


@pytest.fixture
def careful() -> Iterator[MagicMock]:
    """The careful reader, as the native one calls it: it tells whether it was."""
    with patch("assets.raw.readers.xml_regular.read_records", wraps=read_records) as called:
        yield called


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def assert_told_alike(path: Path, piece: int = 1_000_000, batch: int = 50_000) -> None:
    native = [made.frame for made in read_natively(path, UNITS, batch, piece)]
    by_kind = [made.frame for made in read_records(path, UNITS, 1_000_000)]
    assert len(by_kind) == 2
    for frame in by_kind:
        assert pl.concat([other for other in native if other.columns == frame.columns]).equals(frame)


@pytest.mark.parametrize(
    "text",
    [
        REGULAR,
        "\ufeff" + REGULAR,
        "\n\n" + REGULAR,
        REGULAR.replace("\n", "\r\n"),
        REGULAR.replace('<?xml version="1.0" encoding="UTF-8"?>', ""),
        REGULAR.replace("UTF-8", "utf-8"),
        REGULAR.replace('encoding="UTF-8"', "standalone='yes'"),
        REGULAR.replace("<name>", "<name\n>").replace("</name>", "</name >"),
        REGULAR.replace("<group>", "<group>stray"),
        REGULAR.replace("<empty/>", "<empty>\xa0</empty>"),
    ],
)
def test_what_the_returns_systems_write_is_regular(text: str, careful: MagicMock, tmp_path: Path) -> None:
    assert_told_alike(written(tmp_path / "a.xml", text))
    careful.assert_not_called()


@pytest.mark.parametrize(
    "text",
    [
        REGULAR.replace("two", "&#116;wo"),
        REGULAR.replace("two", "<![CDATA[two]]>"),
        REGULAR.replace("two", "t>wo"),
        REGULAR.replace("two", "two<!-- a note -->"),
        REGULAR.replace("two", "<?a note?>two"),
        REGULAR.replace("<unit>", '<unit kind="new">'),
        REGULAR.replace("<name>", '<name xmlns="urn:other">'),
        REGULAR.replace("<group>", "<x:group>").replace("</group>", "</x:group>"),
        REGULAR.replace("odd>", "ödd>"),
        REGULAR.replace("<part/>", "<part/>stray"),
        REGULAR.replace("</part>", "</part>stray"),
        REGULAR.replace("two", "t\rwo"),
        REGULAR.replace("UTF-8", "us-ascii").replace("é", "e"),
        REGULAR.replace("'x'", "'é'"),
        REGULAR.replace("<return", "<!-- a note --><return"),
        REGULAR.replace("<odd>", "<unit>").replace("</odd>", "</unit>"),
    ],
)
def test_what_is_not_regular_is_read_with_care(text: str, careful: MagicMock, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", text)
    # Pieces so small are cut wherever an element of a unit's name ends: the last of these has one below a unit, too.
    assert_told_alike(path, piece=1)
    careful.assert_called_once()


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_read_with_care(encoding: str, careful: MagicMock, tmp_path: Path) -> None:
    assert_told_alike(written(tmp_path / "a.xml", REGULAR.replace("UTF-8", encoding), encoding))
    careful.assert_called_once()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (REGULAR.replace("</return>", ""), "xml_is_whole"),
        (REGULAR.replace("</return>", "</other>"), "xml_is_well_formed"),
        (REGULAR.replace("</code><code>", "</kode><code>"), "xml_is_well_formed"),
        (REGULAR + "<return/>", "xml_is_well_formed"),
        (REGULAR + "\xa0", "xml_is_well_formed"),
        (REGULAR.replace("two", "t\x0bwo"), "xml_is_well_formed"),
        (REGULAR.replace("two", "t\uffffwo"), "xml_is_well_formed"),
        (REGULAR.replace("two", "t]]>wo"), "xml_is_well_formed"),
        (REGULAR.replace("at='x'", "at='x' at='y'"), "xml_is_well_formed"),
        (REGULAR.replace('"1.0"', "\"1.0'"), "xml_is_well_formed"),
        (REGULAR.replace("<return", "<!DOCTYPE return><return"), "no_document_type"),
        (REGULAR.replace("UTF-8", "UTF-16"), "file_is_text"),
        (REGULAR.replace("two", "x" * 200_000), "xml_within_bounds"),
        (REGULAR.replace("two", "<d>" * 70 + "</d>" * 70), "xml_within_bounds"),
        (REGULAR.replace("two", "<d>x</d>" * 600_000), "xml_within_bounds"),
        (REGULAR.replace("two", "".join(f"<d{number}/>" for number in range(11_000))), "xml_within_bounds"),
    ],
)
def test_a_refusal_is_in_the_careful_readers_words(text: str, rule: str, careful: MagicMock, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", text)
    with pytest.raises(UnreadableError) as native:
        list(read_natively(path, UNITS))
    with pytest.raises(UnreadableError) as by_care:
        list(read_records(path, UNITS))
    careful.assert_called_once()
    assert native.value.rule == rule
    assert str(native.value) == str(by_care.value)


def test_bytes_that_are_no_text_are_refused(careful: MagicMock, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(REGULAR.encode().replace(b"two", b"\xed\xa0\x80"))
    with pytest.raises(UnreadableError) as refused:
        list(read_natively(path, UNITS))
    careful.assert_called_once()
    assert refused.value.rule == "xml_is_well_formed"


@pytest.mark.parametrize(
    "between",
    ["<note>n</note>" * 30_000, "".join(f"<d{number}/>" for number in range(1_000)), f"<note>{'x' * 90_000}</note>"],
)
def test_what_is_only_large_is_read_all_the_same(between: str, tmp_path: Path) -> None:
    assert_told_alike(written(tmp_path / "a.xml", REGULAR.replace("two", between)))


def test_a_record_nearly_as_large_as_may_be_is_read_with_care(careful: MagicMock, tmp_path: Path) -> None:
    assert_told_alike(written(tmp_path / "a.xml", REGULAR.replace("two", "<note>n</note>" * 270_000)))
    careful.assert_called_once()


@pytest.mark.parametrize("piece", [100, 5_000, 60_000])
@pytest.mark.parametrize("batch", [1, 700])
def test_a_census_is_the_same_however_it_is_cut(piece: int, batch: int, careful: MagicMock, tmp_path: Path) -> None:
    path = write_census(tmp_path / "census.xml", 300)
    native: dict[str, list[pl.DataFrame]] = {}
    for made in read_natively(path, SHAPES, batch, piece):
        native.setdefault(made.kind, []).append(made.frame)
    careful.assert_not_called()
    assert min(map(len, native.values())) == 1
    assert max(map(len, native.values())) > 2
    for made in read_records(path, SHAPES, 10**9):
        assert pl.concat(native[made.kind]).equals(made.frame)


def test_what_is_odd_late_in_a_file_is_handed_over_where_it_stands(careful: MagicMock, tmp_path: Path) -> None:
    path = write_census(tmp_path / "census.xml", 300)
    path.write_bytes(path.read_bytes().replace(b"</Children>", b"<!-- the end --></Children>"))
    batches = read_natively(path, SHAPES, batch=1, piece=5_000)
    before = [next(batches) for _ in range(50)]
    careful.assert_not_called()
    after = list(batches)
    careful.assert_called_once()
    for made in read_records(path, SHAPES, 10**9):
        frames = [other.frame for other in (*before, *after) if other.kind == made.kind]
        assert pl.concat(frames).equals(made.frame)


def test_unknown_paths_are_those_no_record_asks_for(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", REGULAR.replace("<part/>", "<part><new>1</new></part>"))
    for reader in (read_natively, read_records):
        assert {made.kind: made.unknown for made in reader(path, UNITS)} == {"unit": ("odd/deep",), "part": ("new",)}
        inner = (RecordShape("unit", ("group", "unit"), {}), UNITS[1])
        assert {made.kind: made.unknown for made in reader(path, inner)} == {"unit": ("odd/deep",), "part": ("new",)}


@pytest.mark.parametrize("blank", [" ", "\n"])
def test_a_beginning_made_to_be_looked_at_for_ever_is_not(blank: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.xml", "<return" + f"{blank * 30_000}a='1'" * 2 + blank * 60_000)
    begun = time.perf_counter()
    with pytest.raises(UnreadableError):
        list(read_natively(path, UNITS))
    assert time.perf_counter() - begun < 2
