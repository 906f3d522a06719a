"""Education's extracts: the termly school census, the register of schools, participation, home education, special needs."""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.synthetic.attendance import TermRoll
from assets.synthetic.formats.delivery import Delivery, text
from assets.synthetic.schools import EXCLUSION_REASONS
from assets.synthetic.timeline import Days, age_on
from assets.synthetic.view import View

_PHASE_WORDS = {"primary": "Primary", "secondary": "Secondary", "special": "Special", "pru": "Pupil referral unit"}


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
        lists = {"plans": _plans(view, roll), "support": _support(view, roll)}
        found.append(Delivery("education", "send_annex_a", view.quarter, "xlsx", lists, {"plans": "List_1", "support": "List_2"}))
    return found


def _schools(view: View) -> pl.DataFrame:
    return view.lives.schools.schools().select(
        pl.lit(None, pl.Int64).alias("_person"), "native_id", "urn", "name", "phase", pl.lit(view.lives.people.place.code).alias("la")
    )


def _named(view: View, events: pl.DataFrame, at: str) -> pl.DataFrame:
    records, people, person = view.lives.records["education"], view.lives.people, events["person"].to_numpy()
    upn = pl.Series(people.upn[person], dtype=pl.String)
    return events.with_columns(
        upn=pl.when(pl.Series(records.numbered[person])).then(upn), upn_of_school=upn,
        forename=pl.Series(records.forename[person], dtype=pl.String), surname=pl.Series(records.surname[person], dtype=pl.String),
        born=pl.Series(people.born[person].astype("datetime64[D]")).cast(pl.Date), sex=pl.Series(people.sex[person], dtype=pl.String),
        ethnicity=pl.Series(people.ethnicity[person], dtype=pl.String), home_postcode=view.home_on("education", events["person"], events[at]),
        education_child_ref=pl.Series(view.lives.education_ref[person], dtype=pl.String),
    )  # fmt: skip


def _participation(view: View) -> pl.DataFrame:
    events = _named(view, view.event("participation").filter(view.in_year("month_end")), "month_end")
    return events.select(
        pl.col("person").alias("_person"), text("month_end"), pl.format("YP{}{}", pl.lit(view.lives.people.place.lea), pl.col("person")).alias("young_person_id"),
        "upn", "forename", "surname", text("born").alias("date_of_birth"), "sex", "home_postcode", text("academic_age"),
        pl.col("status").alias("cohort_status"), pl.col("activity").alias("activity_code"), text("since").alias("activity_start"),
        pl.lit(view.lives.people.place.code).alias("lead_la"),
    ).sort("month_end", "_person")  # fmt: skip


