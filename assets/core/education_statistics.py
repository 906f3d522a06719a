"""Published education and children's statistics: a wide row an area and year, to a figure a column.

Here: the shape most files of the Department for Education share: geography and year in known columns, everything else
in columns of the file's own. A column none of whose values is a number or a symbol is a filter (a category, a group);
every other is a series of figures. Not here: which series an indicator is compared with (the catalogue).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from assets.core.geography import area_of_level
from assets.core.staging import CARRIED, stage_flat
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

SYMBOLS = {
    "c": "suppressed", "~": "suppressed", "z": "not_applicable", "x": "missing", ":": "missing", "u": "missing",
    "-": "missing", "low": "low", "k": "low",
}  # fmt: skip
"""The symbols of official statistics in the place of a figure, and the absence each names."""
_YEAR, _TWO_YEARS = re.compile(r"(\d{4})"), re.compile(r"(\d{4})(\d{2})")
_FIRST_MONTH = {
    None: 4, "reporting year": 4, "financial year": 4, "calendar year": 1, "academic year": 9, "autumn term": 9,
    "spring term": 9, "summer term": 9, "autumn and spring term": 9,
}  # fmt: skip
"""The month each kind of year begins in. Terms have the days of their academic year: their own are not published."""


def stage_education_statistics(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones: the area as an ONS code, the year as days, the file's own columns together as JSON."""
    flat = stage_flat(raw, table).with_columns(raw["extra"].alias("figures"))
    column = {
        name: pl.col(f"{name}__text")
        for name in ("geographic_level", "region_code", "region_name", "new_la_code", "la_name", "country_name")
    }
    said = flat.select("time_period__text", "time_identifier__text").unique()
    days = [days_of_year(text or "", kind) for text, kind in said.iter_rows()]
    said = said.with_columns(
        pl.Series("period_start", [first for first, _ in days], pl.Date),
        pl.Series("period_end", [last for _, last in days], pl.Date),
    )
    flat = flat.join(said, on=said.columns[:2], how="left", nulls_equal=True)
    staged = flat.with_columns(
        area_of_level(
            column["geographic_level"], column["region_code"], column["region_name"], column["new_la_code"]
        ).alias("area"),
        pl.when(column["geographic_level"] == "Local authority")
        .then(column["la_name"])
        .when(column["geographic_level"] == "Regional")
        .then(column["region_name"])
        .otherwise(column["country_name"])
        .alias("area_name"),
        *(pl.lit(None, pl.String).alias(name) for name in ("series", "filters", "symbol", "status")),
        pl.lit(None, pl.Decimal(18, 6)).alias("value"),
    )
    texts = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    same = pl.struct([pl.col(f"{column.name}__text") for column in table.columns] + [pl.col("figures")])
    return staged.select(
        [*CARRIED, *texts, *(column.name for column in table.staged), same.hash(seed=0).alias("row_fingerprint")]
    )


def days_of_year(text: str, kind: str | None) -> tuple[date | None, date | None]:
    """The days of a published year: `2019` is the year that ends in 2019, `201819` the same in two years.

    A calendar year has one year and an academic one has two: the other form, or a kind not known, is not guessed at.
    """
    month = _FIRST_MONTH.get(kind and kind.lower())
    if month is None:
        return None, None
    first = None
    if (match := _TWO_YEARS.fullmatch(text)) and month != 1:
        first = int(match[1]) if (int(match[1]) + 1) % 100 == int(match[2]) else None
    elif (match := _YEAR.fullmatch(text)) and month != 9:
        first = int(match[1]) - (month != 1)
    if first is None or not 1990 <= first <= 2100:
        return None, None
    return date(first, month, 1), date(first + 1, month, 1) - timedelta(days=1)


def education_statistics_in_core(accepted: str, columns: list[str], meaning: Mapping[str, str] = SYMBOLS) -> str:
    """A figure a series and row, with the row's filters in words; symbols are kept."""
    symbols = ", ".join(f"'{symbol}'" for symbol in meaning)
    statuses = " ".join(f"WHEN '{symbol}' THEN '{status}'" for symbol, status in meaning.items())
    kept = ", ".join(f'"{column}"' for column in columns)
    return f"""
        WITH entry AS (
            SELECT receipt_id, row_number, unnest(map_entries(CAST(figures::JSON AS MAP(VARCHAR, VARCHAR)))) AS pair
            FROM {accepted}
        ), told AS (
            SELECT receipt_id, row_number, pair.key AS series, trim(pair.value) AS text,
                   TRY_CAST(replace(trim(pair.value), ',', '') AS DECIMAL(18,6)) AS number,
                   lower(trim(pair.value, '[] ')) AS symbol
            FROM entry
        ), filter AS (
            SELECT receipt_id, series FROM told GROUP BY receipt_id, series
            HAVING bool_and(number IS NULL AND symbol NOT IN ({symbols}))
        ), filters AS (
            SELECT receipt_id, row_number, string_agg(series || '=' || text, '; ' ORDER BY series) AS filters
            FROM told SEMI JOIN filter USING (receipt_id, series) GROUP BY receipt_id, row_number
        )
        SELECT {kept} FROM (
            SELECT row.* REPLACE (
                       told.series AS series, coalesce(filters.filters, '') AS filters, told.number AS value,
                       CASE WHEN told.number IS NULL THEN told.text END AS symbol,
                       CASE WHEN told.number IS NOT NULL THEN 'value'
                            ELSE CASE told.symbol {statuses} ELSE 'missing' END END AS status)
            FROM {accepted} AS row
            JOIN told USING (receipt_id, row_number)
            ANTI JOIN filter ON filter.receipt_id = told.receipt_id AND filter.series = told.series
            LEFT JOIN filters USING (receipt_id, row_number)
        )
    """
