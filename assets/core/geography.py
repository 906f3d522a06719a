"""Areas as published files name them: by level and codes where they give codes, by name where they do not.

Here: from a file's geographic columns to an ONS code. Not here: areas themselves (`assets.reference.areas`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

import polars as pl

from assets.labels import label_key
from assets.reference.areas import Area, areas

ENGLAND = "E92000001"
LEVELS = {"country": "National", "region": "Regional", "local_authority": "Local authority"}
"""What published files call each type of area."""


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


def area_on_day(same: Sequence[Area], day: date | None) -> Area:
    """The area that was there on a day: the first before any was, the last after all were or where no day is known."""
    in_order = sorted(same, key=lambda area: area.valid_from or date.min)
    begun = [area for area in in_order if day is None or (area.valid_from or date.min) <= day]
    return begun[-1] if begun else in_order[0]


def area_named(name: str | None, level: str | None = None, day: date | None = None) -> Area | None:
    """The area of a name, of a level where one is said, on a day; None where it cannot be told.

    Files write `Bristol` where the register has `Bristol, City of`, `Durham` for `County Durham`, and `&` for `and`.
    """
    named = _by_name().get(label_key((name or "").replace("&", "and")), ())
    of_level = [area for area in named if level is None or LEVELS[area.area_type] == level]
    return area_on_day(of_level, day) if len({area.area_type for area in of_level}) == 1 else None


@cache
def _by_name() -> Mapping[str, Sequence[Area]]:
    found: dict[str, list[Area]] = {}
    for area in areas().values():
        short = area.area_name.removesuffix(", City of").removesuffix(", County of").removeprefix("County ")
        for key in {label_key(area.area_name), label_key(short)}:
            found.setdefault(key, []).append(area)
    return found
