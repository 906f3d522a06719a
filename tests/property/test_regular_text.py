"""Wherever the native reader answers, it gives what the careful one gives; and it does answer for regular text."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assets.raw.readers.delimited import read_delimited
from assets.raw.readers.delimited_frame import FIRST_LINE, read_regular
from assets.raw.readers.grid import UnreadableError

BOUNDED = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
ODD = ['"', '""', ",", ";", "\t", "\r", "\n", "\r\n", " ", "\xa0", "\u2028", "\x85", "\x0b", "\x1c", "\u3000", "\ufeff"]
PIECES = st.sampled_from([*ODD, "#", "a", "b", "é", "\U0001f4a1", "1", "NA", "null", "\0", "\\", "'"])
TEXTS = st.lists(PIECES, max_size=30).map("".join)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters='"\r\n\0\x1c\x1d\x1e\x1f,;\t#'), min_size=1, max_size=5)
CELLS = st.one_of(PLAIN, st.just(""), st.sampled_from([" x ", "NA", "null", "nan", '"a,b"', '"c""d"', '""', '" "']))


def agree(path: Path, content: bytes) -> bool:
    """Whether the native reader answers; where it does, that both say the same."""
    path.write_bytes(content)
    regular = read_regular(path)
    if regular is None:
        return False
    rows = [(row.number, row.cells) for row in read_delimited(path).rows]
    assert rows[0] == (1, regular.header)
    assert rows[1:] == [(index + FIRST_LINE, cells) for index, cells in enumerate(regular.frame.iter_rows())]
    return True


@BOUNDED
@example(text="\ufeff\ufeffa,b\n1,2")
@example(text='"#a",b\n1,2')
@example(text="a\n\nb")
@example(text="a,b\n1,2\n,\n3,4")
@example(text="a,b\n1\n")
@example(text="a,b\n1,2,3\n")
@example(text='a,b\n1,"2\n3"\n')
@example(text='a,b\n"1"x,2\n')
@example(text="a,b\r1,2\n")
@example(text="")
@given(text=TEXTS)
def test_any_text(text: str, tmp_path: Path) -> None:
    for content in (text.encode(), ("a,b\n" + text).encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        agree(tmp_path / "any.csv", content)


@BOUNDED
@given(content=st.binary(max_size=60), lead=st.sampled_from([b"", b"a,b\n", b"\xef\xbb\xbf", b"\xff\xfe"]))
def test_any_bytes(content: bytes, lead: bytes, tmp_path: Path) -> None:
    try:
        agree(tmp_path / "any.csv", lead + content)
    except UnreadableError:
        raise AssertionError("the native reader answered where the careful one refuses") from None


@BOUNDED
@given(
    rows=st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8)),
    delimiter=st.sampled_from(",;\t"),
    newline=st.sampled_from(["\n", "\r\n"]),
    end=st.sampled_from(["", "\n", "\r\n\r\n"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_regular_text(
    rows: list[list[str]], delimiter: str, newline: str, end: str, mark: bytes, tmp_path: Path
) -> None:
    header = [f"column {index}" for index in range(len(rows[0]) if rows else 2)]
    text = newline.join(delimiter.join(cells) for cells in (header, *rows)) + end.replace("\r\n", newline)
    is_answered = agree(tmp_path / "any.csv", mark + text.encode())
    has_blank_row = any(not "".join(cell.strip('" ') for cell in cells).strip() for cells in rows)
    if not has_blank_row:
        assert is_answered


def test_a_header_repeated_and_totals_are_rows(tmp_path: Path) -> None:
    assert agree(tmp_path / "any.csv", b"a,b\n1,2\na,b\nTotal,2\n")
