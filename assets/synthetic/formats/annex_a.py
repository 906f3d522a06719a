"""Ofsted's child-level lists (Annex A): a workbook with a sheet a list, in the words councils write in it.

Lists 1 to 5, 10 and 11 tell the financial year to date; lists 6 to 9 the quarter's last day, with what ended in the
year. Here: lists 1 to 6. Not here: the others (`formats.annex_a_care`).
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.formats import annex_a_care as later
from assets.synthetic.formats.annex_a_words import DISABLED, NEEDS, PERSON, pick, with_person, words
from assets.synthetic.formats.delivery import Delivery, text
from assets.synthetic.formats.told import told_assessments, told_cases
from assets.synthetic.view import View

_STATUSES = (
    "a) Looked after child",
    "b) Child protection plan",
    "c) Child in need plan",
    "d) Open assessment",
    "e) Closed episode",
    "f) Care leaver",
)


def delivery(view: View) -> Delivery:
    """The workbook of a quarter."""
    tables = {
        "contacts": _contacts(view),
        "early_help": _early_help(view),
        "referrals": _referrals(view),
        "assessments": _assessments(view),
        "section_47": _section_47(view),
        "children_in_need": _in_need(view),
        "child_protection_plans": later.plans(view),
        "looked_after": later.looked_after(view),
        "care_leavers": later.leavers(view),
        "adoption": later.adoption(view),
        "adopters": later.adopters(view),
    }
    titles = {name: f"List {number}" for number, name in enumerate(tables, start=1)}
    return Delivery("council", "annex_a", view.quarter, "xlsx", tables, titles)


def _source(name: str = "source") -> pl.Expr:
    return pl.format("{}: referrer", pl.col(name))


def _contacts(view: View) -> pl.DataFrame:
    rows = with_person(view, view.event("contact").filter(view.in_year("on"))).sort("on", "person")
    return rows.select("_person", *PERSON, text("on").alias("Date of Contact"), _source().alias("Contact Source"))


def _early_help(view: View) -> pl.DataFrame:
    rows = view.event("early_help").filter(view.in_year("started")).with_columns(view.known("completed"))
    return (
        with_person(view, rows)
        .sort("started", "person")
        .select(
            "_person",
            *PERSON,
            text("started").alias("Assessment start date"),
            text("completed").alias("Assessment completion date"),
            pl.col("organisation").alias("Organisation completing assessment"),
        )
    )


def _referrals(view: View) -> pl.DataFrame:
    everything = view.event("referral")
    rows = everything.filter(view.in_year("referred"))
    before = (
        rows.join(everything.select("person", pl.col("referred").alias("earlier")), on="person")
        .filter(
            (pl.col("earlier") < pl.col("referred")) & (pl.col("earlier") >= pl.col("referred").dt.offset_by("-12mo"))
        )
        .group_by("person", "referred")
        .agg(pl.len().alias("times"))
    )
    rows = rows.join(before, on=["person", "referred"], how="left", maintain_order="left")
    return (
        with_person(view, rows)
        .sort("referred", "person")
        .select(
            "_person",
            *PERSON,
            text("referred").alias("Date of Referral"),
            _source().alias("Referral Source"),
            words("nfa").alias("Referral NFA?"),
            pl.col("times").fill_null(0).cast(pl.String).alias("Number of Referrals in Last 12 Months"),
            "Allocated Team",
            "Allocated Worker",
        )
    )


def _assessments(view: View) -> pl.DataFrame:
    # An assessment nobody finished before a case closed years ago is not told for ever.
    rows = told_assessments(view).filter(
        pl.col("authorised").is_not_null() | (pl.col("started") >= view.year_start.dt.offset_by("-12mo"))
    )
    seen = pl.when(pl.col("authorised").is_not_null()).then(pl.lit("Yes")).otherwise(pl.lit("No"))
    return (
        with_person(view, rows)
        .sort("started", "person")
        .select(
            "_person",
            *PERSON,
            DISABLED,
            text("started").alias("Continuous Assessment Start Date"),
            seen.alias("Child Seen During Continuous Assessment"),
            text("authorised").alias("Continuous Assessment Date of Authorisation"),
            pl.when(pl.col("authorised").is_not_null())
            .then(pick(("Yes", "No"), pl.col("person") // 7))
            .alias("Was the child assessed as requiring LA children's social care support?"),
            "Allocated Team",
            "Allocated Worker",
        )
    )


def _section_47(view: View) -> pl.DataFrame:
    enquiries = view.event("enquiry").select("person", "started", "conference", "not_required")
    moved = (
        view.event("case")
        .filter(pl.col("moved_in").is_not_null())
        .select(
            "person",
            pl.lit(None, pl.Date).alias("started"),
            pl.col("moved_in").alias("conference"),
            pl.lit(False).alias("not_required"),
        )
    )
    rows = pl.concat([enquiries, moved]).filter((pl.col("started") <= view.end) | pl.col("started").is_null())
    rows = rows.with_columns(view.known("conference"), transfer=pl.col("started").is_null())
    rows = rows.filter(view.in_year("started").fill_null(False) | view.in_year("conference").fill_null(False))
    plans = (
        view.event("plan")
        .filter(~pl.col("temporary"))
        .select("person", pl.col("started").alias("conference"), pl.lit(True).alias("planned"))
    )
    rows = rows.join(
        plans.unique(["person", "conference"]), on=["person", "conference"], how="left", maintain_order="left"
    )
    result = pl.when(pl.col("conference").is_not_null()).then(pl.col("planned").fill_null(False))
    return (
        with_person(view, rows.with_columns(result=result))
        .sort("started", "person", nulls_last=True)
        .select(
            "_person",
            *PERSON,
            DISABLED,
            text("started").alias("Strategy discussion initiating Section 47 Enquiry Start Date"),
            words("not_required").alias("Was an Initial Child Protection Conference deemed unnecessary?"),
            text("conference").alias("Date of Initial Child Protection Conference"),
            words("result").alias("Did the Initial Child Protection Conference Result in a Child Protection Plan"),
            pl.lit("1").alias("Number of Section 47 Enquiries in the last 12 months"),
            pl.lit("1").alias("Number of ICPCs in the last 12 months"),
            words("transfer").alias("Transfer in"),
            "Allocated Team",
            "Allocated Worker",
        )
    )


def _in_need(view: View) -> pl.DataFrame:
    rows = told_cases(view)

    def now(kind: str, where: pl.Expr) -> pl.DataFrame:
        still = (pl.col("started") <= view.end) & ~(pl.col("ended") <= view.end).fill_null(False)
        return view.event(kind).filter(still & where).select("person").unique()

    care, plan = now("period", pl.lit(True)), now("plan", pl.lit(True))
    pending = told_assessments(view).filter(pl.col("authorised").is_null()).select("case").unique()
    grown = (view.end - pl.col("born")).dt.total_days() >= 6575
    rows = with_person(view, rows)
    status = (
        pl.when(pl.col("closed").is_not_null())
        .then(4)
        .when(pl.col("person").is_in(care["person"].implode()))
        .then(0)
        .when(pl.col("leaver") & grown)
        .then(5)
        .when(pl.col("person").is_in(plan["person"].implode()))
        .then(1)
        .when(pl.col("case").is_in(pending["case"].implode()))
        .then(3)
        .otherwise(2)
    )
    seen = pl.max_horizontal(
        "referred", pl.min_horizontal(view.end, pl.col("closed")) - pl.duration(days=pl.col("person") % 40)
    )
    return rows.sort("referred", "person").select(
        "_person",
        *PERSON,
        DISABLED,
        text("referred").alias("CIN Start Date"),
        pl.col("need").replace_strict(NEEDS).alias("Primary Need Code"),
        seen.cast(pl.String).alias("Date Child Was Last Seen"),
        text("closed").alias("CIN Closure Date"),
        pl.format("{}: closed", pl.col("closure_reason")).alias("Reason for Closure"),
        pick(_STATUSES, status).alias("Case Status"),
        "Allocated Team",
        "Allocated Worker",
    )
