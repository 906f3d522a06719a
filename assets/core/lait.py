"""The department's long file of local measures: a row a measure, area and period, to a figure each.

Here: the file's own labels, symbols and area numbers. Every step is columnar: the file has over half a million rows.
Not here: what its period labels say (`assets.core.published_periods`).
"""

from __future__ import annotations

import polars as pl

from assets.core.education_statistics import SYMBOLS
from assets.core.geography import LEVELS, area_on_day
from assets.core.published_periods import days_of, kinds_of_year
from assets.core.staging import CARRIED, stage_flat
from assets.labels import label_key
from assets.marts.catalogue_model import Catalogue
from assets.reference.areas import Area, areas
from expectations.contract import Table

_NAMED_OTHERWISE = {"London (Inner)": "Inner London", "London (Outer)": "Outer London"}
_NOISE = 6
"""Decimals kept: beyond them stands what a spreadsheet's arithmetic left behind."""


def stage_lait(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones: days, ONS codes, and figures or the absence a symbol names."""
    staged = stage_flat(raw, table).with_columns(pl.col("la_number__text").str.strip_suffix(".0").alias("la_number"))
    staged = staged.join(_periods(staged), on=["measure", "years"], how="left", nulls_equal=True)
    staged = staged.join(_places(staged), on=["la_number", "area_name", "period_end"], how="left", nulls_equal=True)
    number = pl.col("figure__text").cast(pl.Float64, strict=False)
    number = pl.when(number.is_finite() & (number.abs() < 1e12)).then(number.round(_NOISE))
    symbol = pl.when(number.is_null()).then(pl.col("figure__text"))
    staged = staged.with_columns(
        number.cast(pl.Decimal(18, 6)).alias("value"),
        symbol.alias("symbol"),
        pl.when(number.is_not_null())
        .then(pl.lit("value"))
        .otherwise(symbol.str.to_lowercase().replace_strict(SYMBOLS, default=None, return_dtype=pl.String))
        .alias("status"),
    )
    texts = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    return staged.select([*CARRIED, *texts, *(column.name for column in table.staged), "row_fingerprint"])


def _periods(staged: pl.DataFrame) -> pl.DataFrame:
    """The days of every label of every measure."""
    said = staged.select("measure", "years").unique()
    kinds = kinds_of_year()
    days = [days_of(label or "", kinds.get(measure)) for measure, label in said.iter_rows()]
    return said.with_columns(
        pl.Series("period_start", [found and found[0] for found in days], pl.Date),
        pl.Series("period_end", [found and found[1] for found in days], pl.Date),
    )


def _places(staged: pl.DataFrame) -> pl.DataFrame:
    """The ONS code of every area on every last day of a period."""
    said = staged.select("la_number", "area_name", "period_end").unique()
    numbered: dict[str, list[Area]] = {}
    for area in areas().values():
        if area.dfe_code:
            numbered.setdefault(area.dfe_code, []).append(area)
    named = {label_key(area.area_name): area for area in areas().values() if not area.delivers}
    found = [
        area_on_day(numbered[number], day)
        if number in numbered
        else named.get(label_key(_NAMED_OTHERWISE.get(name or "", name or "")))
        for number, name, day in said.iter_rows()
    ]
    return said.with_columns(
        pl.Series("area", [area and area.area_code for area in found], pl.String),
        pl.Series("geographic_level", [area and LEVELS[area.area_type] for area in found], pl.String),
    )
