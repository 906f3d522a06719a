"""Ofsted's child-level lists (Annex A): a workbook with a sheet a list, in the words councils write in it.

Lists 1 to 5, 10 and 11 tell the financial year to date; lists 6 to 9 the quarter's last day, with what ended in the
year.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.synthetic.details import drawn
from assets.synthetic.formats.delivery import Delivery, text
from assets.synthetic.people import ETHNICITIES
from assets.synthetic.timeline import dates, months_before
from assets.synthetic.view import View

_ETHNICITY_WORDS = {code: f"{chr(97 + place)}) {code}" for place, code in enumerate(ETHNICITIES)}
_GENDERS = {"M": "a) Male", "F": "b) Female", "U": "c) Not stated/recorded (or unborn)"}
_NEEDS = {
    "N1": "N1 - Abuse or neglect", "N2": "N2 - Child's disability", "N3": "N3 - Parental disability or illness",
    "N4": "N4 - Family in acute stress", "N5": "N5 - Family dysfunction", "N6": "N6 - Socially unacceptable behaviour",
    "N7": "N7 - Low income", "N8": "N8 - Absent parenting", "N9": "N9 - Cases other than children in need",
}  # fmt: skip
_ABUSE = {"NEG": "Neglect", "PHY": "Physical abuse", "SAB": "Sexual abuse", "EMO": "Emotional abuse", "MUL": "Multiple"}
_STATUSES = ("a) Looked after child", "b) Child protection plan", "c) Child in need plan", "d) Open assessment", "e) Closed episode", "f) Care leaver")
_TEAMS = ("North assessment team", "South assessment team", "Long-term team", "Children in care team")
_PERSON = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age")
_DISABLED = "Does the Child have a Disability"
_YES, _NO = "a) Yes", "b) No"


def delivery(view: View) -> Delivery:
    """The workbook of a quarter."""
    tables = {
        "contacts": _contacts(view), "early_help": _early_help(view), "referrals": _referrals(view), "assessments": _assessments(view),
        "section_47": _section_47(view), "children_in_need": _in_need(view), "child_protection_plans": _plans(view),
        "looked_after": _looked_after(view), "care_leavers": _care_leavers(view), "adoption": _adoption(view), "adopters": _adopters(view),
    }  # fmt: skip
    titles = {name: f"List {number}" for number, name in enumerate(tables, start=1)}
    return Delivery("council", "annex_a", view.quarter, "xlsx", tables, titles)


def _with_person(view: View, events: pl.DataFrame) -> pl.DataFrame:
    people = view.people.select("person", "child", "born", "sex", "ethnicity", "disabled", "family")
    age = ((view.end - pl.col("born")).dt.total_days() / 365.25).round(1)
    return events.join(people, on="person", how="left", maintain_order="left").with_columns(
        pl.col("person").alias("_person"), pl.col("child").alias("Child Unique ID"), pl.col("sex").replace_strict(_GENDERS).alias("Gender"),
        pl.col("ethnicity").replace_strict(_ETHNICITY_WORDS).alias("Ethnicity"), text("born").alias("Date of Birth"),
        age.cast(pl.String).alias("Age"), _words("disabled").alias(_DISABLED),
        _pick(_TEAMS, pl.col("person")).alias("Allocated Team"), pl.format("Worker {}", pl.col("person") % 60).alias("Allocated Worker"),
    )  # fmt: skip


def _words(name: str) -> pl.Expr:
    return pl.when(pl.col(name)).then(pl.lit(_YES)).when(~pl.col(name)).then(pl.lit(_NO))


def _pick(words: tuple[str, ...], number: pl.Expr) -> pl.Expr:
    return (number % len(words)).cast(pl.Int64).replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)


def _source(name: str = "source") -> pl.Expr:
    return pl.format("{}: referrer", pl.col(name))


def _year_back(view: View) -> pl.Expr:
    """The day twelve months before the quarter's last."""
    return pl.lit(dates(months_before(np.array([view.quarter.end]), 12))[0]).cast(pl.Date)


