"""Staging: raw text to typed columns, with Polars, each value beside the text it was read from.

Here: the one reading of types that every flat table shares. Not here: shapes of their own
(`assets.core.reported_figure`), nor any judgement of a value: what cannot be read is null and its text stays.
"""

from __future__ import annotations

import polars as pl

from expectations.contract import Column, Table
from expectations.ddl import PLACE_COLUMNS
from expectations.expectation import text_of

CARRIED = [*PLACE_COLUMNS, "quarter_start", "quarter_end", "row_number", "location", "ragged"]
"""Columns that pass through staging as they are."""
BLANKS = ("", "#N/A")
"""Texts that stand for nothing: a look-up that found none is written `#N/A` by spreadsheets."""
_YES, _NO = ("Y", "YES", "TRUE", "1"), ("N", "NO", "FALSE", "0")


def stage_flat(raw: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Raw rows (all text, with the delivery's quarter) to staged rows: typed values, texts, and a fingerprint."""
    return flat_rows(raw, table).collect()


def flat_rows(raw: pl.DataFrame, table: Table) -> pl.LazyFrame:
    """The staged rows of raw ones, not made before it is known which of their columns are wanted.

    The fingerprint covers every declared column's text: equal rows have equal fingerprints.
    """
    texts = [_text(column).alias(text_of(column.name)) for column in table.columns]
    typed = [_typed(column, pl.col(text_of(column.name))).alias(column.name) for column in table.columns]
    fingerprint = pl.struct([text_of(column.name) for column in table.columns]).hash(seed=0).alias("row_fingerprint")
    pairs = [name for column in table.columns for name in (column.name, text_of(column.name))]
    return (
        raw.lazy()
        .with_columns(texts)
        .with_columns(typed)
        .select([*(name for name in CARRIED if name in raw.columns), *pairs, fingerprint])
    )


def _text(column: Column) -> pl.Expr:
    trimmed = pl.col(column.name).str.strip_chars()
    return pl.when(~trimmed.is_in(BLANKS)).then(trimmed)


def _typed(column: Column, text: pl.Expr) -> pl.Expr:
    if column.pick:
        text = text.str.extract(column.pick)
    if column.words:
        text = text.str.to_lowercase().replace_strict(dict(column.words), default=text, return_dtype=pl.String)
    match column.type:
        case "text" | "code":
            folds = {"lower": text.str.to_lowercase(), "upper": text.str.to_uppercase(), "none": text}
            return folds[column.fold]
        case "whole_number":
            return pl.when(text.str.contains(r"^-?\d{1,18}$")).then(text).cast(pl.Int64, strict=False)
        case "decimal":
            plain = text.str.contains(r"^-?(\d{1,12}(\.\d+)?|\.\d+)$")
            return pl.when(plain).then(text).cast(pl.Decimal(18, 6), strict=False)
        case "date":
            return _plausible(pl.coalesce([text.str.to_date(form, strict=False) for form in column.formats]))
        case "timestamp":
            return _plausible(
                pl.coalesce([text.str.to_datetime(form, time_unit="us", strict=False) for form in column.formats])
            )
        case "yes_no":
            upper = text.str.to_uppercase()
            return pl.when(upper.is_in(_YES)).then(True).when(upper.is_in(_NO)).then(False)


def _plausible(day: pl.Expr) -> pl.Expr:
    # Polars reads years of any length (`20195`, `206`): no date of ours lies outside these.
    return pl.when(day.dt.year().is_between(1900, 2199)).then(day)
