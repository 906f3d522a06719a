"""Areas as published files name them: by level and codes where they give codes, by name where they do not.

Here: from a file's geographic columns to an ONS code. Not here: areas themselves (`assets.reference.areas`).
"""

from __future__ import annotations

import polars as pl

from assets.labels import label_key
from assets.reference.areas import areas

ENGLAND = "E92000001"


def area_of_level(level: pl.Expr, region_code: pl.Expr, region_name: pl.Expr, local_code: pl.Expr) -> pl.Expr:
    """The ONS code a row is about, null where its level is none that is known or its area cannot be told."""
    by_name = {label_key(area.area_name): area.area_code for area in areas().values() if area.area_type == "region"}
    named = region_name.map_elements(lambda name: by_name.get(label_key(name)), return_dtype=pl.String)
    return (
        pl.when(level == "National")
        .then(pl.lit(ENGLAND))
        .when(level == "Regional")
        .then(pl.coalesce([region_code, named]))
        .when(level == "Local authority")
        .then(local_code)
    )
