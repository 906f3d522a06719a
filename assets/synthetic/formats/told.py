"""Which records a delivery of the council tells: cases, assessments, care, leavers and adoptions as on its last day.

Here: what several of the council's extracts share. Not here: the columns of any of them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.synthetic.details import drawn, the_day
from assets.synthetic.timeline import months_before
from assets.synthetic.view import View


def told_assessments(view: View) -> pl.DataFrame:
    """Assessments begun by the last day and not authorised before the year."""
    rows = view.event("assessment").filter(pl.col("started") <= view.end).with_columns(view.known("authorised"))
    return rows.filter(pl.col("authorised").is_null() | (pl.col("authorised") >= view.year_start))


def told_cases(view: View) -> pl.DataFrame:
    """Cases of need open on the last day, and those closed in the year; support after an adoption among them."""
    support = view.event("adoption_support").select(
        "person",
        "referred",
        pl.lit("N9").alias("need"),
        pl.lit(None, pl.Date).alias("closed"),
        pl.lit(None, pl.String).alias("closure_reason"),
        pl.lit(False).alias("leaver"),
        pl.lit(False).alias("nfa"),
        pl.lit("2B").alias("source"),
        pl.lit(None, pl.Date).alias("moved_in"),
        (pl.col("person") + 10_000_000).alias("case"),
    )
    cases = view.event("case").filter(~pl.col("nfa")).select(support.columns)
    rows = pl.concat([cases, support]).filter(pl.col("referred") <= view.end)
    reason = pl.when(pl.col("closed") <= view.end).then("closure_reason").alias("closure_reason")
    rows = rows.with_columns(reason, *view.known("closed"))
    return rows.filter(pl.col("closed").is_null() | (pl.col("closed") >= view.year_start))


def latest_episodes(view: View) -> pl.DataFrame:
    """Of each period of care, its latest episode by the last day, and its placements in the twelve months to it."""
    episodes = view.event("episode").filter(pl.col("started") <= view.end)
    latest = episodes.sort("started").group_by("period", maintain_order=True).last()
    lately = placements_lately(view, "period")
    return latest.join(lately, on="period", how="left").with_columns(pl.col("placements").fill_null(0))


def placements_lately(view: View, of: str) -> pl.DataFrame:
    """Of each `period` of care, or each `person`, the placements in the twelve months to the last day."""
    episodes = view.event("episode").filter(pl.col("started") <= view.end)
    spells = episodes.group_by("person", "period", "placement").agg(
        pl.col("started").min(), pl.col("ended").max(), pl.col("ended").null_count().alias("open")
    )
    lately = spells.filter((pl.col("open") > 0) | (pl.col("ended") > year_back(view)))
    return lately.group_by(of).agg(pl.len().alias("placements"))


def care_leavers(view: View) -> pl.DataFrame:
    """Young people of 18 and over who left care and whose case is open on the last day, and how they are."""
    grown = (view.end - pl.col("born")).dt.total_days() >= 6575
    rows = (
        told_cases(view)
        .filter(pl.col("leaver") & pl.col("closed").is_null())
        .join(view.people.select("person", "born"), on="person")
        .filter(grown)
    )
    rng = np.random.default_rng(
        [view.lives.order.seed, view.lives.people.place.number, view.quarter.year, view.quarter.number]
    )
    count = view.lives.people.count
    draws = pl.DataFrame(
        {
            "person": np.arange(count),
            "touch": drawn({"YES": 0.92, "NO": 0.04, "REFU": 0.03, "RHOM": 0.01}, count, rng),
            "activity": drawn(
                {"F1": 0.06, "F2": 0.24, "F3": 0.22, "P3": 0.05, "F4": 0.05, "G4": 0.13, "G5": 0.2, "G6": 0.05},
                count,
                rng,
            ),
            "place": drawn({"U": 0.4, "B": 0.12, "D": 0.16, "K": 0.1, "T": 0.08, "Z": 0.14}, count, rng),
            "suitable": rng.random(count) < 0.92,
        }
    )
    return rows.select("person", "born").join(draws, on="person", maintain_order="left").sort("person")


def told_adoptions(view: View) -> pl.DataFrame:
    """Children with a decision for adoption by the last day, adopted or given up not before the year."""
    rows = view.event("adoption").filter(pl.col("decided") <= view.end)
    why = pl.when(pl.col("given_up") <= view.end).then("why").alias("why")
    rows = rows.with_columns(why, *view.known("placement_order", "matched", "placed", "ordered", "given_up"))
    over = pl.coalesce("ordered", "given_up")
    return rows.filter(over.is_null() | (over >= view.year_start)).unique("person", keep="last", maintain_order=True)


def year_back(view: View) -> pl.Expr:
    """The day twelve months before the quarter's last."""
    return the_day(int(months_before(np.array([view.quarter.end]), 12)[0]))
