"""Faults planted in deliveries: at a rate, at most one a row, each written down with the rule that must find it.

Here: which rows, and where they then stand. Not here: what can be wrong (`assets.synthetic.fault_kinds`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from assets.synthetic.fault_kinds import DUPLICATE
from assets.synthetic.fault_tables import KINDS
from assets.synthetic.formats.delivery import Delivery

FIRST_ROW = {"csv": 2, "xlsx": 2, "cin_census": 1}
"""The number of a table's first row: a CSV's and a sheet's header is row 1, elements are counted from 1."""


def plant(
    delivery: Delivery, rate: float, rng: np.random.Generator
) -> tuple[Delivery, list[tuple[str, int, str, str]]]:
    """A delivery with faults in about a share of its rows, and each one's table, row number, rule and severity."""
    tables, planted = {}, []
    for name, frame in delivery.tables.items():
        tables[name], found = _plant_table(frame, delivery.extract, name, rate, rng)
        planted += [(name, row + FIRST_ROW[delivery.form], rule, severity) for row, rule, severity in found]
    return replace(delivery, tables=tables), planted


def _plant_table(
    frame: pl.DataFrame, extract: str, table: str, rate: float, rng: np.random.Generator
) -> tuple[pl.DataFrame, list[tuple[int, str, str]]]:
    kinds = KINDS.get((extract, table), ())
    if not kinds or not frame.height:
        return frame, []
    can = frame.select(
        (pl.lit(True) if kind.where is None else kind.where.fill_null(False)).alias(str(number))
        for number, kind in enumerate(kinds)
    )
    able = np.column_stack([np.broadcast_to(can[name].to_numpy(), frame.height) for name in can.columns])
    hit = (rng.random(frame.height) < rate) & able.any(axis=1)
    which = np.where(hit, np.argmax(np.where(able, rng.random(able.shape), -1), axis=1), -1)
    marked = frame.with_columns(pl.Series("_which", which), pl.int_range(pl.len()).cast(pl.Float64).alias("_order"))
    changed: dict[str, pl.Expr] = {}
    for number, kind in enumerate(kinds):
        if kind.value is not None:
            before = changed.get(kind.column, pl.col(kind.column))
            changed[kind.column] = pl.when(pl.col("_which") == number).then(kind.value).otherwise(before)
    marked = marked.with_columns(**changed)
    again = [number for number, kind in enumerate(kinds) if kind.rule == DUPLICATE]
    twice = marked.filter(pl.col("_which").is_in(again)).with_columns(pl.col("_order") + 0.5)
    # The first of two same rows is right; the second one is the duplicate.
    marked = marked.with_columns(_which=pl.when(pl.col("_which").is_in(again)).then(-1).otherwise("_which"))
    marked = pl.concat([marked, twice]).sort("_order")
    numbers = marked["_which"].to_numpy()
    found = [(int(row), kinds[numbers[row]].rule, kinds[numbers[row]].severity) for row in np.flatnonzero(numbers >= 0)]
    return marked.drop("_which", "_order"), found


def notices(delivery: Delivery) -> list[tuple[str, int, str, str]]:
    """What a right record gives notice of: a number not known, a referral carried over, a conference elsewhere."""
    first = FIRST_ROW[delivery.form]
    found = []
    for table, frame in delivery.tables.items():
        for rule, where in _notices(delivery.extract, table):
            rows = np.flatnonzero(frame.select(where.fill_null(False).alias("is"))["is"].to_numpy())
            found += [(table, int(row) + first, rule, "info") for row in rows]
    return found


def _notices(extract: str, table: str) -> list[tuple[str, pl.Expr]]:
    if extract in ("emergency_attendances", "camhs_referrals"):
        found = [("nhs_number_given", pl.col("nhs_number").is_null())]
        return [*found, ("received_in_the_year", pl.col("_carried_over"))] if extract == "camhs_referrals" else found
    if (extract, table) == ("annex_a", "child_protection_plans"):
        return [("plan_follows_a_conference", pl.col("_without_conference"))]
    return []
