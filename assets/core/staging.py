"""Staging: raw text to typed columns, each value beside the text it was read from.

Here: the one reading of types that every flat table shares, as SQL, since DuckDB reads each different text of a column
once and not once a row. Not here: shapes of their own (`assets.core.reported_figure`), nor any judgement of a value:
what cannot be read is null and its text stays.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import polars as pl

from expectations.contract import Column, Table
from expectations.ddl import PLACE_COLUMNS
from expectations.expectation import literal, quoted, text_of

CARRIED = [*PLACE_COLUMNS, "quarter_start", "quarter_end", "row_number", "location", "ragged"]
"""Columns that pass through staging as they are."""
BLANKS = ("", "#N/A")
"""Texts that stand for nothing: a look-up that found none is written `#N/A` by spreadsheets."""
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Unicode takes for white space; SQL by itself takes only some of it."""
_NO_SPACE_AT_ITS_ENDS = "'^[!-~](.*[!-~])?$'"
"""A text that begins and ends with an ASCII character that is seen."""
_YES, _NO = ("Y", "YES", "TRUE", "1"), ("N", "NO", "FALSE", "0")
_FRACTION = "%.f"
"""In a form: perhaps a fraction of a second."""


def stage_flat(raw: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Raw rows (all text, with the delivery's quarter) to staged rows, in their order."""
    with duckdb.connect() as connection:
        connection.register("raw", raw.to_arrow())
        carried = [name for name in CARRIED if name in raw.columns]
        return connection.execute(flat_rows(table, "raw", carried)).pl()


def flat_rows(table: Table, raw: str, carried: Sequence[str] = CARRIED) -> str:
    """SELECT of staged rows from a relation of raw ones: typed values, texts, and a fingerprint.

    The fingerprint covers every declared column's text: equal rows have equal fingerprints.
    """
    kept = ", ".join(carried)
    texts = ", ".join(f"{_text(column)} AS {quoted(text_of(column.name))}" for column in table.columns)
    pairs = ", ".join(
        f"{_typed(column)} AS {quoted(column.name)}, {quoted(text_of(column.name))}" for column in table.columns
    )
    fingerprint = f"hash({', '.join(quoted(text_of(column.name)) for column in table.columns)})"
    return f"SELECT {kept}, {pairs}, {fingerprint} AS row_fingerprint FROM (SELECT {kept}, {texts} FROM {raw})"


def _text(column: Column) -> str:
    name = quoted(column.name)
    # Trimming by a set of characters costs nine times what a look at the ends does, and few texts need it.
    text = f"CASE WHEN regexp_matches({name}, {_NO_SPACE_AT_ITS_ENDS}, 's') THEN {name} "
    text += f"ELSE trim({name}, {literal(WHITE_SPACE)}) END"
    for blank in BLANKS:
        text = f"nullif({text}, {literal(blank)})"
    return text


def _typed(column: Column) -> str:
    text = quoted(text_of(column.name))
    if column.pick:
        text = f"nullif(regexp_extract({text}, {literal(column.pick)}, 1), '')"
    if column.words:
        codes = " ".join(f"WHEN {literal(word)} THEN {literal(code)}" for word, code in column.words.items())
        text = f"CASE lower({text}) {codes} ELSE {text} END"
    match column.type:
        case "text" | "code":
            return text if column.fold == "none" else f"{column.fold}({text})"
        case "whole_number":
            return f"CASE WHEN regexp_full_match({text}, '-?[0-9]{{1,18}}') THEN TRY_CAST({text} AS BIGINT) END"
        case "decimal":
            is_plain = f"regexp_full_match({text}, '-?([0-9]{{1,12}}(\\.[0-9]+)?|\\.[0-9]+)')"
            return f"CASE WHEN {is_plain} THEN TRY_CAST({text} AS DECIMAL(18,6)) END"
        case "date":
            return f"{_moment(column, text)}::DATE"
        case "timestamp":
            return _moment(column, text)
        case "yes_no":
            upper = f"upper({text})"
            return f"CASE WHEN {upper} IN {_YES} THEN TRUE WHEN {upper} IN {_NO} THEN FALSE END"


def _moment(column: Column, text: str) -> str:
    """The first form that fits; `9999` or `0206` may be read as a year, but no date of ours lies outside these."""
    forms = []
    for form in column.formats:
        forms += [form.replace(_FRACTION, ".%f"), form.replace(_FRACTION, "")] if _FRACTION in form else [form]
    moment = f"try_strptime({text}, {forms})"
    return f"CASE WHEN year({moment}) BETWEEN 1900 AND 2199 THEN {moment} END"
