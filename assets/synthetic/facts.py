"""The facts each quarter's deliveries tell of social care, one row a fact, as they truly are.

Here: which facts a quarter tells, by the coverage of its extracts, from the lives. Not here: the files they stand in
(`assets.synthetic.formats`), nor figures (`assets.synthetic.truth`).
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.formats.told import care_leavers, latest_episodes, told_adoptions, told_assessments, told_cases
from assets.synthetic.view import View


def facts(view: View) -> dict[str, pl.DataFrame]:
    """Facts by core table; `child_id` is the council's own, days are dates."""
    yearly = view.quarter.number == 4
    told = {
        "referral": _referrals(view, yearly=yearly),
        "cin_episode": _cases(view, yearly=yearly),
        "assessment": _assessments(view, yearly=yearly),
        "section47_enquiry": _enquiries(view),
        "cp_conference": _conferences(view),
        "cp_plan": _plans(view),
        "contact": _contacts(view),
        "early_help": _early_help(view),
        "cla_episode": _episodes(view, yearly=yearly),
        "cla_review": _reviews(view, yearly=yearly),
        "looked_after_missing": _away(view),
        "care_leaver": _leavers(view),
        "adoption": _adoptions(view),
    }
    if yearly:
        told["cin_plan"] = _plans_of_need(view)
    ids = view.people.select("person", pl.col("child").alias("child_id"))
    found = {}
    for name, rows in told.items():
        of_child = rows.join(ids, on="person").select("child_id", pl.all().exclude("person", "child_id"))
        found[name] = of_child.sort(pl.all()).select(pl.lit(view.quarter.label).alias("quarter"), pl.all())
    return found


def _census_cases(view: View) -> pl.DataFrame:
    nothing = (
        view.event("case")
        .filter(pl.col("nfa") & view.in_year("referred"))
        .with_columns(closed=pl.lit(None, pl.Date), closure_reason=pl.lit(None, pl.String))
    )
    open_ones = told_cases(view)
    return pl.concat([open_ones, nothing.select(open_ones.columns)])


def _referrals(view: View, *, yearly: bool) -> pl.DataFrame:
    rows = (
        view.event("referral")
        .filter(view.in_year("referred"))
        .select("person", pl.col("referred").alias("referred_on"), "source", pl.col("nfa").alias("no_further_action"))
    )
    if yearly:
        more = _census_cases(view).select(
            "person", pl.col("referred").alias("referred_on"), "source", pl.col("nfa").alias("no_further_action")
        )
        rows = pl.concat([more, rows]).unique(["person", "referred_on"], keep="first", maintain_order=True)
    return rows


def _cases(view: View, *, yearly: bool) -> pl.DataFrame:
    rows = _census_cases(view) if yearly else told_cases(view)
    return rows.select(
        "person",
        pl.col("referred").alias("referred_on"),
        pl.col("need").alias("primary_need"),
        pl.col("closed").alias("closed_on"),
        "closure_reason",
        pl.col("nfa").alias("no_further_action"),
    )


def _assessments(view: View, *, yearly: bool) -> pl.DataFrame:
    rows = told_assessments(view)
    recent = pl.col("authorised").is_not_null() | (pl.col("started") >= view.year_start.dt.offset_by("-12mo"))
    if yearly:
        recent |= pl.col("case").is_in(told_cases(view)["case"].unique().implode())
    return rows.filter(recent).select(
        "person",
        pl.col("referred").alias("referred_on"),
        pl.col("started").alias("started_on"),
        pl.col("authorised").alias("authorised_on"),
        pl.when(pl.col("authorised").is_not_null()).then("factors").alias("factors"),
    )


