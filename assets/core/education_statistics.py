"""Published education and children's statistics: a wide row an area and year, to a figure a column.

Here: the shape most files of the Department for Education share: geography and year in known columns, everything else
in columns of the file's own. A column none of whose values is a number or a symbol is a filter (a category, a group);
every other is a series of figures. Not here: which series an indicator is compared with (the catalogue).
"""

from __future__ import annotations

import re
from datetime import date

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


def stage_education_statistics(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones: the area as an ONS code, the year as days, the file's own columns together as JSON."""
    flat = stage_flat(raw, table).with_columns(raw["extra"].alias("figures"))
    column = {
        name: pl.col(f"{name}__text") for name in ("geographic_level", "region_code", "region_name", "new_la_code")
    }
    periods = {text: _period(text or "") for text in flat["time_period__text"].unique()}
    staged = flat.with_columns(
        area_of_level(
            column["geographic_level"], column["region_code"], column["region_name"], column["new_la_code"]
        ).alias("area"),
        pl.col("time_period__text")
        .replace_strict({t: p[0] for t, p in periods.items()}, return_dtype=pl.Date)
        .alias("period_start"),
        pl.col("time_period__text")
        .replace_strict({t: p[1] for t, p in periods.items()}, return_dtype=pl.Date)
        .alias("period_end"),
        *(pl.lit(None, pl.String).alias(name) for name in ("series", "filters", "symbol", "status")),
        pl.lit(None, pl.Decimal(18, 6)).alias("value"),
    )
    texts = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    same = pl.struct([pl.col(f"{column.name}__text") for column in table.columns] + [pl.col("figures")])
    return staged.select(
        [*CARRIED, *texts, *(column.name for column in table.staged), same.hash(seed=0).alias("row_fingerprint")]
    )


def _period(text: str) -> tuple[date | None, date | None]:
    """The days of a published year: `2019` is the year that ended on 31 March 2019, `201819` the same in two years."""
    if match := _TWO_YEARS.fullmatch(text):
        first = int(match[1])
        return (date(first, 4, 1), date(first + 1, 3, 31)) if (first + 1) % 100 == int(match[2]) else (None, None)
    if match := _YEAR.fullmatch(text):
        year = int(match[1])
        return (date(year - 1, 4, 1), date(year, 3, 31)) if 1990 <= year <= 2100 else (None, None)
    return None, None


def education_statistics_in_core(accepted: str, columns: list[str]) -> str:
    """A figure a series and row, with the row's filters in words; symbols are kept."""
    symbols = ", ".join(f"'{symbol}'" for symbol in SYMBOLS)
    statuses = " ".join(f"WHEN '{symbol}' THEN '{status}'" for symbol, status in SYMBOLS.items())
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
