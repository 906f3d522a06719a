"""XML made to do harm: refused at once, whatever way it is written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.xml_records import read_records, root_of
from tests.unit.readers.test_xml_records import SMALL_SHAPES

LAUGHS = "".join(f'<!ENTITY lol{level} "{f"&lol{level - 1};" * 10}">' for level in range(1, 10))
BILLION_LAUGHS = f'<!DOCTYPE Message [<!ENTITY lol0 "lol">{LAUGHS}]><Message><Children>&lol9;</Children></Message>'
DECLARATION = '<?xml version="1.0" encoding="{}"?>\n'


def refused(path: Path) -> UnreadableError:
    begun = time.perf_counter()
    with pytest.raises(UnreadableError) as by_root:
        root_of(path)
    with pytest.raises(UnreadableError) as by_records:
        list(read_records(path, SMALL_SHAPES))
    assert time.perf_counter() - begun < 3
    assert by_root.value.rule == by_records.value.rule
    return by_records.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_billion_laughs_are_not_laughed(encoding: str, tmp_path: Path) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    path = tmp_path / "laughs.xml"
    path.write_bytes((DECLARATION.format(declared) + BILLION_LAUGHS).encode(encoding))
    assert refused(path).rule == "no_document_type"


def test_no_other_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("invented-secret")
    path = tmp_path / "xxe.xml"
    path.write_text(f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a><Children>&x;</Children></a>')
    error = refused(path)
    assert error.rule == "no_document_type"
    assert "invented-secret" not in str(error)


def test_a_document_type_below_a_long_comment_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "below.xml"
    path.write_text("".join(f"<!-- {'x' * 900_000} -->" for _ in range(3)) + BILLION_LAUGHS)
    with pytest.raises(UnreadableError) as error:
        list(read_records(path, SMALL_SHAPES))
    assert error.value.rule == "no_document_type"


# The bound is on what stands unclosed, so 20 MB tell as much as 200 MB do: reading stops after the first megabytes.
@pytest.mark.parametrize(
    "opening", ["<Message><Children>", "<!--", "<?xml-stylesheet ", '<Message a="', "<Message><![CDATA["]
)
def test_one_endless_line_is_refused_early(opening: str, tmp_path: Path) -> None:
    path = tmp_path / "line.xml"
    path.write_text(opening + "x" * 20_000_000)
    begun = time.perf_counter()
    with pytest.raises(UnreadableError) as error:
        list(read_records(path, SMALL_SHAPES))
    assert error.value.rule == "xml_within_bounds"
    assert time.perf_counter() - begun < 2