def _contacts(view: View) -> pl.DataFrame:
    rows = _with_person(view, view.event("contact").filter(view.in_year("on"))).sort("on", "person")
    return rows.select("_person", *_PERSON, text("on").alias("Date of Contact"), _source().alias("Contact Source"))


def _early_help(view: View) -> pl.DataFrame:
    rows = view.event("early_help").filter(view.in_year("started")).with_columns(view.known("completed"))
    return _with_person(view, rows).sort("started", "person").select(
        "_person", *_PERSON, text("started").alias("Assessment start date"), text("completed").alias("Assessment completion date"),
        pl.col("organisation").alias("Organisation completing assessment"),
    )  # fmt: skip


def _referrals(view: View) -> pl.DataFrame:
    everything = view.event("referral")
    rows = everything.filter(view.in_year("referred"))
    before = rows.join(everything.select("person", pl.col("referred").alias("earlier")), on="person").filter(
        (pl.col("earlier") < pl.col("referred")) & (pl.col("earlier") >= pl.col("referred").dt.offset_by("-12mo"))
    ).group_by("person", "referred").agg(pl.len().alias("times"))  # fmt: skip
    rows = rows.join(before, on=["person", "referred"], how="left", maintain_order="left")
    return _with_person(view, rows).sort("referred", "person").select(
        "_person", *_PERSON, text("referred").alias("Date of Referral"), _source().alias("Referral Source"),
        _words("nfa").alias("Referral NFA?"), pl.col("times").fill_null(0).cast(pl.String).alias("Number of Referrals in Last 12 Months"),
        "Allocated Team", "Allocated Worker",
    )  # fmt: skip


def told_assessments(view: View) -> pl.DataFrame:
    """Assessments begun by the last day and not authorised before the year."""
    rows = view.event("assessment").filter(pl.col("started") <= view.end).with_columns(view.known("authorised"))
    return rows.filter(pl.col("authorised").is_null() | (pl.col("authorised") >= view.year_start))


