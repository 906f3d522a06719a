"""Populations by vintage: a row an area and year with two editions of one mid-year, to a population an edition.

Here: the shape of the file the Department for Education's rates imply. Not here: which edition is in effect
(`assets.marts.population`).
"""

from __future__ import annotations

import polars as pl

from assets.core.geography import area_of_level
from assets.core.staging import CARRIED, stage_flat
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

REVISED_MID_YEARS = (2016,)
"""Mid-years of which the file's original edition is not the first release but a later revision of it."""


def stage_population_vintages(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones, with the area as an ONS code."""
    staged = stage_flat(raw, table)
    column = {name: pl.col(f"{name}__text") for name in ("geographic_level", "region_name", "new_la_code")}
    staged = staged.with_columns(
        area_of_level(
            column["geographic_level"], pl.lit(None, pl.String), column["region_name"], column["new_la_code"]
        ).alias("area"),
        pl.lit(None, pl.String).alias("edition"),
        pl.lit(None, pl.Decimal(18, 6)).alias("value"),
    )
    texts = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    return staged.select([*CARRIED, *texts, *(column.name for column in table.staged), "row_fingerprint"])


def population_vintages_in_core(accepted: str, columns: list[str]) -> str:
    """A population an edition: the original one (a first release, or revised where known) and the rebased one."""
    revised = ", ".join(map(str, REVISED_MID_YEARS))
    kept = ", ".join(f'"{column}"' for column in columns)
    return f"""
        SELECT {kept} FROM (
            SELECT * REPLACE (CASE WHEN mye_year IN ({revised}) THEN 'revised' ELSE 'first_release' END AS edition,
                              pop_original AS value)
            FROM {accepted} WHERE pop_original IS NOT NULL
            UNION ALL BY NAME
            SELECT * REPLACE ('rebased_2024' AS edition, pop_rebased_2024ed AS value, NULL AS half_width)
            FROM {accepted} WHERE pop_rebased_2024ed IS NOT NULL
        )
    """
