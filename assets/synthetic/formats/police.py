"""The police's extracts, in the formats agreed with the force: a CSV each, the financial year to date.

Here: their columns. Not here: what happened (`assets.synthetic.police`).
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.details import mixed, the_day
from assets.synthetic.formats.delivery import Delivery, clock, text
from assets.synthetic.names import Text
from assets.synthetic.police import CATEGORIES, GRADES, OUTCOMES
from assets.synthetic.view import View

_PLACES = ("friend's address", "street", "family address", "home", "railway station", "park")
_REASONS = ("neglect", "physical harm", "found alone", "domestic abuse", "exploitation")


def deliveries(view: View) -> list[Delivery]:
    """The force's four extracts of a quarter."""
    return [
        Delivery("police", name, view.quarter, "csv", {name: table})
        for name, table in (
            ("missing_episodes", _missing(view)),
            ("police_protection", _protection(view)),
            ("youth_outcomes", _outcomes(view)),
            ("domestic_abuse_notifications", _abuse(view)),
        )
    ]


def _of_year(view: View, kind: str, at: str) -> pl.DataFrame:
    """A kind's events of the year to date in order, numbered over the whole run so that a reference stays."""
    return view.event(kind).sort(at, "person", maintain_order=True).filter(view.in_year(at))


def _person(view: View, events: pl.DataFrame, at: str, refs: Text) -> pl.DataFrame:
    """The force's name fields for events, and what ties a row to its person."""
    records, people, person = view.lives.records["police"], view.lives.people, events["person"].to_numpy()
    return events.with_columns(
        police_person_ref=pl.Series(refs[person], dtype=pl.String),
        forename=pl.Series(records.forename[person], dtype=pl.String),
        surname=pl.Series(records.surname[person], dtype=pl.String),
        date_of_birth=pl.Series(records.born[person].astype("datetime64[D]")).cast(pl.Date).cast(pl.String),
        sex=pl.Series(people.sex[person], dtype=pl.String),
        home_postcode=view.home_on("police", events["person"], events[at]),
        la=pl.lit(people.place.code),
    )


_NAME_FIELDS = ("police_person_ref", "forename", "surname", "date_of_birth", "sex", "home_postcode")


def _reference(view: View, beginning: str, *of: str) -> pl.Expr:
    """A reference made of what makes an event the event it is."""
    return pl.concat_str(pl.lit(beginning + view.lives.people.place.lea), *of)


def _word(words: tuple[str, ...], number: pl.Expr) -> pl.Expr:
    return number.cast(pl.Int64).replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)


def _missing(view: View) -> pl.DataFrame:
    events = _person(view, _of_year(view, "missing", "reported"), "reported", view.lives.police_ref)
    drawn = mixed("reported", 3)
    return events.with_columns(view.known_times("returned")).select(
        pl.col("person").alias("_person"),
        pl.format("44{}{}", pl.col("reported").dt.strftime("%y%m%d%H%M"), pl.col("person")).alias("occurrence_ref"),
        *_NAME_FIELDS,
        pl.col("la").alias("la_of_residence"),
        clock("reported").alias("reported_at"),
        clock("returned").alias("returned_at"),
        _word(CATEGORIES, pl.col("category")).alias("category"),
        _word(("low", "medium", "high"), drawn % 3).alias("risk_level"),
        pl.when("looked_after").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("looked_after"),
        pl.when(pl.col("returned").is_not_null())
        .then(_word(_PLACES, drawn % len(_PLACES)))
        .alias("found_location_type"),
    )


def _protection(view: View) -> pl.DataFrame:
    events = _person(view, _of_year(view, "protection", "taken"), "taken", view.lives.police_ref)
    family = pl.Series(view.lives.people.family[events["person"].to_numpy()])
    return events.with_columns(view.known_times("released")).select(
        pl.col("person").alias("_person"),
        _reference(view, "PP", "occasion").alias("occurrence_ref"),
        *_NAME_FIELDS,
        clock("taken").alias("taken_at"),
        clock("released").alias("released_at"),
        pl.format("PF{}", family).alias("family_ref"),
        _word(_REASONS, pl.col("occasion") % len(_REASONS)).alias("reason"),
        "la",
    )


def _outcomes(view: View) -> pl.DataFrame:
    events = _person(view, _of_year(view, "outcome", "on"), "on", view.lives.police_ref)
    first_told = the_day(view.lives.order.quarters[0].year_start)
    earlier = (
        view.lives.events["outcome"]
        .filter(pl.col("on") >= first_told)
        .group_by("person")
        .agg(pl.col("on").min().alias("first_on"))
    )
    events = events.join(earlier, on="person", how="left", maintain_order="left")
    # Where the record is silent, the deliveries so far tell: the first of them is the first, the later ones are not.
    silent = (mixed("person", 5) % 10 < 3) & (pl.col("first") | (pl.col("on") > pl.col("first_on")))
    stated = pl.when(silent).then(None).when("first").then(pl.lit("Y")).otherwise(pl.lit("N"))
    return events.select(
        pl.col("person").alias("_person"),
        pl.format("Y{}{}", pl.col("on").dt.strftime("%y%m%d"), pl.col("person")).alias("outcome_ref"),
        *_NAME_FIELDS,
        text("offence").alias("offence_date"),
        text("on").alias("outcome_date"),
        _word(OUTCOMES, pl.col("kind")).alias("outcome_type"),
        pl.col("la").alias("la_of_residence"),
        stated.alias("first_outcome"),
    )


def _abuse(view: View) -> pl.DataFrame:
    events = _person(view, _of_year(view, "abuse", "incident"), "incident", view.lives.abuse_ref)
    return events.with_columns(view.known_times("sent")).select(
        pl.col("person").alias("_person"),
        _reference(view, "DA", "notification").alias("notification_ref"),
        *_NAME_FIELDS,
        clock("incident").alias("incident_at"),
        _word(GRADES, pl.col("grade")).alias("risk_grade"),
        "la",
        clock("sent").alias("sent_to_mash_at"),
    )
