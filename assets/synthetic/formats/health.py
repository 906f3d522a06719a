"""Health services' extracts, in the formats agreed with them: a CSV each.

Here: their columns. Not here: what happened (`assets.synthetic.health`, `assets.synthetic.care_events`).
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.formats.delivery import Delivery, clock, text, yes_no
from assets.synthetic.health import COMPLAINTS, DEATH_BANDS, PROVIDERS, REASONS, SOURCES
from assets.synthetic.view import View

_NAME_FIELDS = ("nhs_number", "forename", "surname", "date_of_birth", "sex", "postcode")


def deliveries(view: View) -> list[Delivery]:
    """The services' five extracts of a quarter."""
    return [
        Delivery("health", name, view.quarter, "csv", {name: table})
        for name, table in (
            ("emergency_attendances", _attendances(view)),
            ("camhs_referrals", _referrals(view)),
            ("looked_after_health", _looked_after(view)),
            ("child_deaths", _deaths(view)),
            ("cp_is", _flags(view)),
        )
    ]


def _person(view: View, events: pl.DataFrame, at: str) -> pl.DataFrame:
    records, people, person = view.lives.records["health"], view.lives.people, events["person"].to_numpy()
    number = pl.Series(people.nhs_number[person], dtype=pl.String)
    return events.with_columns(
        nhs_number=pl.when(pl.Series(records.numbered[person])).then(number),
        forename=pl.Series(records.forename[person], dtype=pl.String),
        surname=pl.Series(records.surname[person], dtype=pl.String),
        date_of_birth=pl.Series(records.born[person].astype("datetime64[D]")).cast(pl.Date).cast(pl.String),
        sex=pl.Series(people.sex[person], dtype=pl.String),
        postcode=view.home_on("health", events["person"], events[at]),
    )


def _word(words: tuple[str, ...], number: pl.Expr) -> pl.Expr:
    return number.cast(pl.Int64).replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)


def _attendances(view: View) -> pl.DataFrame:
    events = view.event("attendance").with_row_index("number").filter(view.in_year("arrived")).sort("arrived", "number")
    return _person(view, events, "arrived").select(
        pl.col("person").alias("_person"),
        pl.format("A{}", pl.col("number")).alias("attendance_ref"),
        *_NAME_FIELDS,
        clock("arrived").alias("arrived_at"),
        _word(COMPLAINTS, pl.col("complaint")).alias("chief_complaint"),
        yes_no("self_harm"),
        yes_no("flagged").alias("safeguarding_flag"),
        _word(PROVIDERS, pl.col("provider")).alias("provider"),
    )


def _referrals(view: View) -> pl.DataFrame:
    """The year's referrals, and earlier ones that still waited in it: their first contact is told too."""
    events = view.event("camhs").with_row_index("number").filter(pl.col("received") <= view.end)
    waited = pl.col("contact").is_null() | (pl.col("contact") >= view.year_start)
    events = events.filter(
        (pl.col("received") >= view.year_start)
        | (pl.col("accepted") & waited & ~(pl.col("discharged") < view.year_start).fill_null(False))
    )
    events = events.with_columns(accepted=pl.when(pl.col("decided") <= view.end).then("accepted")).with_columns(
        view.known("contact", "discharged")
    )
    return _person(view, events.sort("received", "number"), "received").select(
        pl.col("person").alias("_person"),
        (pl.col("received") < view.year_start).alias("_carried_over"),
        pl.format("M{}", pl.col("number")).alias("referral_ref"),
        *_NAME_FIELDS,
        text("received").alias("referral_received_on"),
        _word(SOURCES, pl.col("source")).alias("source"),
        _word(REASONS, pl.col("reason")).alias("primary_reason"),
        yes_no("accepted"),
        text("contact").alias("first_contact_on"),
        text("discharged").alias("discharged_on"),
    )


def _looked_after(view: View) -> pl.DataFrame:
    people = view.lives.people
    events = view.event("health_assessment").with_columns(view.known("completed"))
    latest = pl.max_horizontal("due", "completed")
    events = events.filter(
        (latest >= view.year_start) & ((pl.col("due") <= view.end) | pl.col("completed").is_not_null())
    )
    person = events["person"].to_numpy()
    numbered = pl.Series(view.lives.records["health"].numbered[person])
    return events.select(
        pl.col("person").alias("_person"),
        pl.when(numbered).then(pl.Series(people.nhs_number[person], dtype=pl.String)).alias("nhs_number"),
        pl.Series(people.council_id()[person], dtype=pl.String).alias("la_child_id"),
        pl.col("kind").alias("assessment_type"),
        text("due").alias("due_on"),
        text("completed").alias("completed_on"),
    ).sort("due_on", "la_child_id")


def _deaths(view: View) -> pl.DataFrame:
    events = view.event("death").with_row_index("number").filter(view.in_year("on")).sort("on", "number")
    return events.select(
        pl.col("person").alias("_person"),
        pl.format("N{}", pl.col("number")).alias("notification_ref"),
        text("on").alias("died_on"),
        _word(DEATH_BANDS, pl.col("band")).alias("age_band"),
        yes_no("expected"),
        pl.when(pl.col("closed") <= view.end).then(pl.lit("closed")).otherwise(pl.lit("open")).alias("review_status"),
    )


def _flags(view: View) -> pl.DataFrame:
    """Children on a plan or looked after on the quarter's last day whose NHS number the council could send."""
    people, records = view.lives.people, view.lives.records["council"]
    plans = (
        view.event("plan")
        .filter(~pl.col("temporary"))
        .select("person", "started", "ended", pl.lit("CPP").alias("plan_type"))
    )
    care = (
        view.event("period")
        .filter(~pl.col("series"))
        .select("person", "started", "ended", pl.lit("LAC").alias("plan_type"))
    )
    open_ones = pl.concat([plans, care]).filter(
        (pl.col("started") <= view.end) & ~(pl.col("ended") <= view.end).fill_null(False)
    )
    open_ones = open_ones.filter(pl.Series(records.numbered[open_ones["person"].to_numpy()]))
    number = pl.Series(people.nhs_number[open_ones["person"].to_numpy()], dtype=pl.String)
    return open_ones.select(
        pl.col("person").alias("_person"),
        number.alias("nhs_number"),
        "plan_type",
        text("started").alias("plan_start"),
        pl.lit(None, pl.String).alias("plan_end"),
        pl.lit(people.place.code).alias("responsible_la"),
    ).sort("_person", "plan_type")
