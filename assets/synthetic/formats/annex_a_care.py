"""Lists 7 to 11 of Annex A: protection plans, looked after, care leavers, adoption, adopters.

Here: those lists. Not here: lists 1 to 6, nor what lists share (`formats.annex_a_words`).
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.formats.annex_a_words import DISABLED, NEEDS, NO, PERSON, pick, with_person, words
from assets.synthetic.formats.delivery import text
from assets.synthetic.formats.told import care_leavers, latest_episodes, told_adoptions, year_back
from assets.synthetic.view import View

_ABUSE = {"NEG": "Neglect", "PHY": "Physical abuse", "SAB": "Sexual abuse", "EMO": "Emotional abuse", "MUL": "Multiple"}


def plans(view: View) -> pl.DataFrame:
    """List 7: protection plans, temporary registrations among them."""
    rows = (
        view.event("plan")
        .filter((pl.col("started") <= view.end) & pl.col("case").ge(0))
        .with_columns(view.known("ended"))
    )
    rows = rows.filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start))
    reviewed = pl.col("reviews").list.eval(pl.element().filter(pl.element() <= view.end)).list.max()
    half_year = (
        view.event("protection")
        .filter(pl.col("taken").cast(pl.Date).is_between(view.end.dt.offset_by("-6mo"), view.end))["person"]
        .unique()
    )
    until = pl.min_horizontal(view.end, pl.col("ended"))
    visited = pl.max_horizontal("started", until - pl.duration(days=pl.col("person") % 10))
    rows = rows.with_columns(protected=pl.col("person").is_in(half_year.implode()), alone=pl.col("person") % 3 > 0)
    return (
        with_person(view, rows)
        .sort("started", "person")
        .select(
            "_person",
            (pl.col("temporary") & view.in_year("started")).alias("_without_conference"),
            *PERSON,
            DISABLED,
            text("started").alias("Child Protection Plan Start Date"),
            pl.col("initial_category").replace_strict(_ABUSE).alias("Initial Category of Abuse"),
            pl.col("latest_category").replace_strict(_ABUSE).alias("Latest Category of Abuse"),
            visited.cast(pl.String).alias("Date of the Last Statutory Visit"),
            words("alone").alias("Was the Child Seen Alone?"),
            reviewed.cast(pl.String).alias("Date of latest review conference"),
            text("ended").alias("Child Protection Plan End Date"),
            words("protected").alias(
                "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)"
            ),
            text("previous").alias("Number of Previous Child Protection Plans"),
            words("temporary").alias("Temporary registration"),
            "Allocated Team",
            "Allocated Worker",
        )
    )


def looked_after(view: View) -> pl.DataFrame:
    """List 8: everybody looked after, with the latest legal status and placement."""
    periods = view.event("period").filter(pl.col("started") <= view.end)
    before = (
        periods.sort("person", "started")
        .with_columns(last=pl.col("ended").shift(1).over("person"))
        .select("period", (pl.col("last") >= pl.col("started").dt.offset_by("-12mo")).fill_null(False).alias("again"))
    )
    reason = pl.when(pl.col("ended") <= view.end).then("reason").alias("reason")
    rows = periods.with_columns(reason, *view.known("ended")).filter(
        pl.col("ended").is_null() | (pl.col("ended") >= view.year_start)
    )
    rows = rows.join(before, on="period").join(
        latest_episodes(view).select(
            "period",
            "status",
            "status_started",
            "place",
            "placement_started",
            "provider",
            "placement_postcode",
            "urn",
            "placements",
        ),
        on="period",
    )
    until = pl.min_horizontal(view.end, pl.col("ended"))
    reviews = (
        rows.select("period", "person", "started", until.alias("until"))
        .join(view.event("review"), on="person")
        .filter(pl.col("on").is_between("started", "until"))
        .group_by("period")
        .agg(pl.col("on").max().alias("reviewed"))
    )
    health = (
        view.event("health_assessment")
        .filter(pl.col("completed") <= view.end)
        .group_by("person")
        .agg(pl.col("completed").max().alias("checked"))
    )
    back = year_back(view)
    away = (
        view.event("away")
        .filter(pl.col("begun").cast(pl.Date) <= view.end)
        .sort("begun")
        .group_by("person", maintain_order=True)
        .agg(
            ((pl.col("begun").cast(pl.Date) > back) & ~pl.col("known")).sum().alias("missing"),
            ((pl.col("begun").cast(pl.Date) > back) & pl.col("known")).sum().alias("absent"),
            pl.col("offered").filter(~pl.col("known")).last(),
            pl.col("accepted").filter(~pl.col("known")).last(),
        )
    )
    rows = (
        rows.join(reviews, on="period", how="left")
        .join(health, on="person", how="left")
        .join(away, on="person", how="left")
    )
    visited = pl.max_horizontal("started", until - pl.duration(days=pl.col("person") % 30)).cast(pl.String)
    had = pl.col("missing") > 0
    rows = rows.with_columns(offered=pl.when(had).then("offered"), accepted=pl.when(had).then("accepted"))
    return (
        with_person(view, rows)
        .sort("started", "person")
        .select(
            "_person",
            *PERSON,
            words("uasc").alias("Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)"),
            DISABLED,
            text("started").alias("Date Started to be Looked After"),
            pl.col("need").replace_strict(NEEDS).alias("Child's Category of Need"),
            words("again").alias(
                "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)"
            ),
            text("status_started").alias("Start date of current legal status"),
            pl.format("{}: status", pl.col("status")).alias("Child's Legal Status"),
            text("reviewed").alias("Date of Latest Statutory Review"),
            visited.alias("Date of Last Social Work Visit"),
            pick(
                ("Return to family", "Long-term fostering", "Kinship care", "Supported living"), pl.col("person")
            ).alias("What is the permanence plan for this child?"),
            visited.alias("Date of Last IRO Visit / Contact to the Child"),
            text("checked").alias("Date of Last Health Assessment"),
            text("checked").alias("Date of Last Dental Check"),
            text("placements").alias("Number of Placements in the Last 12 months"),
            text("ended").alias("Date Ceased to be Looked After"),
            pl.format("{}: ceased", pl.col("reason")).alias("Reason Ceased to be Looked After"),
            text("placement_started").alias("Start Date of Most Recent Placement"),
            pl.format("{}: placement", pl.col("place")).alias("Placement Type"),
            pl.format("{} - provision", pl.col("provider")).alias("Placement Provider"),
            pl.col("placement_postcode").alias("Placement postcode"),
            pl.col("urn").alias("URN of Placement"),
            pick(("a) In", "b) Out"), pl.col("person") // 3).alias("Placement Location"),
            pl.lit(view.lives.people.place.name).alias("LA of Placement"),
            pl.col("missing")
            .fill_null(0)
            .cast(pl.String)
            .alias("Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months"),
            pl.col("absent")
            .fill_null(0)
            .cast(pl.String)
            .alias("Number of Episodes the Child has been ‘Absent’ from their Placement in the last 12 months"),
            words("offered").alias("Was the child offered a Return Interview after their last missing episode (Y/N)?"),
            words("accepted").alias("Did the child accept a Return Interview after their last missing episode (Y/N)?"),
            "Allocated Team",
            "Allocated Worker",
        )
    )


def leavers(view: View) -> pl.DataFrame:
    """List 9: care leavers and how they are."""
    met = pl.col("touch") == "YES"
    contact = (view.end - pl.duration(days=pl.col("person") % 50)).cast(pl.String)
    rows = with_person(view, care_leavers(view).drop("born").with_columns(asylum=pl.lit(False)))
    return rows.select(
        "_person",
        *PERSON,
        words("asylum").alias("Unaccompanied Asylum Seeking Child (UASC), or formerly UASC if 18 or over (Y/N)"),
        DISABLED,
        "Allocated Team",
        "Allocated Worker",
        pl.format("Adviser {}", pl.col("person") % 20).alias("Allocated Personal Advisor"),
        pl.lit("b) Former relevant child").alias("Eligibility Category"),
        (view.end - pl.duration(days=pl.col("person") % 170)).cast(pl.String).alias("Latest Pathway Plan Review Date"),
        pl.col("touch")
        .replace_strict({"YES": "a) Yes", "NO": "b) No", "REFU": "d) Refused", "RHOM": "f) Returned home"})
        .alias("LA in Touch"),
        contact.alias("Latest Date of Contact"),
        pl.when(met).then(pl.format("{}: accommodation", pl.col("place"))).alias("Type of Accommodation"),
        pl.when(met & pl.col("suitable"))
        .then(pl.lit("a) Suitable"))
        .when(met)
        .then(pl.lit("b) Unsuitable"))
        .alias("Suitability of Accommodation"),
        pl.when(met).then(pl.format("{}: activity", pl.col("activity"))).alias("Activity Status"),
    )


def adoption(view: View) -> pl.DataFrame:
    """List 10: children with a decision for adoption."""
    rows = with_person(view, told_adoptions(view)).sort("person")
    return rows.select(
        "_person",
        "Child Unique ID",
        pl.col("family").alias("Family identifier"),
        "Gender",
        "Ethnicity",
        "Date of Birth",
        pl.col("Age").alias("Age of Child (Years)"),
        DISABLED,
        text("entered").alias("Date the Child Entered Care"),
        text("decided").alias("Date of Decision that Child Should be Placed for Adoption"),
        text("placement_order").alias("Date of Placement Order"),
        text("matched").alias("Date of Matching Child and Prospective Adopters"),
        text("placed").alias("Date Placed for Adoption"),
        text("ordered").alias("Date of Adoption Order"),
        text("given_up").alias("Date of Decision that Child Should No Longer be Placed for Adoption"),
        pl.col("why").alias("Reason Why Child No Longer Placed for Adoption"),
        pl.lit(None, pl.String).alias(
            "Date the child was placed for fostering in FFA or concurrent planning placement"
        ),
    )


def adopters(view: View) -> pl.DataFrame:
    """List 11: adopters of those matched."""
    rows = with_person(view, told_adoptions(view).filter(pl.col("matched").is_not_null())).sort("person")

    def before(days_: int) -> pl.Expr:
        return (pl.col("matched") - pl.duration(days=days_)).cast(pl.String)

    return rows.select(
        pl.lit(None, pl.Int64).alias("_person"),
        pl.format("A{}", pl.col("person")).alias("Individual adopter identifier"),
        pl.col("family").alias("Family identifier"),
        pick(("a) Male", "b) Female"), pl.col("person")).alias("Gender"),
        pl.lit("a) WBRI").alias("Ethnicity"),
        pl.lit(NO).alias("Disability"),
        pl.lit(NO).alias("Is the (prospective) adopter fostering for adoption?"),
        before(400).alias("Date enquiry received"),
        before(370).alias("Date Stage 1 started"),
        before(300).alias("Date Stage 1 ended"),
        before(290).alias("Date Stage 2 started"),
        before(180).alias("Date Stage 2 ended"),
        before(200).alias("Date application submitted"),
        before(150).alias("Date application approved"),
        text("matched").alias("Date adopter matched with child(ren)"),
        text("placed").alias("Date child/children placed with adopter(s)"),
        pl.when(pl.col("placed").is_not_null()).then(pl.lit("1")).alias("No. of children placed"),
        text("ordered").alias("Date of Adoption Order"),
        pl.lit(None, pl.String).alias("Date of leaving adoption process"),
        pl.lit(None, pl.String).alias("Reason for leaving adoption process"),
    )
