"""Public health indicators as Fingertips gives them: a row an indicator, area and period, to a figure each.

Here: both layouts, the short one and the site's own export with counts and intervals, which share their columns.
Which kind of year an indicator's labels mean is declared beside the code (`data/fingertips_years.csv`): the label alone
does not say it. Not here: what a label of a kind of year says (`assets.core.published_periods`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import polars as pl

from assets.core.education_statistics import SYMBOLS
from assets.core.published_periods import days_of
from assets.core.staging import CARRIED, stage_flat
from assets.labels import label_key
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

_SYMBOLS = {**SYMBOLS, "na": "missing", "*": "suppressed"}
_LEVELS = {
    "E92": "National", "E12": "Regional", "E06": "Local authority", "E08": "Local authority", "E09": "Local authority",
    "E10": "Local authority", "E07": "Local authority district",
}  # fmt: skip
"""The kind of area a code begins with; of health's own areas (trusts, boards) no more is said than that."""
_FILTERS = ("age", "category", "category_type", "measure", "sex", "unit")
_NUMBERS = ("count", "denominator", "lower_95", "upper_95", "lower_998", "upper_998")
_NUMBER = r"^-?(\d{1,12}(\.\d+)?|\.\d+)$"


@cache
def kinds_of_year() -> Mapping[str, str]:
    """The kind of year of every indicator whose labels do not mean what most do, by the indicator's key."""
    text = (files("assets.reference") / "data" / "fingertips_years.csv").read_text(encoding="utf-8")
    return {label_key(row["indicator"]): row["kind_of_year"] for row in csv.DictReader(text.splitlines())}


def kind_of_year(indicator: str | None, label: str) -> str:
    """The kind of year declared of an indicator; else financial for a split year (`2018/19`), calendar for another."""
    usual = "Financial Year" if "/" in label else "Calendar Year"
    return kinds_of_year().get(label_key(indicator or ""), usual)


def stage_fingertips(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones: days, figures or the absence a symbol or a note names, and breakdowns in words."""
    staged = stage_flat(raw, table).with_columns(_number(name).alias(name) for name in _NUMBERS)
    staged = staged.join(_periods(staged), on=["indicator", "period"], how="left", nulls_equal=True)
    value = _number("figure")
    # The export leaves a figure out and says why in a note: the note stands for the symbol.
    symbol = pl.when(value.is_null()).then(pl.coalesce("figure__text", "value_note"))
    said = pl.when(pl.col("figure__text").is_not_null()).then(
        symbol.str.to_lowercase().replace_strict(_SYMBOLS, default=None, return_dtype=pl.String)
    )
    noted = pl.when(symbol.str.to_lowercase().str.contains("suppress")).then(pl.lit("suppressed"))
    filters = [
        pl.when(pl.col(name).is_not_null()).then(pl.concat_str(pl.lit(f"{name}="), pl.col(name))) for name in _FILTERS
    ]
    staged = staged.with_columns(
        value.alias("value"),
        symbol.alias("symbol"),
        pl.when(value.is_not_null())
        .then(pl.lit("value"))
        .when(pl.col("figure__text").is_not_null())
        .then(said)
        .when(symbol.is_not_null())
        .then(pl.coalesce(noted, pl.lit("missing")))
        .alias("status"),
        pl.concat_str(filters, separator="; ", ignore_nulls=True).alias("filters"),
        pl.col("area").str.head(3).replace_strict(_LEVELS, default="Other").alias("geographic_level"),
    )
    texts = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    return staged.select([*CARRIED, *texts, *(column.name for column in table.staged), "row_fingerprint"])


def _number(name: str) -> pl.Expr:
    """A printed number, with or without commas at its thousands."""
    text = pl.col(f"{name}__text").str.replace_all(",", "", literal=True)
    return pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Decimal(18, 6), strict=False)


def _periods(staged: pl.DataFrame) -> pl.DataFrame:
    """The days of every label of every indicator."""
    said = staged.select("indicator", "period").unique()
    labels = said["period"].fill_null("").str.replace_all(r"\s*[-\u2013]\s*", "-")
    days = [
        days_of(label, kind_of_year(indicator, label))
        for indicator, label in zip(said["indicator"], labels, strict=True)
    ]
    return said.with_columns(
        pl.Series("period_start", [found and found[0] for found in days], pl.Date),
        pl.Series("period_end", [found and found[1] for found in days], pl.Date),
    )
