"""School exclusions as published before the data service: areas by name alone, to a figure a column.

Here: the layout's own labels. A row's figures become rows of core as those of `assets.core.education_statistics` do,
with the type of school among the filters. Not here: which area a name means (`assets.core.geography`).
"""

from __future__ import annotations

import polars as pl

from assets.core.education_statistics import SYMBOLS, days_of_year, education_statistics_in_core
from assets.core.geography import LEVELS, area_named
from assets.core.staging import CARRIED, stage_flat
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

_LEVEL = {"National": "National", "Region": "Regional", "Local authority": "Local authority"}
_SYMBOLS = {**SYMBOLS, "x": "suppressed"}
"""Before the data service, `x` stood for a count too small to be shown, and for a rate made of one."""


def stage_exclusions(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones: the area as an ONS code, the academic year as days, the figures together as JSON."""
    staged = stage_flat(raw, table).with_columns(raw["extra"].alias("figures"))
    staged = staged.join(_places(staged), on=["year", "level", "area_name"], how="left", nulls_equal=True)
    same = pl.struct([pl.col(f"{column.name}__text") for column in table.columns] + [pl.col("figures")])
    staged = staged.with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in ("series", "filters", "symbol", "status")),
        pl.lit(None, pl.Decimal(18, 6)).alias("value"),
        same.hash(seed=0).alias("row_fingerprint"),
    )
    texts = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    return staged.select([*CARRIED, *texts, *(column.name for column in table.staged), "row_fingerprint"])


def _places(staged: pl.DataFrame) -> pl.DataFrame:
    """The days and the area of every year, level and name."""
    said = staged.select("year", "level", "area_name").unique()
    days = [days_of_year(year or "", "academic year") for year in said["year"]]
    areas = [
        # A level that is not known names no area, and a file without levels names areas of any.
        None if level and level not in _LEVEL else area_named(name, level and _LEVEL[level], last)
        for (_, level, name), (_, last) in zip(said.iter_rows(), days, strict=True)
    ]
    return said.with_columns(
        pl.Series("period_start", [first for first, _ in days], pl.Date),
        pl.Series("period_end", [last for _, last in days], pl.Date),
        pl.Series("area", [area and area.area_code for area in areas], pl.String),
        pl.Series("geographic_level", [area and LEVELS[area.area_type] for area in areas], pl.String),
    )


def exclusions_in_core(accepted: str, columns: list[str]) -> str:
    """A figure a series and row, with the type of school as a filter; symbols are kept."""
    typed = "json_merge_patch(figures::JSON, json_object('school_type', school_type))::VARCHAR"
    rows = f"(SELECT * REPLACE ({typed} AS figures) FROM {accepted})"
    return education_statistics_in_core(rows, columns, _SYMBOLS)
