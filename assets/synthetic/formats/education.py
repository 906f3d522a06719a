"""Education's extracts: the termly school census, the register of schools, participation, home education.

Here: their columns. Not here: the lists of special needs (`formats.special_needs`), nor who is on which roll.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.synthetic.attendance import TermRoll
from assets.synthetic.details import mixed, the_day
from assets.synthetic.formats.delivery import Delivery, text
from assets.synthetic.formats.pupils import named
from assets.synthetic.formats.special_needs import plans, support
from assets.synthetic.schools import EXCLUSION_REASONS
from assets.synthetic.timeline import Days, age_on
from assets.synthetic.view import View


def deliveries(view: View) -> list[Delivery]:
    """What education sends in a quarter; the census in every quarter but the second, special needs with the year."""
    found = [
        Delivery("education", "schools", view.quarter, "csv", {"schools": _schools(view)}),
        Delivery("education", "participation", view.quarter, "csv", {"participation": _participation(view)}),
        Delivery("education", "elective_home_education", view.quarter, "csv", {"elective_home_education": _home(view)}),
    ]
    roll = view.lives.rolls.get(view.quarter)
    if roll:
        found.append(Delivery("education", "school_census", view.quarter, "csv", _census(view, roll)))
    if view.quarter.number == 4 and roll:
        lists = {"plans": plans(view, roll), "support": support(view, roll)}
        found.append(
            Delivery("education", "send_annex_a", view.quarter, "xlsx", lists, {"plans": "List_1", "support": "List_2"})
        )
    return found


def _schools(view: View) -> pl.DataFrame:
    return view.lives.schools.schools().select(
        pl.lit(None, pl.Int64).alias("_person"),
        "native_id",
        "urn",
        "name",
        "phase",
        pl.lit(view.lives.people.place.code).alias("la"),
    )


def _participation(view: View) -> pl.DataFrame:
    events = named(view, view.event("participation").filter(view.in_year("month_end")), "month_end")
    return events.select(
        pl.col("person").alias("_person"),
        text("month_end"),
        pl.format("YP{}{}", pl.lit(view.lives.people.place.lea), pl.col("person")).alias("young_person_id"),
        "upn",
        "forename",
        "surname",
        text("born").alias("date_of_birth"),
        "sex",
        "home_postcode",
        text("academic_age"),
        pl.col("status").alias("cohort_status"),
        pl.col("activity").alias("activity_code"),
        text("since").alias("activity_start"),
        pl.lit(view.lives.people.place.code).alias("lead_la"),
    ).sort("month_end", "_person")


def _home(view: View) -> pl.DataFrame:
    """Who is educated at home on the quarter's last day, and whose home education ended in the year."""
    events = view.event("home_education").filter((pl.col("started") <= view.end) & (pl.col("ended") >= view.year_start))
    events = named(view, events.with_columns(view.known("ended")), "started")
    since = (pl.min_horizontal(view.end, pl.col("ended")) - pl.col("started")).dt.total_days()
    contact = pl.col("started") + pl.duration(days=(since // 170) * 170)
    return events.select(
        pl.col("person").alias("_person"),
        "education_child_ref",
        "upn",
        "forename",
        "surname",
        text("born").alias("date_of_birth"),
        "sex",
        "home_postcode",
        pl.lit(view.lives.people.place.code).alias("la_of_residence"),
        text("started").alias("started_on"),
        text("ended").alias("ended_on"),
        "reason",
        pl.when(pl.col("ended").is_not_null()).then("reason_ended").alias("reason_ended"),
        contact.cast(pl.String).alias("last_contact_on"),
        "suitability",
        pl.when(pl.col("suitability") != "not_assessed").then(contact).cast(pl.String).alias("suitability_assessed_on"),
        pl.col("sen").alias("sen_provision"),
        "previous_urn",
    ).sort("started_on", "_person")


def _stamp(name: str) -> pl.Expr:
    """A day as the census writes it: 2019-Sep-04 00:00:00."""
    return pl.col(name).dt.strftime("%Y-%b-%d 00:00:00")


def _census(view: View, roll: TermRoll) -> dict[str, pl.DataFrame]:
    """The census's tables, each in the headings of the department's flat extract."""
    schools, code = view.lives.schools, roll.term.told_in
    stays = roll.stays.with_columns(
        source_id=pl.format(
            "{}{}{}",
            pl.lit(f"{code.year % 100:02}{code.number}"),
            pl.lit("-"),
            pl.col("number").cast(pl.String).str.zfill(6),
        ),
        native_id=pl.format("SCH{}", pl.col("school") + 1),
        entered=pl.col("entered").cast(pl.Int32).cast(pl.Date),
        left=pl.col("left").cast(pl.Int32).cast(pl.Date),
        census=the_day(roll.term.census_day),
    )
    stays = named(view, stays, "census")
    person = stays["person"].to_numpy()
    issued = schools.plan_issued[person] <= roll.term.census_day
    provision = np.where((schools.sen[person] == "E") & ~issued, "K", schools.sen[person])
    stays = stays.with_columns(
        sen=pl.Series(provision, dtype=pl.String),
        need=pl.Series(schools.need[person], dtype=pl.String),
        year=pl.Series(_year_group(view.lives.people.born[person], roll), dtype=pl.String),
    )
    on, off = stays.filter("on_roll"), stays.filter(~pl.col("on_roll"))
    excluded = _exclusions(view, roll, stays)
    reasons = roll.reasons.join(
        stays.select("number", "person", "source_id", "native_id", "on_roll"), on="number"
    ).sort("number", "reason")
    reasons = reasons.with_row_index("row")
    needs = on.filter(pl.col("sen") != "N")
    return {
        "pupilonroll": on.select(
            pl.col("person").alias("_person"),
            pl.col("number").alias("_pupil"),
            pl.format("{}-R", pl.col("source_id")).alias("pupilonrolltableid"),
            pl.col("native_id").alias("NativeId"),
            _stamp("born").alias("dob"),
            "surname",
            "forename",
            pl.lit(None, pl.String).alias("middlenames"),
            pl.col("surname").alias("preferredsurname"),
            pl.lit(None, pl.String).alias("formersurname"),
            pl.col("upn_of_school").alias("upn"),
            pl.lit(None, pl.String).alias("formerupn"),
            pl.lit(None, pl.String).alias("uniquelearnernumber"),
            "sex",
            _stamp("entered").alias("entrydate"),
            pl.col("source_id").alias("sourceid"),
            pl.lit("False").alias("parttime"),
            pl.format("{}.0", pl.col("possible")).alias("termlysessionspossible"),
            "ethnicity",
            pl.lit("N").alias("boarder"),
            pl.lit("ENG").alias("language"),
            pl.lit("C").alias("enrolstatus"),
            pl.col("year").alias("ncyearactual"),
            pl.col("sen").alias("senprovision"),
        ),
        "pupilnolongeronroll": off.select(
            pl.col("person").alias("_person"),
            pl.col("number").alias("_pupil"),
            pl.format("{}-L", pl.col("source_id")).alias("pupilnolongeronrolltableid"),
            pl.col("native_id").alias("NativeId"),
            _stamp("born").alias("dob"),
            "surname",
            "forename",
            pl.lit(None, pl.String).alias("middlenames"),
            pl.col("surname").alias("preferredsurname"),
            pl.lit(None, pl.String).alias("formersurname"),
            pl.col("upn_of_school").alias("upn"),
            pl.lit(None, pl.String).alias("formerupn"),
            pl.lit(None, pl.String).alias("uniquelearnernumber"),
            "sex",
            _stamp("entered").alias("entrydate"),
            _stamp("left").alias("leavingdate"),
            pl.col("source_id").alias("sourceid"),
            pl.lit("False").alias("parttime"),
            pl.format("{}.0", pl.col("possible")).alias("termlysessionspossible"),
            "ethnicity",
            pl.lit("N").alias("boarder"),
            pl.lit("ENG").alias("language"),
        ),
        "termlysessiondetailsonroll": _sessions(
            reasons.filter("on_roll"), "pupilonrolltableid", "-R", "termlysessiondetailsonrolltableid"
        ),
        "termlysessiondetailsoffroll": _sessions(
            reasons.filter(~pl.col("on_roll")), "pupilnolongeronrolltableid", "-L", "termlysessiondetailsoffrolltableid"
        ),
        "termlyexclusionsonroll": _excluded(
            excluded.filter("on_roll"), "pupilonrolltableid", "-R", "termlyexclusionsonrolltableid"
        ),
        "termlyexclusionsoffroll": _excluded(
            excluded.filter(~pl.col("on_roll")), "pupilnolongeronrolltableid", "-L", "termlyexclusionsoffrolltableid"
        ),
        "senneeds": needs.select(
            pl.col("person").alias("_person"),
            pl.col("number").alias("_pupil"),
            pl.format("{}-R", pl.col("source_id")).alias("pupilonrolltableid"),
            pl.col("native_id").alias("NativeId"),
            pl.format("{}-N", pl.col("source_id")).alias("senneedstableid"),
            pl.col("source_id").alias("sourceid"),
            pl.lit("1.0").alias("sentyperank"),
            pl.col("need").alias("sentype"),
        ),
    }


def _year_group(born: Days, roll: TermRoll) -> list[str]:
    """The year group of each pupil on the census's day: R for those who start school, then 1 to 14."""
    # The autumn census of a summer term stands in the next school year.
    later = int(roll.term.name == "Summer")
    year = age_on(born, roll.term.ages_on) - 4 + later
    return ["R" if each <= 0 else str(min(int(each), 14)) for each in year]


def _sessions(reasons: pl.DataFrame, pupil: str, ending: str, own: str) -> pl.DataFrame:
    return reasons.select(
        pl.col("person").alias("_person"),
        pl.col("number").alias("_pupil"),
        (pl.col("source_id") + ending).alias(pupil),
        pl.col("native_id").alias("NativeId"),
        pl.format("S{}", pl.col("row")).alias(own),
        pl.col("source_id").alias("sourceid"),
        pl.format("{}.0", pl.col("sessions")).alias("sessions"),
        pl.col("reason").alias("attendancereason"),
    )


def _excluded(rows: pl.DataFrame, pupil: str, ending: str, own: str) -> pl.DataFrame:
    return rows.select(
        pl.col("person").alias("_person"),
        pl.col("number").alias("_pupil"),
        (pl.col("source_id") + ending).alias(pupil),
        pl.col("native_id").alias("NativeId"),
        pl.format("X{}", pl.col("row")).alias(own),
        pl.col("source_id").alias("sourceid"),
        _stamp("on").alias("startdate"),
        pl.when(~pl.col("permanent")).then(pl.format("{}.0", pl.col("sessions"))).alias("sessions"),
        pl.col("why").alias("reason1"),
        pl.lit(None, pl.String).alias("reason2"),
        pl.lit(None, pl.String).alias("reason3"),
        pl.when("permanent").then(pl.lit("PERM")).otherwise(pl.lit("SUSP")).alias("category"),
        pl.col("sen").alias("senprovision"),
    )


def _exclusions(view: View, roll: TermRoll, stays: pl.DataFrame) -> pl.DataFrame:
    """Suspensions and exclusions of the term, each with the stay it fell in; those outside any are nobody's."""
    why = list(EXCLUSION_REASONS)
    return (
        told_exclusions(view.event("suspension"), roll, stays)
        .with_columns(
            why=(mixed("person", 9) % len(why))
            .cast(pl.Int64)
            .replace_strict(list(range(len(why))), why, return_dtype=pl.String)
        )
        .with_row_index("row")
    )


def told_exclusions(suspensions: pl.DataFrame, roll: TermRoll, stays: pl.DataFrame) -> pl.DataFrame:
    """The suspensions a census tells: of its term, on a day the pupil was on that roll."""
    of_term = pl.col("on").is_between(the_day(roll.term.start), the_day(roll.term.end))
    joined = suspensions.filter(of_term).join(stays, on="person")
    on_roll_then = (pl.col("on") >= pl.col("entered")) & (pl.col("on_roll") | (pl.col("on") <= pl.col("left")))
    told = joined.filter(on_roll_then).sort("on", "number")
    return told.unique(["person", "on"], keep="first", maintain_order=True)