def _assessments(view: View) -> pl.DataFrame:
    # An assessment nobody finished before a case closed years ago is not told for ever.
    rows = told_assessments(view).filter(pl.col("authorised").is_not_null() | (pl.col("started") >= view.year_start.dt.offset_by("-12mo")))
    seen = pl.when(pl.col("authorised").is_not_null()).then(pl.lit("Yes")).otherwise(pl.lit("No"))
    return _with_person(view, rows).sort("started", "person").select(
        "_person", *_PERSON, _DISABLED, text("started").alias("Continuous Assessment Start Date"), seen.alias("Child Seen During Continuous Assessment"),
        text("authorised").alias("Continuous Assessment Date of Authorisation"),
        pl.when(pl.col("authorised").is_not_null()).then(_pick(("Yes", "No"), pl.col("person") // 7)).alias("Was the child assessed as requiring LA children's social care support?"),
        "Allocated Team", "Allocated Worker",
    )  # fmt: skip


def _section_47(view: View) -> pl.DataFrame:
    enquiries = view.event("enquiry").select("person", "started", "conference", "not_required")
    moved = view.event("case").filter(pl.col("moved_in").is_not_null()).select("person", pl.lit(None, pl.Date).alias("started"),
        pl.col("moved_in").alias("conference"), pl.lit(False).alias("not_required"))  # fmt: skip
    rows = pl.concat([enquiries, moved]).filter((pl.col("started") <= view.end) | pl.col("started").is_null())
    rows = rows.with_columns(view.known("conference"), transfer=pl.col("started").is_null())
    rows = rows.filter(view.in_year("started").fill_null(False) | view.in_year("conference").fill_null(False))
    plans = view.event("plan").filter(~pl.col("temporary")).select("person", pl.col("started").alias("conference"), pl.lit(True).alias("planned"))
    rows = rows.join(plans.unique(["person", "conference"]), on=["person", "conference"], how="left", maintain_order="left")
    result = pl.when(pl.col("conference").is_not_null()).then(pl.col("planned").fill_null(False))
    return _with_person(view, rows.with_columns(result=result)).sort("started", "person", nulls_last=True).select(
        "_person", *_PERSON, _DISABLED, text("started").alias("Strategy discussion initiating Section 47 Enquiry Start Date"),
        _words("not_required").alias("Was an Initial Child Protection Conference deemed unnecessary?"),
        text("conference").alias("Date of Initial Child Protection Conference"),
        _words("result").alias("Did the Initial Child Protection Conference Result in a Child Protection Plan"),
        pl.lit("1").alias("Number of Section 47 Enquiries in the last 12 months"), pl.lit("1").alias("Number of ICPCs in the last 12 months"),
        _words("transfer").alias("Transfer in"), "Allocated Team", "Allocated Worker",
    )  # fmt: skip


def told_cases(view: View) -> pl.DataFrame:
    """Cases of need open on the last day, and those closed in the year; support after an adoption among them."""
    support = view.event("adoption_support").select(
        "person", "referred", pl.lit("N9").alias("need"), pl.lit(None, pl.Date).alias("closed"), pl.lit(None, pl.String).alias("closure_reason"),
        pl.lit(False).alias("leaver"), pl.lit(False).alias("nfa"), pl.lit("2B").alias("source"), pl.lit(None, pl.Date).alias("moved_in"),
        (pl.col("person") + 10_000_000).alias("case"))  # fmt: skip
    cases = view.event("case").filter(~pl.col("nfa")).select(support.columns)
    rows = pl.concat([cases, support]).filter(pl.col("referred") <= view.end)
    reason = pl.when(pl.col("closed") <= view.end).then("closure_reason").alias("closure_reason")
    rows = rows.with_columns(reason, *view.known("closed"))
    return rows.filter(pl.col("closed").is_null() | (pl.col("closed") >= view.year_start))


def _in_need(view: View) -> pl.DataFrame:
    rows = told_cases(view)

    def now(kind: str, where: pl.Expr) -> pl.DataFrame:
        still = (pl.col("started") <= view.end) & ~(pl.col("ended") <= view.end).fill_null(False)
        return view.event(kind).filter(still & where).select("person").unique()

    care, plan = now("period", pl.lit(True)), now("plan", pl.lit(True))
    pending = told_assessments(view).filter(pl.col("authorised").is_null()).select("case").unique()
    grown = (view.end - pl.col("born")).dt.total_days() >= 6575
    rows = _with_person(view, rows)
    status = (
        pl.when(pl.col("closed").is_not_null()).then(4).when(pl.col("person").is_in(care["person"].implode())).then(0)
        .when(pl.col("leaver") & grown).then(5).when(pl.col("person").is_in(plan["person"].implode())).then(1)
        .when(pl.col("case").is_in(pending["case"].implode())).then(3).otherwise(2)
    )  # fmt: skip
    seen = pl.max_horizontal("referred", pl.min_horizontal(view.end, pl.col("closed")) - pl.duration(days=pl.col("person") % 40))
    return rows.sort("referred", "person").select(
        "_person", *_PERSON, _DISABLED, text("referred").alias("CIN Start Date"), pl.col("need").replace_strict(_NEEDS).alias("Primary Need Code"),
        seen.cast(pl.String).alias("Date Child Was Last Seen"), text("closed").alias("CIN Closure Date"),
        pl.format("{}: closed", pl.col("closure_reason")).alias("Reason for Closure"), _pick(_STATUSES, status).alias("Case Status"),
        "Allocated Team", "Allocated Worker",
    )  # fmt: skip


def _plans(view: View) -> pl.DataFrame:
    rows = view.event("plan").filter((pl.col("started") <= view.end) & pl.col("case").ge(0)).with_columns(view.known("ended"))
    rows = rows.filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
    reviewed = pl.col("reviews").list.eval(pl.element().filter(pl.element() <= view.end)).list.max()
    half_year = view.event("protection").filter(pl.col("taken").cast(pl.Date).is_between(view.end.dt.offset_by("-6mo"), view.end))["person"].unique()
    until = pl.min_horizontal(view.end, pl.col("ended"))
    visited = pl.max_horizontal("started", until - pl.duration(days=pl.col("person") % 10))
    rows = rows.with_columns(protected=pl.col("person").is_in(half_year.implode()), alone=pl.col("person") % 3 > 0)
    return _with_person(view, rows).sort("started", "person").select(
        "_person", (pl.col("temporary") & view.in_year("started")).alias("_without_conference"), *_PERSON, _DISABLED, text("started").alias("Child Protection Plan Start Date"),
        pl.col("initial_category").replace_strict(_ABUSE).alias("Initial Category of Abuse"), pl.col("latest_category").replace_strict(_ABUSE).alias("Latest Category of Abuse"),
        visited.cast(pl.String).alias("Date of the Last Statutory Visit"), _words("alone").alias("Was the Child Seen Alone?"),
        reviewed.cast(pl.String).alias("Date of latest review conference"), text("ended").alias("Child Protection Plan End Date"),
        _words("protected").alias("Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)"),
        text("previous").alias("Number of Previous Child Protection Plans"), _words("temporary").alias("Temporary registration"),
        "Allocated Team", "Allocated Worker",
    )  # fmt: skip


def latest_episodes(view: View) -> pl.DataFrame:
    """Of each period of care, its latest episode by the last day and how many placements lay in the twelve months to it."""
    episodes = view.event("episode").filter(pl.col("started") <= view.end)
    spells = episodes.group_by("period", "placement").agg(pl.col("started").min(), pl.col("ended").max(), pl.col("ended").null_count().alias("open"))
    lately = spells.filter((pl.col("open") > 0) | (pl.col("ended") > _year_back(view))).group_by("period").agg(pl.len().alias("placements"))
    latest = episodes.sort("started").group_by("period", maintain_order=True).last()
    return latest.join(lately, on="period", how="left").with_columns(pl.col("placements").fill_null(0))


def _looked_after(view: View) -> pl.DataFrame:
    periods = view.event("period").filter(pl.col("started") <= view.end)
    before = periods.sort("person", "started").with_columns(last=pl.col("ended").shift(1).over("person")).select(
        "period", (pl.col("last") >= pl.col("started").dt.offset_by("-12mo")).fill_null(False).alias("again"))  # fmt: skip
    reason = pl.when(pl.col("ended") <= view.end).then("reason").alias("reason")
    rows = periods.with_columns(reason, *view.known("ended")).filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
    rows = rows.join(before, on="period").join(latest_episodes(view).select(
        "period", "status", "status_started", "place", "placement_started", "provider", "placement_postcode", "urn", "placements"), on="period")  # fmt: skip
    until = pl.min_horizontal(view.end, pl.col("ended"))
    reviews = rows.select("period", "person", "started", until.alias("until")).join(view.event("review"), on="person").filter(
        pl.col("on").is_between("started", "until")).group_by("period").agg(pl.col("on").max().alias("reviewed"))  # fmt: skip
    health = view.event("health_assessment").filter(pl.col("completed") <= view.end).group_by("person").agg(pl.col("completed").max().alias("checked"))
    back = _year_back(view)
    away = view.event("away").filter(pl.col("begun").cast(pl.Date) <= view.end).sort("begun").group_by("person", maintain_order=True).agg(
        ((pl.col("begun").cast(pl.Date) > back) & ~pl.col("known")).sum().alias("missing"), ((pl.col("begun").cast(pl.Date) > back) & pl.col("known")).sum().alias("absent"),
        pl.col("offered").filter(~pl.col("known")).last(), pl.col("accepted").filter(~pl.col("known")).last())  # fmt: skip
    rows = rows.join(reviews, on="period", how="left").join(health, on="person", how="left").join(away, on="person", how="left")
    visited = pl.max_horizontal("started", until - pl.duration(days=pl.col("person") % 30)).cast(pl.String)
    had = pl.col("missing") > 0
    rows = rows.with_columns(offered=pl.when(had).then("offered"), accepted=pl.when(had).then("accepted"))
    return _with_person(view, rows).sort("started", "person").select(
        "_person", *_PERSON, _words("uasc").alias("Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)"), _DISABLED,
        text("started").alias("Date Started to be Looked After"), pl.col("need").replace_strict(_NEEDS).alias("Child's Category of Need"),
        _words("again").alias("Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)"),
        text("status_started").alias("Start date of current legal status"), pl.format("{}: status", pl.col("status")).alias("Child's Legal Status"),
        text("reviewed").alias("Date of Latest Statutory Review"), visited.alias("Date of Last Social Work Visit"),
        _pick(("Return to family", "Long-term fostering", "Kinship care", "Supported living"), pl.col("person")).alias("What is the permanence plan for this child?"),
        visited.alias("Date of Last IRO Visit / Contact to the Child"), text("checked").alias("Date of Last Health Assessment"), text("checked").alias("Date of Last Dental Check"),
        text("placements").alias("Number of Placements in the Last 12 months"), text("ended").alias("Date Ceased to be Looked After"),
        pl.format("{}: ceased", pl.col("reason")).alias("Reason Ceased to be Looked After"), text("placement_started").alias("Start Date of Most Recent Placement"),
        pl.format("{}: placement", pl.col("place")).alias("Placement Type"), pl.format("{} - provision", pl.col("provider")).alias("Placement Provider"),
        pl.col("placement_postcode").alias("Placement postcode"), pl.col("urn").alias("URN of Placement"), _pick(("a) In", "b) Out"), pl.col("person") // 3).alias("Placement Location"),
        pl.lit(view.lives.people.place.name).alias("LA of Placement"),
        pl.col("missing").fill_null(0).cast(pl.String).alias("Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months"),
        pl.col("absent").fill_null(0).cast(pl.String).alias("Number of Episodes the Child has been ‘Absent’ from their Placement in the last 12 months"),
        _words("offered").alias("Was the child offered a Return Interview after their last missing episode (Y/N)?"),
        _words("accepted").alias("Did the child accept a Return Interview after their last missing episode (Y/N)?"), "Allocated Team", "Allocated Worker",
    )  # fmt: skip


def care_leavers(view: View) -> pl.DataFrame:
    """Young people of 18 and over who left care and whose case is open on the last day, and how they are."""
    grown = (view.end - pl.col("born")).dt.total_days() >= 6575
    rows = told_cases(view).filter(pl.col("leaver") & pl.col("closed").is_null()).join(view.people.select("person", "born"), on="person").filter(grown)
    rng = np.random.default_rng([view.lives.order.seed, view.lives.people.place.number, view.quarter.year, view.quarter.number])
    count = view.lives.people.count
    draws = pl.DataFrame({
        "person": np.arange(count), "touch": drawn({"YES": 0.92, "NO": 0.04, "REFU": 0.03, "RHOM": 0.01}, count, rng),
        "activity": drawn({"F1": 0.06, "F2": 0.24, "F3": 0.22, "P3": 0.05, "F4": 0.05, "G4": 0.13, "G5": 0.2, "G6": 0.05}, count, rng),
        "place": drawn({"U": 0.4, "B": 0.12, "D": 0.16, "K": 0.1, "T": 0.08, "Z": 0.14}, count, rng), "suitable": rng.random(count) < 0.92,
    })  # fmt: skip
    return rows.select("person", "born").join(draws, on="person", maintain_order="left").sort("person")


def _care_leavers(view: View) -> pl.DataFrame:
    met = pl.col("touch") == "YES"
    contact = (view.end - pl.duration(days=pl.col("person") % 50)).cast(pl.String)
    rows = _with_person(view, care_leavers(view).drop("born").with_columns(asylum=pl.lit(False)))
    return rows.select(
        "_person", *_PERSON, _words("asylum").alias("Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)"), _DISABLED,
        "Allocated Team", "Allocated Worker", pl.format("Adviser {}", pl.col("person") % 20).alias("Allocated Personal Advisor"),
        pl.lit("b) Former relevant child").alias("Eligibility Category"), (view.end - pl.duration(days=pl.col("person") % 170)).cast(pl.String).alias("Latest Pathway Plan Review Date"),
        pl.col("touch").replace_strict({"YES": "a) Yes", "NO": "b) No", "REFU": "d) Refused", "RHOM": "f) Returned home"}).alias("LA in Touch"),
        contact.alias("Latest Date of Contact"), pl.when(met).then(pl.format("{}: accommodation", pl.col("place"))).alias("Type of Accommodation"),
        pl.when(met & pl.col("suitable")).then(pl.lit("a) Suitable")).when(met).then(pl.lit("b) Unsuitable")).alias("Suitability of Accommodation"),
        pl.when(met).then(pl.format("{}: activity", pl.col("activity"))).alias("Activity Status"),
    )  # fmt: skip


def told_adoptions(view: View) -> pl.DataFrame:
    """Children with a decision for adoption by the last day, adopted or given up not before the year."""
    rows = view.event("adoption").filter(pl.col("decided") <= view.end)
    why = pl.when(pl.col("given_up") <= view.end).then("why").alias("why")
    rows = rows.with_columns(why, *view.known("placement_order", "matched", "placed", "ordered", "given_up"))
    over = pl.coalesce("ordered", "given_up")
    return rows.filter(over.is_null() | (over >= view.year_start)).unique("person", keep="last", maintain_order=True)


def _adoption(view: View) -> pl.DataFrame:
    rows = _with_person(view, told_adoptions(view)).sort("person")
    return rows.select(
        "_person", "Child Unique ID", pl.col("family").alias("Family identifier"), "Gender", "Ethnicity", "Date of Birth", pl.col("Age").alias("Age of Child (Years)"), _DISABLED,
        text("entered").alias("Date the Child Entered Care"), text("decided").alias("Date of Decision that Child Should be Placed for Adoption"),
        text("placement_order").alias("Date of Placement Order"), text("matched").alias("Date of Matching Child and Prospective Adopters"),
        text("placed").alias("Date Placed for Adoption"), text("ordered").alias("Date of Adoption Order"),
        text("given_up").alias("Date of Decision that Child Should No Longer be Placed for Adoption"), pl.col("why").alias("Reason Why Child No Longer Placed for Adoption"),
        pl.lit(None, pl.String).alias("Date the child was placed for fostering in FFA or concurrent planning placement"),
    )  # fmt: skip


def _adopters(view: View) -> pl.DataFrame:
    rows = _with_person(view, told_adoptions(view).filter(pl.col("matched").is_not_null())).sort("person")

    def before(days_: int) -> pl.Expr:
        return (pl.col("matched") - pl.duration(days=days_)).cast(pl.String)

    return rows.select(
        pl.lit(None, pl.Int64).alias("_person"), pl.format("A{}", pl.col("person")).alias("Individual adopter identifier"), pl.col("family").alias("Family identifier"),
        _pick(("a) Male", "b) Female"), pl.col("person")).alias("Gender"), pl.lit("a) WBRI").alias("Ethnicity"), pl.lit(_NO).alias("Disability"),
        pl.lit(_NO).alias("Is the (prospective) adopter fostering for adoption?"), before(400).alias("Date enquiry received"), before(370).alias("Date Stage 1 started"),
        before(300).alias("Date Stage 1 ended"), before(290).alias("Date Stage 2 started"), before(180).alias("Date Stage 2 ended"), before(200).alias("Date application submitted"),
        before(150).alias("Date application approved"), text("matched").alias("Date adopter matched with child(ren)"), text("placed").alias("Date child/children placed with adopter(s)"),
        pl.when(pl.col("placed").is_not_null()).then(pl.lit("1")).alias("No. of children placed"), text("ordered").alias("Date of Adoption Order"),
        pl.lit(None, pl.String).alias("Date of leaving adoption process"), pl.lit(None, pl.String).alias("Reason for leaving adoption process"),
    )  # fmt: skip