def _plans_of_need(view: View) -> pl.DataFrame:
    rows = view.event("cin_plan").filter(pl.col("started") <= view.end).with_columns(view.known("ended"))
    rows = rows.filter(
        (pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
        & pl.col("case").is_in(told_cases(view)["case"].unique().implode())
    )
    return rows.select(
        "person",
        pl.col("referred").alias("referred_on"),
        pl.col("started").alias("started_on"),
        pl.col("ended").alias("ended_on"),
    )


def _enquiries(view: View) -> pl.DataFrame:
    rows = view.event("enquiry").filter(pl.col("started") <= view.end).with_columns(view.known("conference"))
    rows = rows.filter(view.in_year("started") | view.in_year("conference").fill_null(False))
    return rows.select(
        "person",
        pl.col("started").alias("started_on"),
        pl.col("conference").alias("conference_on"),
        pl.col("not_required").alias("conference_not_required"),
    )


def _conferences(view: View) -> pl.DataFrame:
    held = view.event("enquiry").filter(view.in_year("conference").fill_null(False) & pl.col("counted"))
    moved = view.event("case").filter(view.in_year("moved_in").fill_null(False))
    return pl.concat(
        [
            held.select(
                "person",
                pl.col("conference").alias("held_on"),
                pl.col("started").alias("strategy_discussion_on"),
                pl.lit(False).alias("transfer_in"),
            ),
            moved.select(
                "person",
                pl.col("moved_in").alias("held_on"),
                pl.lit(None, pl.Date).alias("strategy_discussion_on"),
                pl.lit(True).alias("transfer_in"),
            ),
        ]
    )


def _plans(view: View) -> pl.DataFrame:
    rows = (
        view.event("plan")
        .filter((pl.col("started") <= view.end) & (pl.col("case") >= 0))
        .with_columns(view.known("ended"))
    )
    rows = rows.filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
    return rows.select(
        "person",
        pl.col("started").alias("started_on"),
        pl.col("ended").alias("ended_on"),
        "initial_category",
        "latest_category",
        pl.col("previous").alias("previous_plans"),
        pl.col("temporary").alias("temporary_registration"),
    )


def _contacts(view: View) -> pl.DataFrame:
    return view.event("contact").filter(view.in_year("on")).select("person", pl.col("on").alias("contact_on"), "source")


def _early_help(view: View) -> pl.DataFrame:
    rows = view.event("early_help").filter(view.in_year("started")).with_columns(view.known("completed"))
    return rows.select(
        "person", pl.col("started").alias("started_on"), pl.col("completed").alias("completed_on"), "organisation"
    )


def _told_periods(view: View) -> pl.DataFrame:
    rows = view.event("period").filter(pl.col("started") <= view.end).with_columns(view.known("ended"))
    return rows.filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))


def _episodes(view: View, *, yearly: bool) -> pl.DataFrame:
    if yearly:
        rows = view.event("episode").filter(
            (pl.col("started") <= view.end) & (pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
        )
    else:
        rows = latest_episodes(view).join(_told_periods(view).select("period"), on="period")
    over = pl.col("ended") <= view.end
    return rows.select(
        "person",
        pl.col("started").alias("started_on"),
        pl.when(over).then("ended").alias("ended_on"),
        pl.col("status").alias("legal_status"),
        pl.col("need").alias("primary_need"),
        pl.col("place").alias("placement_type"),
        pl.col("provider").alias("placement_provider"),
        pl.when(over).then("reason_ended").alias("reason_ended"),
    )


def _reviews(view: View, *, yearly: bool) -> pl.DataFrame:
    periods = _told_periods(view).select(
        "period", "person", "started", pl.min_horizontal(view.end, pl.col("ended")).alias("until")
    )
    of_periods = periods.join(view.event("review"), on="person").filter(pl.col("on").is_between("started", "until"))
    rows = (
        of_periods.sort("on")
        .group_by("period", maintain_order=True)
        .last()
        .select("person", pl.col("on").alias("reviewed_on"), "participation")
    )
    if yearly:
        returned = (
            view.event("review")
            .filter(view.in_year("on"))
            .select("person", pl.col("on").alias("reviewed_on"), "participation")
        )
        cared_for = (
            view.event("episode")
            .filter(
                (pl.col("started") <= view.end) & (pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
            )["person"]
            .unique()
        )
        rows = pl.concat([returned.filter(pl.col("person").is_in(cared_for.implode())), rows])
    return rows.unique(["person", "reviewed_on"], keep="first", maintain_order=True)


def _away(view: View) -> pl.DataFrame:
    rows = view.event("away").filter(view.in_year("begun")).with_columns(view.known_times("returned"))
    back = pl.col("returned").is_not_null()
    return rows.select(
        "person",
        pl.col("begun").cast(pl.Date).alias("missing_on"),
        pl.col("returned").cast(pl.Date).alias("returned_on"),
        pl.col("begun").alias("missing_from"),
        pl.col("returned").alias("returned_at"),
        pl.when("known").then(pl.lit("A")).otherwise(pl.lit("M")).alias("category"),
        pl.when(back).then("offered").alias("interview_offered"),
        pl.when(back & pl.col("offered")).then("accepted").alias("interview_accepted"),
    )


def _leavers(view: View) -> pl.DataFrame:
    met = pl.col("touch") == "YES"
    return care_leavers(view).select(
        "person",
        pl.col("touch").alias("in_touch"),
        pl.when(met).then("activity").otherwise(pl.lit("0")).alias("activity"),
    )


def _adoptions(view: View) -> pl.DataFrame:
    return told_adoptions(view).select(
        "person",
        pl.col("decided").alias("decided_on"),
        pl.col("placement_order").alias("placement_order_on"),
        pl.col("matched").alias("matched_on"),
        pl.col("placed").alias("placed_on"),
        pl.col("ordered").alias("ordered_on"),
        pl.col("given_up").alias("no_longer_on"),
    )
