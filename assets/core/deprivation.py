"""Indices of deprivation by small area: a wide row a small area with its domains across, to a domain a row.

Here: the layout of the indices of 2015 and of 2019, whose columns differ. Not here: which ward a small area lies in
(the extract `small_area_lookup`).
"""

from __future__ import annotations

import polars as pl

from assets.core.geography import area_named
from assets.core.staging import CARRIED, stage_flat
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

DOMAINS = ("imd", "income", "employment", "education", "health", "crime", "housing_and_access", "environment")
"""The index as a whole, then its domains."""
SMALL_AREAS = 32844
"""How many small areas of 2011 are ranked: both indices rank all of England's."""


def stage_deprivation(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones, with the local authority as an ONS code and ranks set against deciles."""
    staged = stage_flat(raw, table)
    said = staged.select("local_authority_name").unique()
    codes = [area and area.area_code for area in (area_named(name, "Local authority") for (name,) in said.iter_rows())]
    said = said.with_columns(pl.Series("local_authority", codes, pl.String))
    staged = staged.join(said, on="local_authority_name", how="left", nulls_equal=True).with_columns(
        pl.all_horizontal(pl.lit(True), *(_follows(domain) for domain in DOMAINS)).alias("deciles_follow"),
        pl.lit(None, pl.String).alias("domain"),
        *(pl.lit(None, pl.Decimal(18, 6)).alias(name) for name in ("score", "rank", "decile")),
    )
    kept = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    return staged.select([*CARRIED, *kept, *(column.name for column in table.staged), "row_fingerprint"])


def _follows(domain: str) -> pl.Expr:
    """Whether a decile is the tenth of England its rank falls in; unknown where a file lacks the domain."""
    rank, decile = (pl.col(f"{domain}_{part}") for part in ("rank", "decile"))
    said = pl.coalesce(f"{domain}_rank__text", f"{domain}_decile__text").is_not_null()
    tenth = (rank.cast(pl.Float64) * 10 / SMALL_AREAS).ceil()
    whole = rank.cast(pl.Float64).floor() == rank.cast(pl.Float64)
    right = (tenth == decile.cast(pl.Float64)) & rank.is_between(1, SMALL_AREAS) & whole
    return pl.when(said).then(right.fill_null(False))


def deprivation_in_core(accepted: str, columns: list[str]) -> str:
    """A row a domain the file has; a score where the file gives one."""
    kept = ", ".join(f'"{column}"' for column in columns)
    rows = " UNION ALL ".join(
        f"SELECT * REPLACE ('{domain}' AS domain, {'imd_score' if domain == 'imd' else 'NULL'} AS score, "
        f"{domain}_rank AS rank, {domain}_decile AS decile) FROM {accepted} WHERE {domain}_rank IS NOT NULL"
        for domain in DOMAINS
    )
    return f"SELECT {kept} FROM ({rows})"
