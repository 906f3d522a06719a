"""What the council sends: the index of its children, the lists, missing episodes, and with the year its two returns.

Here: the index and the episodes. Not here: the lists and the returns.
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.formats import annex_a, census, ssda903
from assets.synthetic.formats.delivery import Delivery, clock, text, yes_no
from assets.synthetic.names import Text
from assets.synthetic.view import View


def deliveries(view: View) -> list[Delivery]:
    """The council's extracts of a quarter."""
    found = [
        Delivery("council", "person_index", view.quarter, "csv", {"person_index": _index(view)}),
        Delivery("council", "looked_after_missing", view.quarter, "csv", {"looked_after_missing": _away(view)}),
        annex_a.delivery(view),
    ]
    if view.quarter.number == 4:
        found += [census.delivery(view), ssda903.delivery(view)]
    return found


def _index(view: View) -> pl.DataFrame:
    """Everyone whose case the council has a record of and who is under 26, as known on the quarter's last day."""
    people, records, schools = view.lives.people, view.lives.records["council"], view.lives.schools
    told = pl.concat(
        [
            view.event(kind).filter(pl.col(at) <= view.end).select("person")
            for kind, at in (
                ("case", "referred"),
                ("adoption_support", "referred"),
                ("contact", "on"),
                ("early_help", "started"),
            )
        ]
    ).unique()
    end = view.quarter.end
    roll = schools.stays.filter((pl.col("entered") <= end) & (pl.col("left") > end)).unique(
        "person", keep="last", maintain_order=True
    )
    roll = roll.select("person", pl.Series("urn", schools.urn(roll["school"].to_numpy()), dtype=pl.String))
    rows = view.people.join(told, on="person").join(roll, on="person", how="left").sort("person")
    rows = rows.filter((view.end - pl.col("born")).dt.total_days() < 26 * 365)
    person = rows["person"].to_numpy()

    def series(of: Text) -> pl.Series:
        return pl.Series(of, dtype=pl.String)

    numbered = pl.Series(records.numbered[person]) & ~pl.col("unborn")
    former = people.former_surname[person]
    homes = view.home_on(
        "council", rows["person"], pl.repeat(end, rows.height, dtype=pl.Int32, eager=True).cast(pl.Date)
    )
    return rows.select(
        pl.col("person").alias("_person"),
        pl.col("child").alias("la_child_id"),
        pl.when(numbered | (pl.col("person") % 2 == 0)).then("upn").alias("upn"),
        pl.when(numbered).then(series(people.nhs_number[person])).alias("nhs_number"),
        pl.when("unborn").then(pl.lit("Baby")).otherwise(series(records.forename[person])).alias("forename"),
        series(records.surname[person]).alias("surname"),
        pl.when(series(former) != "").then(series(former)).alias("former_surname"),
        text("born").alias("date_of_birth"),
        "sex",
        "ethnicity",
        homes.alias("postcode"),
        series(people.small_area[person]).alias("lsoa11_code"),
        pl.col("urn").alias("on_roll_urn"),
        pl.col("family").alias("sibling_group_id"),
    )


def _away(view: View) -> pl.DataFrame:
    rows = view.event("away").filter(view.in_year("begun")).with_columns(view.known_times("returned"))
    back = pl.col("returned").is_not_null()
    rows = rows.with_columns(
        offered=pl.when(back).then("offered"), accepted=pl.when(back & pl.col("offered")).then("accepted")
    )
    ids = view.people.select("person", "child")
    return (
        rows.join(ids, on="person", maintain_order="left")
        .sort("begun", "person")
        .select(
            pl.col("person").alias("_person"),
            pl.col("child").alias("la_child_id"),
            clock("begun").alias("missing_from"),
            clock("returned").alias("returned_at"),
            pl.when("known").then(pl.lit("A")).otherwise(pl.lit("M")).alias("category"),
            yes_no("offered").alias("return_interview_offered"),
            yes_no("accepted").alias("return_interview_accepted"),
        )
    )
