"""The lists of children with special educational needs, with a plan and without.

Here: those two lists. Not here: the school census (`formats.education`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.synthetic.attendance import TermRoll
from assets.synthetic.details import the_day
from assets.synthetic.formats.delivery import text
from assets.synthetic.formats.pupils import named
from assets.synthetic.view import View

_PHASE_WORDS = {"primary": "Primary", "secondary": "Secondary", "special": "Special", "pru": "Pupil referral unit"}
_SHARED = ("Unique ID", "UPN", "ULN", "Date of birth", "Gender", "Ethnicity")
_AFTER = (
    "SEN primary need",
    "Main education establishment – URN",
    "Main education establishment – phase",
    "Subsidiary education establishment – phase (dual registration)",
)
_LAST = (
    "Suspensions",
    "Permanent exclusions",
    "Absence",
    "Pupil Premium",
    "Known to children's social care?",
    "Which children's social care team?",
    "Does the child or young person have a disability?",
)


def _list_columns(view: View, roll: TermRoll) -> pl.DataFrame:
    """Pupils on the roll with what both special needs lists tell of each."""
    schools, people = view.lives.schools, view.lives.people
    year = (
        view.event("suspension")
        .filter(view.in_year("on"))
        .group_by("person")
        .agg((~pl.col("permanent")).sum().alias("suspended"), pl.col("permanent").sum().alias("excluded"))
    )
    stays = (
        roll.stays.filter("on_roll")
        .unique("person", keep="first", maintain_order=True)
        .join(year, on="person", how="left", maintain_order="left")
    )
    stays = stays.with_columns(census=the_day(roll.term.census_day))
    stays = named(view, stays, "census")
    person = stays["person"].to_numpy()
    number = view.lives.order.lived.index(view.quarter)
    in_case = pl.Series(view.lives.in_case[number][person])
    share = pl.when(pl.col("possible") > 0).then((100 * pl.col("absent") / pl.col("possible")).round(1))
    return stays.with_columns(
        provision=pl.Series(schools.sen[person], dtype=pl.String),
        issued=pl.Series(np.minimum(schools.plan_issued[person], 10**6)),
    ).with_columns(
        pl.col("person").alias("_person"),
        pl.col("education_child_ref").alias("Unique ID"),
        pl.col("upn").alias("UPN"),
        pl.lit(None, pl.String).alias("ULN"),
        text("born").alias("Date of birth"),
        pl.when(pl.col("sex") == "M").then(pl.lit("1")).otherwise(pl.lit("2")).alias("Gender"),
        pl.col("ethnicity").alias("Ethnicity"),
        pl.Series(schools.need[person], dtype=pl.String).alias("SEN primary need"),
        pl.Series(schools.urn(stays["school"].to_numpy()), dtype=pl.String).alias("Main education establishment – URN"),
        pl.col("phase").replace_strict(_PHASE_WORDS).alias("Main education establishment – phase"),
        pl.lit(None, pl.String).alias("Subsidiary education establishment – phase (dual registration)"),
        pl.lit("No").alias("Elective home education"),
        pl.col("suspended").fill_null(0).cast(pl.String).alias("Suspensions"),
        pl.col("excluded").fill_null(0).cast(pl.String).alias("Permanent exclusions"),
        share.cast(pl.String).alias("Absence"),
        pl.Series(people.frailty[person] > 1.5).replace_strict([True, False], ["yes", "no"]).alias("Pupil Premium"),
        in_case.replace_strict([True, False], ["yes", "no"]).alias("Known to children's social care?"),
        pl.lit(None, pl.String).alias("Which children's social care team?"),
        pl.Series(view.lives.disabled[person])
        .replace_strict([True, False], ["yes", "no"])
        .alias("Does the child or young person have a disability?"),
    )


def plans(view: View, roll: TermRoll) -> pl.DataFrame:
    """List 1: pupils with a plan."""
    rows = _list_columns(view, roll).filter((pl.col("provision") == "E") & (pl.col("issued") <= view.quarter.end))
    held = view.quarter.end - pl.col("issued")
    reviewed = pl.when(held >= 300).then(pl.col("issued") + (held // 340) * 340).cast(pl.Int32).cast(pl.Date)
    return rows.with_columns(
        pl.col("issued").cast(pl.Int32).cast(pl.Date).cast(pl.String).alias("Date initial EHC plan issued"),
        pl.when(held > 800)
        .then((pl.col("issued") + 700).cast(pl.Int32).cast(pl.Date))
        .cast(pl.String)
        .alias("Date updated EHC plan issued"),
        reviewed.cast(pl.String).alias("Date EHC plan last reviewed"),
    ).select(
        "_person",
        *_SHARED,
        "Date initial EHC plan issued",
        "Date updated EHC plan issued",
        "Date EHC plan last reviewed",
        *_AFTER,
        "Elective home education",
        *_LAST,
    )


def support(view: View, roll: TermRoll) -> pl.DataFrame:
    """List 2: pupils with support and no plan."""
    rows = _list_columns(view, roll)
    return rows.filter(
        (pl.col("provision") == "K") | ((pl.col("provision") == "E") & (pl.col("issued") > view.quarter.end))
    ).select("_person", *_SHARED, *_AFTER, *_LAST)