def _home(view: View) -> pl.DataFrame:
    """Who is educated at home on the quarter's last day, and whose home education ended in the year."""
    events = view.event("home_education").filter((pl.col("started") <= view.end) & (pl.col("ended") >= view.year_start))
    events = _named(view, events.with_columns(view.known("ended")), "started")
    since = (pl.min_horizontal(view.end, pl.col("ended")) - pl.col("started")).dt.total_days()
    contact = pl.col("started") + pl.duration(days=(since // 170) * 170)
    return events.select(
        pl.col("person").alias("_person"), "education_child_ref", "upn", "forename", "surname", text("born").alias("date_of_birth"), "sex",
        "home_postcode", pl.lit(view.lives.people.place.code).alias("la_of_residence"), text("started").alias("started_on"),
        text("ended").alias("ended_on"), "reason", pl.when(pl.col("ended").is_not_null()).then("reason_ended").alias("reason_ended"),
        contact.cast(pl.String).alias("last_contact_on"), "suitability",
        pl.when(pl.col("suitability") != "not_assessed").then(contact).cast(pl.String).alias("suitability_assessed_on"),
        pl.col("sen").alias("sen_provision"), "previous_urn",
    ).sort("started_on", "_person")  # fmt: skip


def _stamp(name: str) -> pl.Expr:
    """A day as the census writes it: 2019-Sep-04 00:00:00."""
    return pl.col(name).dt.strftime("%Y-%b-%d 00:00:00")


def _census(view: View, roll: TermRoll) -> dict[str, pl.DataFrame]:
    """The census's tables, each in the headings of the department's flat extract."""
    schools, code = view.lives.schools, roll.term.told_in
    stays = roll.stays.with_columns(
        source_id=pl.format("{}{}{}", pl.lit(f"{code.year % 100:02}{code.number}"), pl.lit("-"), pl.col("number").cast(pl.String).str.zfill(6)),
        native_id=pl.format("SCH{}", pl.col("school") + 1), entered=pl.col("entered").cast(pl.Int32).cast(pl.Date), left=pl.col("left").cast(pl.Int32).cast(pl.Date),
        census=pl.lit(np.datetime64(roll.term.census_day, "D")).cast(pl.Date),
    )  # fmt: skip
    stays = _named(view, stays, "census")
    person = stays["person"].to_numpy()
    issued = schools.plan_issued[person] <= roll.term.census_day
    provision = np.where((schools.sen[person] == "E") & ~issued, "K", schools.sen[person])
    stays = stays.with_columns(sen=pl.Series(provision, dtype=pl.String), need=pl.Series(schools.need[person], dtype=pl.String),
                               year=pl.Series(_year_group(view.lives.people.born[person], roll), dtype=pl.String))  # fmt: skip
    on, off = stays.filter("on_roll"), stays.filter(~pl.col("on_roll"))
    excluded = _exclusions(view, roll, stays)
    reasons = roll.reasons.join(stays.select("number", "person", "source_id", "native_id", "on_roll"), on="number").sort("number", "reason")
    reasons = reasons.with_row_index("row")
    needs = on.filter(pl.col("sen") != "N")
    return {
        "pupilonroll": on.select(
            pl.col("person").alias("_person"), pl.col("number").alias("_pupil"), pl.format("{}-R", pl.col("source_id")).alias("pupilonrolltableid"), pl.col("native_id").alias("NativeId"),
            _stamp("born").alias("dob"), "surname", "forename", pl.lit(None, pl.String).alias("middlenames"), pl.col("surname").alias("preferredsurname"),
            pl.lit(None, pl.String).alias("formersurname"), pl.col("upn_of_school").alias("upn"), pl.lit(None, pl.String).alias("formerupn"),
            pl.lit(None, pl.String).alias("uniquelearnernumber"), "sex", _stamp("entered").alias("entrydate"), pl.col("source_id").alias("sourceid"),
            pl.lit("False").alias("parttime"), pl.format("{}.0", pl.col("possible")).alias("termlysessionspossible"), "ethnicity", pl.lit("N").alias("boarder"),
            pl.lit("ENG").alias("language"), pl.lit("C").alias("enrolstatus"), pl.col("year").alias("ncyearactual"), pl.col("sen").alias("senprovision"),
        ),
        "pupilnolongeronroll": off.select(
            pl.col("person").alias("_person"), pl.col("number").alias("_pupil"), pl.format("{}-L", pl.col("source_id")).alias("pupilnolongeronrolltableid"), pl.col("native_id").alias("NativeId"),
            _stamp("born").alias("dob"), "surname", "forename", pl.lit(None, pl.String).alias("middlenames"), pl.col("surname").alias("preferredsurname"),
            pl.lit(None, pl.String).alias("formersurname"), pl.col("upn_of_school").alias("upn"), pl.lit(None, pl.String).alias("formerupn"),
            pl.lit(None, pl.String).alias("uniquelearnernumber"), "sex", _stamp("entered").alias("entrydate"), _stamp("left").alias("leavingdate"),
            pl.col("source_id").alias("sourceid"), pl.lit("False").alias("parttime"), pl.format("{}.0", pl.col("possible")).alias("termlysessionspossible"), "ethnicity",
            pl.lit("N").alias("boarder"), pl.lit("ENG").alias("language"),
        ),
        "termlysessiondetailsonroll": _sessions(reasons.filter("on_roll"), "pupilonrolltableid", "-R", "termlysessiondetailsonrolltableid"),
        "termlysessiondetailsoffroll": _sessions(reasons.filter(~pl.col("on_roll")), "pupilnolongeronrolltableid", "-L", "termlysessiondetailsoffrolltableid"),
        "termlyexclusionsonroll": _excluded(excluded.filter("on_roll"), "pupilonrolltableid", "-R", "termlyexclusionsonrolltableid"),
        "termlyexclusionsoffroll": _excluded(excluded.filter(~pl.col("on_roll")), "pupilnolongeronrolltableid", "-L", "termlyexclusionsoffrolltableid"),
        "senneeds": needs.select(
            pl.col("person").alias("_person"), pl.col("number").alias("_pupil"), pl.format("{}-R", pl.col("source_id")).alias("pupilonrolltableid"), pl.col("native_id").alias("NativeId"),
            pl.format("{}-N", pl.col("source_id")).alias("senneedstableid"), pl.col("source_id").alias("sourceid"), pl.lit("1.0").alias("sentyperank"),
            pl.col("need").alias("sentype"),
        ),
    }  # fmt: skip


def _year_group(born: Days, roll: TermRoll) -> list[str]:
    """The year group of each pupil on the census's day: R for those who start school, then 1 to 14."""
    # The autumn census of a summer term stands in the next school year.
    later = int(roll.term.name == "Summer")
    year = age_on(born, roll.term.ages_on) - 4 + later
    return ["R" if each <= 0 else str(min(int(each), 14)) for each in year]


def _sessions(reasons: pl.DataFrame, pupil: str, ending: str, own: str) -> pl.DataFrame:
    return reasons.select(
        pl.col("person").alias("_person"), pl.col("number").alias("_pupil"), (pl.col("source_id") + ending).alias(pupil), pl.col("native_id").alias("NativeId"),
        pl.format("S{}", pl.col("row")).alias(own), pl.col("source_id").alias("sourceid"), pl.format("{}.0", pl.col("sessions")).alias("sessions"),
        pl.col("reason").alias("attendancereason"),
    )  # fmt: skip


def _excluded(rows: pl.DataFrame, pupil: str, ending: str, own: str) -> pl.DataFrame:
    return rows.select(
        pl.col("person").alias("_person"), pl.col("number").alias("_pupil"), (pl.col("source_id") + ending).alias(pupil), pl.col("native_id").alias("NativeId"),
        pl.format("X{}", pl.col("row")).alias(own), pl.col("source_id").alias("sourceid"), _stamp("on").alias("startdate"),
        pl.when(~pl.col("permanent")).then(pl.format("{}.0", pl.col("sessions"))).alias("sessions"), pl.col("why").alias("reason1"),
        pl.lit(None, pl.String).alias("reason2"), pl.lit(None, pl.String).alias("reason3"),
        pl.when("permanent").then(pl.lit("PERM")).otherwise(pl.lit("SUSP")).alias("category"), pl.col("sen").alias("senprovision"),
    )  # fmt: skip


def _exclusions(view: View, roll: TermRoll, stays: pl.DataFrame) -> pl.DataFrame:
    """Suspensions and exclusions of the term, each with the stay it fell in; those outside any are nobody's."""
    why = list(EXCLUSION_REASONS)
    return told_exclusions(view.event("suspension"), roll, stays).with_columns(
        why=(pl.col("person").hash(seed=9) % len(why)).cast(pl.Int64).replace_strict(list(range(len(why))), why, return_dtype=pl.String)
    ).with_row_index("row")  # fmt: skip


def told_exclusions(suspensions: pl.DataFrame, roll: TermRoll, stays: pl.DataFrame) -> pl.DataFrame:
    """The suspensions a census tells: of its term, on a day the pupil was on that roll."""
    begin, end = (np.datetime64(edge, "D") for edge in (roll.term.start, roll.term.end))
    joined = suspensions.filter(pl.col("on").is_between(pl.lit(begin).cast(pl.Date), pl.lit(end).cast(pl.Date))).join(stays, on="person")
    on_roll_then = (pl.col("on") >= pl.col("entered")) & (pl.col("on_roll") | (pl.col("on") <= pl.col("left")))
    return joined.filter(on_roll_then).unique(["person", "on"], keep="first", maintain_order=True).sort("on", "number")


def _list_columns(view: View, roll: TermRoll) -> pl.DataFrame:
    """Pupils on the roll with what both special needs lists tell of each."""
    schools, people = view.lives.schools, view.lives.people
    year = view.event("suspension").filter(view.in_year("on")).group_by("person").agg(
        (~pl.col("permanent")).sum().alias("suspended"), pl.col("permanent").sum().alias("excluded"))  # fmt: skip
    stays = roll.stays.filter("on_roll").unique("person", keep="first", maintain_order=True).join(year, on="person", how="left", maintain_order="left")
    stays = stays.with_columns(census=pl.lit(np.datetime64(roll.term.census_day, "D")).cast(pl.Date))
    stays = _named(view, stays, "census")
    person = stays["person"].to_numpy()
    number = view.lives.order.lived.index(view.quarter)
    in_case = pl.Series(view.lives.in_case[number][person])
    share = pl.when(pl.col("possible") > 0).then((100 * pl.col("absent") / pl.col("possible")).round(1))
    return stays.with_columns(
        provision=pl.Series(schools.sen[person], dtype=pl.String), issued=pl.Series(np.minimum(schools.plan_issued[person], 10**6)),
    ).with_columns(
        pl.col("person").alias("_person"), pl.col("education_child_ref").alias("Unique ID"), pl.col("upn").alias("UPN"), pl.lit(None, pl.String).alias("ULN"),
        text("born").alias("Date of birth"), pl.when(pl.col("sex") == "M").then(pl.lit("1")).otherwise(pl.lit("2")).alias("Gender"), pl.col("ethnicity").alias("Ethnicity"),
        pl.Series(schools.need[person], dtype=pl.String).alias("SEN primary need"), pl.Series(schools.urn(stays["school"].to_numpy()), dtype=pl.String).alias("Main education establishment – URN"),
        pl.col("phase").replace_strict(_PHASE_WORDS).alias("Main education establishment – phase"),
        pl.lit(None, pl.String).alias("Subsidiary education establishment – phase (dual registration)"), pl.lit("No").alias("Elective home education"),
        pl.col("suspended").fill_null(0).cast(pl.String).alias("Suspensions"), pl.col("excluded").fill_null(0).cast(pl.String).alias("Permanent exclusions"),
        share.cast(pl.String).alias("Absence"), pl.Series(people.frailty[person] > 1.5).replace_strict([True, False], ["yes", "no"]).alias("Pupil Premium"),
        in_case.replace_strict([True, False], ["yes", "no"]).alias("Known to children's social care?"),
        pl.lit(None, pl.String).alias("Which children's social care team?"),
        pl.Series(view.lives.disabled[person]).replace_strict([True, False], ["yes", "no"]).alias("Does the child or young person have a disability?"),
    )  # fmt: skip


_SHARED = ("Unique ID", "UPN", "ULN", "Date of birth", "Gender", "Ethnicity")
_AFTER = (
    "SEN primary need", "Main education establishment – URN", "Main education establishment – phase",
    "Subsidiary education establishment – phase (dual registration)",
)  # fmt: skip
_LAST = (
    "Suspensions", "Permanent exclusions", "Absence", "Pupil Premium", "Known to children's social care?",
    "Which children's social care team?", "Does the child or young person have a disability?",
)  # fmt: skip


def _plans(view: View, roll: TermRoll) -> pl.DataFrame:
    rows = _list_columns(view, roll).filter((pl.col("provision") == "E") & (pl.col("issued") <= view.quarter.end))
    held = view.quarter.end - pl.col("issued")
    reviewed = pl.when(held >= 300).then(pl.col("issued") + (held // 340) * 340).cast(pl.Int32).cast(pl.Date)
    return rows.with_columns(
        pl.col("issued").cast(pl.Int32).cast(pl.Date).cast(pl.String).alias("Date initial EHC plan issued"),
        pl.when(held > 800).then((pl.col("issued") + 700).cast(pl.Int32).cast(pl.Date)).cast(pl.String).alias("Date updated EHC plan issued"),
        reviewed.cast(pl.String).alias("Date EHC plan last reviewed"),
    ).select("_person", *_SHARED, "Date initial EHC plan issued", "Date updated EHC plan issued", "Date EHC plan last reviewed", *_AFTER,
             "Elective home education", *_LAST)  # fmt: skip


def _support(view: View, roll: TermRoll) -> pl.DataFrame:
    rows = _list_columns(view, roll)
    return rows.filter((pl.col("provision") == "K") | ((pl.col("provision") == "E") & (pl.col("issued") > view.quarter.end))).select(
        "_person", *_SHARED, *_AFTER, *_LAST
    )
