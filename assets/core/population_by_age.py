"""Populations by single year of age: a wide row an area with its ages across, to a population an age.

Here: the layout, whether of areas or of small areas (which name their local authority), and the bands that some files
derive from the ages beside them. The file does not say its mid-year: the edition it is landed under does (`mid-2019`).
Not here: bands that rates are made on (the extract `population`).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from assets.core.geography import area_named
from assets.core.staging import CARRIED, stage_flat
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

AGES = (*(str(age) for age in range(90)), "90+")
"""The heading of every age; its place in the list is the age."""
_BAND_HEADING = r'"\d{1,2}-\d{1,2}":'
_WHOLE = r"^\d{1,9}(\.0+)?$"
_MID_YEAR = r"(?:^|\D)((?:19|20)\d{2})(?:\D|$)"
_SMALL_AREA = r"^[EW]01"


def stage_population_by_age(raw: pl.DataFrame, table: Table, _: Catalogue) -> pl.DataFrame:
    """Raw rows to staged ones: persons by age in one text, and whether the file's own sums are those of its ages."""
    bands = _bands(raw["extra"])
    texts = pl.Struct(dict.fromkeys([*AGES, *bands], pl.String))
    wide = raw["extra"].str.json_decode(texts).struct.unnest().rename({band: f"{band} as printed" for band in bands})
    wide = wide.with_columns(
        *(_whole(age).alias(age) for age in AGES), *(_whole(f"{band} as printed").alias(band) for band in bands)
    )
    sums = wide.select(
        pl.sum_horizontal(pl.col(AGES).is_not_null()).cast(pl.Int64).alias("ages_given"),
        pl.sum_horizontal(AGES, ignore_nulls=False).alias("ages_sum"),
        pl.all_horizontal(pl.lit(True), *(_agrees(band) for band in bands)).alias("bands_agree"),
        pl.concat_str(AGES, separator=",").alias("ages"),
    )
    staged = pl.concat([stage_flat(raw, table), sums], how="horizontal").with_columns(
        pl.col("quarter").str.extract(_MID_YEAR).cast(pl.Int64).alias("mid_year"),
        pl.col("area").str.contains(_SMALL_AREA).alias("is_small_area"),
        pl.lit(None, pl.Int64).alias("age"),
        pl.lit(None, pl.Int64).alias("persons"),
        pl.struct(pl.col("row_fingerprint"), raw["extra"]).hash(seed=0).alias("row_fingerprint"),
    )
    staged = staged.join(_authorities(staged), on=["local_authority_name", "mid_year"], how="left", nulls_equal=True)
    kept = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    return staged.select([*CARRIED, *kept, *(column.name for column in table.staged), "row_fingerprint"])


def _bands(extra: pl.Series) -> list[str]:
    """The headings of bands (`0-17`) among the files' own columns."""
    found = extra.str.extract_all(_BAND_HEADING).explode().drop_nulls().str.strip_chars('":')
    return found.unique().sort().to_list()


def _whole(heading: str) -> pl.Expr:
    text = pl.col(heading)
    return pl.when(text.str.contains(_WHOLE)).then(text.str.replace(r"\.0+$", "")).cast(pl.Int64, strict=False)


def _agrees(band: str) -> pl.Expr:
    """Whether a band is the sum of its ages; unknown where the file has no such band, or lacks an age."""
    first, last = (int(age) for age in band.split("-"))
    summed = pl.sum_horizontal(AGES[first : last + 1], ignore_nulls=False) if first <= last else pl.lit(None, pl.Int64)
    unreadable = pl.col(f"{band} as printed").is_not_null() & pl.col(band).is_null()
    return pl.when(unreadable).then(pl.lit(False)).otherwise(pl.col(band) == summed)


def _authorities(staged: pl.DataFrame) -> pl.DataFrame:
    """The ONS code of every local authority named, at its mid-year."""
    said = staged.select("local_authority_name", "mid_year").unique()
    found = [
        area_named(name, "Local authority", date(year, 6, 30) if year else None) if name else None
        for name, year in said.iter_rows()
    ]
    return said.with_columns(pl.Series("local_authority", [area and area.area_code for area in found], pl.String))


def population_by_age_in_core(accepted: str, columns: list[str]) -> str:
    """A population an age."""
    kept = ", ".join(f'"{column}"' for column in columns)
    return f"""
        SELECT {kept} FROM (
            SELECT row.* REPLACE (entry.age AS age, entry.persons::BIGINT AS persons)
            FROM {accepted} AS row JOIN (
                SELECT receipt_id, row_number, unnest(string_split(ages, ',')) AS persons,
                       generate_subscripts(string_split(ages, ','), 1) - 1 AS age
                FROM {accepted}
            ) AS entry USING (receipt_id, row_number)
        )
    """
