"""The looked-after return (SSDA903) as its set of CSVs, with the year's last quarter. Days are written 31/01/2020.

Here: its tables. Not here: which records a delivery tells (`formats.told`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.synthetic.details import drawn
from assets.synthetic.formats.delivery import Delivery, british
from assets.synthetic.formats.told import care_leavers, told_adoptions
from assets.synthetic.view import View

LETTERED_FROM = 2024
"""The financial year from which sex is a letter; before, 1 and 2."""


def delivery(view: View) -> Delivery:
    """The return of a year."""
    everything = view.event("episode").filter(pl.col("started") <= view.end)
    episodes = everything.filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
    episodes = _with_person(view, episodes).sort("person", "started")
    tables = {
        "episodes": _episodes(view, episodes),
        "reviews": _reviews(view, episodes),
        "uasc": _asylum(view, episodes),
        "oc2": _outcomes(view),
        "oc3": _leavers(view),
        "ad1": _adopted(view),
        "placed_for_adoption": _placed(view),
        "previous_permanence": _permanence(view, episodes),
        "missing": _missing(view),
    }
    children = pl.concat([table["_person"] for table in tables.values()]).unique().sort()
    return Delivery("council", "ssda903", view.quarter, "csv", {"header": _header(view, children), **tables})


def _with_person(view: View, events: pl.DataFrame) -> pl.DataFrame:
    return events.join(
        view.people.select("person", "child", "born", "sex", "ethnicity", "upn"),
        on="person",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("person").alias("_person"), pl.col("child").alias("CHILD"), british("born").alias("DOB"))


def _sex(view: View) -> pl.Expr:
    if view.quarter.year >= LETTERED_FROM:
        return pl.col("sex").alias("SEX")
    return pl.when(pl.col("sex") == "M").then(pl.lit("1")).otherwise(pl.lit("2")).alias("SEX")


def _header(view: View, children: pl.Series) -> pl.DataFrame:
    rows = _with_person(view, pl.DataFrame({"person": children}))
    return rows.select(
        "_person",
        "CHILD",
        _sex(view),
        "DOB",
        pl.col("ethnicity").alias("ETHNIC"),
        pl.col("upn").fill_null("UN1").alias("UPN"),
        pl.when(pl.col("sex") == "F").then(pl.lit("0")).alias("MOTHER"),
        pl.lit(None, pl.String).alias("MC_DOB"),
    )


def _episodes(view: View, episodes: pl.DataFrame) -> pl.DataFrame:
    over = (pl.col("ended") <= view.end).fill_null(False)
    home = view.home_on("council", episodes["person"], episodes["started"])
    return episodes.select(
        "_person",
        "CHILD",
        british("started").alias("DECOM"),
        pl.col("reason_started").alias("RNE"),
        pl.col("status").alias("LS"),
        pl.col("need").alias("CIN"),
        pl.col("place").alias("PLACE"),
        pl.col("provider").alias("PLACE_PROVIDER"),
        pl.when(over).then(british("ended")).alias("DEC"),
        pl.when(over).then("reason_ended").alias("REC"),
        pl.when(over).then("why_moved").alias("REASON_PLACE_CHANGE"),
        home.alias("HOME_POST"),
        pl.col("placement_postcode").alias("PL_POST"),
        pl.col("urn").alias("URN"),
    )


def _reviews(view: View, episodes: pl.DataFrame) -> pl.DataFrame:
    rows = view.event("review").filter(
        view.in_year("on") & pl.col("person").is_in(episodes["person"].unique().implode())
    )
    return (
        _with_person(view, rows)
        .sort("person", "on")
        .select("_person", "CHILD", "DOB", british("on").alias("REVIEW"), pl.col("participation").alias("REVIEW_CODE"))
    )


def _asylum(view: View, episodes: pl.DataFrame) -> pl.DataFrame:
    alone = view.event("period").filter("uasc")["person"].unique()
    rows = episodes.filter(pl.col("person").is_in(alone.implode())).unique("person", keep="first", maintain_order=True)
    eighteen = pl.col("born").dt.offset_by("18y")
    return rows.select(
        "_person",
        "CHILD",
        _sex(view),
        "DOB",
        pl.when(eighteen <= view.end).then(eighteen.dt.strftime("%d/%m/%Y")).alias("DUC"),
    )


def _outcomes(view: View) -> pl.DataFrame:
    """Of children looked after for the whole year."""
    whole = (pl.col("started") <= view.year_start) & ~(pl.col("ended") <= view.end).fill_null(False) & ~pl.col("series")
    rows = _with_person(
        view, view.event("period").filter(whole).unique("person", keep="first", maintain_order=True)
    ).sort("person")
    convicted = view.event("outcome").filter(view.in_year("on"))["person"].unique()
    checked = view.event("health_assessment").filter(view.in_year("completed"))["person"].unique()
    age = (view.end - pl.col("born")).dt.total_days() / 365.25
    scored = (age >= 4) & (age < 17) & (pl.col("person") % 5 > 0)

    def flag(condition: pl.Expr, name: str) -> pl.Expr:
        return pl.when(condition).then(pl.lit("1")).otherwise(pl.lit("0")).alias(name)

    return rows.select(
        "_person",
        "CHILD",
        "DOB",
        pl.when(scored).then((pl.col("person") * 7 % 31).cast(pl.String)).alias("SDQ_SCORE"),
        pl.when(~scored).then(pl.when(age < 4).then(pl.lit("SDQ1")).otherwise(pl.lit("SDQ4"))).alias("SDQ_REASON"),
        flag(pl.col("person").is_in(convicted.implode()), "CONVICTED"),
        flag(pl.col("person") % 9 > 0, "HEALTH_CHECK"),
        flag(pl.col("person") % 8 > 0, "IMMUNISATIONS"),
        flag(pl.col("person") % 6 > 0, "TEETH_CHECK"),
        flag(pl.col("person").is_in(checked.implode()), "HEALTH_ASSESSMENT"),
        flag(pl.col("person") % 29 == 0, "SUBSTANCE_MISUSE"),
        flag(pl.col("person") % 58 == 0, "INTERVENTION_RECEIVED"),
        flag(pl.col("person") % 58 == 29, "INTERVENTION_OFFERED"),
    )


def _leavers(view: View) -> pl.DataFrame:
    rows = _with_person(view, care_leavers(view).drop("born"))
    rows = rows.filter((view.end - pl.col("born")).dt.total_days() < 8000)
    met = pl.col("touch") == "YES"
    return rows.select(
        "_person",
        "CHILD",
        "DOB",
        pl.col("touch").alias("IN_TOUCH"),
        pl.when(met).then("activity").otherwise(pl.lit("0")).alias("ACTIV"),
        pl.when(met)
        .then(pl.col("place") + pl.when("suitable").then(pl.lit("1")).otherwise(pl.lit("2")))
        .otherwise(pl.lit("0"))
        .alias("ACCOM"),
    )


def _adopted(view: View) -> pl.DataFrame:
    rows = _with_person(view, told_adoptions(view).filter(pl.col("ordered").is_not_null())).sort("person")
    two = pl.col("adopters") == 2
    return rows.select(
        "_person",
        "CHILD",
        "DOB",
        british("decided").alias("DATE_INT"),
        british("matched").alias("DATE_MATCH"),
        pl.lit("0").alias("FOSTER_CARE"),
        pl.col("adopters").cast(pl.String).alias("NB_ADOPTR"),
        pl.when(two).then(pl.lit("MF")).otherwise(pl.lit("F1")).alias("SEX_ADOPTR"),
        pl.when(two).then(pl.lit("L11")).otherwise(pl.lit("L0")).alias("LS_ADOPTR"),
    )


def _placed(view: View) -> pl.DataFrame:
    rows = _with_person(view, told_adoptions(view).filter(pl.col("placed").is_not_null())).sort("person")
    return rows.select(
        "_person",
        "CHILD",
        "DOB",
        british("placed").alias("DATE_PLACED"),
        pl.lit(None, pl.String).alias("DATE_PLACED_CEASED"),
        pl.lit(None, pl.String).alias("REASON_PLACED_CEASED"),
    )


def _permanence(view: View, episodes: pl.DataFrame) -> pl.DataFrame:
    began = episodes.filter(
        view.in_year("started") & (pl.col("reason_started") == "S") & ~pl.col("status").is_in(["V3", "V4"])
    )
    began = began.unique("person", keep="first", maintain_order=True)
    rng = np.random.default_rng([view.lives.order.seed, view.lives.people.place.number, view.quarter.year])
    order = pl.Series(drawn({"Z1": 0.93, "P2": 0.03, "P3": 0.02, "P4": 0.02}, began.height, rng), dtype=pl.String)
    made = order.is_in(["P2", "P3"])
    lea = view.lives.people.place.lea
    return began.with_columns(PREV_PERM=order, made=made).select(
        "_person",
        "CHILD",
        "DOB",
        "PREV_PERM",
        pl.when("made").then(pl.lit(lea)).alias("LA_PERM"),
        pl.when("made").then(pl.format("zz/zz/{}", pl.col("started").dt.year() - 1)).alias("DATE_PERM"),
    )


def _missing(view: View) -> pl.DataFrame:
    rows = _with_person(
        view, view.event("away").filter(view.in_year("begun")).with_columns(view.known_times("returned"))
    ).sort("person", "begun")
    return rows.select(
        "_person",
        "CHILD",
        "DOB",
        pl.when("known").then(pl.lit("A")).otherwise(pl.lit("M")).alias("MISSING"),
        british("begun").alias("MIS_START"),
        british("returned").alias("MIS_END"),
    )
