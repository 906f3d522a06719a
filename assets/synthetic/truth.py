"""What every indicator truly is: counted from the lives, by the rules of INDICATORS.md, never from a file.

Here: the counts, a row a figure. Not here: what else is true (`assets.synthetic.truth_files`), nor any rate on a
population, which is the product's to hold.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from assets.synthetic.details import days, the_day
from assets.synthetic.formats.education import told_exclusions
from assets.synthetic.formats.told import latest_episodes, placements_lately
from assets.synthetic.lives import Lives
from assets.synthetic.timeline import age_on, birthday, term_told_in, working_days
from assets.synthetic.view import View

COLUMNS = (
    "indicator_id",
    "area_code",
    "breakdown_type",
    "breakdown",
    "period_type",
    "period",
    "period_start",
    "period_end",
    "numerator",
    "denominator",
)
SCHEMA = dict.fromkeys(COLUMNS[:6], pl.String) | {
    "period_start": pl.Date,
    "period_end": pl.Date,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
}
BANDS = ("unborn", "0", "1-4", "5-9", "10-15", "16-17", "18+")
REPEAT_WITHIN_YEARS = 2


class _Figures:
    """The figures of one quarter's view, gathered row by row."""

    def __init__(self, view: View) -> None:
        self.view, self.people = view, view.lives.people
        self.start, self.end = the_day(view.quarter.start), the_day(view.quarter.end)
        self.rows: list[pl.DataFrame] = []

    def within(self, name: str) -> pl.Expr:
        """Whether a day or time is of the quarter."""
        return pl.col(name).cast(pl.Date).is_between(self.start, self.end)

    def open_on_last_day(self, kind: str, begun: str = "started", over: str = "ended") -> pl.DataFrame:
        """Events of a kind begun by the last day and not over by it; what ends on a day is over on it."""
        still = (pl.col(begun) <= self.end) & ~(pl.col(over) <= self.end).fill_null(False)
        return self.view.event(kind).filter(still)

    def add(
        self,
        indicator: str,
        rows: pl.DataFrame,
        at: str | None,
        top: pl.Expr | None = None,
        bottom: pl.Expr | None = None,
        *,
        period_type: str = "quarter",
        by: tuple[str, ...] = ("sex", "age_band", "ethnicity"),
        also: str | None = None,
        together: bool = True,
        span: tuple[str, pl.Expr, pl.Expr] | None = None,
    ) -> None:
        """A figure of rows with a `person`, in all and by what the person is.

        `top` is each row's part of the numerator (1 where none is given), `bottom` of the denominator (none: a count).
        Ages are those on `at`, on the last day where it is None. `also` is a column of the rows to break down by, and
        by that alone; where it is not `together`, there are parts and no whole.
        """
        person = rows["person"].to_numpy()
        on = (
            np.full(person.size, self.view.quarter.end)
            if at is None
            else rows[at].cast(pl.Date).to_physical().to_numpy().astype(np.int64)
        )
        age = age_on(self.people.born[person], on) if person.size else np.zeros(0, np.int64)
        band = np.array(BANDS, object)[np.digitize(age, (0, 1, 5, 10, 16, 18))]
        counted = rows.with_columns(
            top=(pl.lit(1) if top is None else top).cast(pl.Int64),
            bottom=(pl.lit(None) if bottom is None else bottom).cast(pl.Int64),
            all=pl.lit("all"),
            sex=pl.Series(np.where(age < 0, "U", self.people.sex[person]).tolist(), dtype=pl.String),
            age_band=pl.Series(band.tolist(), dtype=pl.String),
            ethnicity=pl.Series(self.people.ethnicity[person].tolist(), dtype=pl.String),
        )
        label, begin, end = span or (self.view.quarter.label, self.start, self.end)
        for kind in (also,) if also else ("all", *by) if together else by:
            sums = (
                counted.group_by(pl.col(kind).cast(pl.String).alias("breakdown"))
                .agg(
                    pl.col("top").sum().alias("numerator"),
                    pl.when(bottom is not None).then(pl.col("bottom").sum()).alias("denominator"),
                )
                .sort("breakdown")
            )
            if kind == "all" and not sums.height:
                sums = pl.DataFrame(
                    {"breakdown": ["all"], "numerator": [0], "denominator": [0 if bottom is not None else None]},
                    schema_overrides={"denominator": pl.Int64},
                )
            self.rows.append(
                sums.select(
                    pl.lit(indicator).alias("indicator_id"),
                    pl.lit(self.people.place.code).alias("area_code"),
                    pl.lit(kind).alias("breakdown_type"),
                    "breakdown",
                    pl.lit(period_type).alias("period_type"),
                    pl.lit(label).alias("period"),
                    begin.alias("period_start"),
                    end.alias("period_end"),
                    pl.col("numerator").cast(pl.Int64),
                    pl.col("denominator").cast(pl.Int64),
                )
            )


def indicators(view: View) -> pl.DataFrame:
    """Every figure a delivery of the view's quarter could tell, of that quarter (and the term or year it ends)."""
    figures = _Figures(view)
    for part in (_need, _protection, _care, _missing, _youth_justice, _health, _education):
        part(figures)
    return pl.concat(figures.rows) if figures.rows else pl.DataFrame(schema=SCHEMA)


def _need(of: _Figures) -> None:
    cases = of.view.event("case")
    open_cases = cases.filter(
        (pl.col("referred") <= of.end) & ~pl.col("nfa") & ~(pl.col("closed") <= of.end).fill_null(False)
    )
    of.add("cin_open", open_cases.unique("person", maintain_order=True), None, period_type="snapshot")
    every = of.view.event("referral").filter(~pl.col("inside")).select("person", "referred")
    referrals = every.filter(of.within("referred"))
    of.add("cin_referrals", referrals, "referred")
    earlier = (
        referrals.join(every.rename({"referred": "before"}), on="person")
        .filter(
            (pl.col("before") < pl.col("referred")) & (pl.col("before") >= pl.col("referred").dt.offset_by("-12mo"))
        )
        .select("person", "referred")
        .unique()
    )
    again = referrals.join(
        earlier.with_columns(again=pl.lit(1)), on=["person", "referred"], how="left", maintain_order="left"
    )
    of.add("cin_rereferrals_12m", again, "referred", pl.col("again").fill_null(0), pl.col("person") * 0 + 1)
    done = _clocked(of.view).filter(of.within("authorised"))
    done = done.with_columns(_elapsed(done))
    of.add("single_assessments_45wd", done, "authorised", pl.col("elapsed") <= 45, pl.col("person") * 0 + 1)
    factors = done.select("person", "authorised", pl.col("factors").str.split("|").alias("factor")).explode(
        "factor", empty_as_null=True
    )
    factors = factors.filter(pl.col("factor").is_not_null())
    of.add("assessment_factors", factors, "authorised", None, None, also="factor")
    # Of every factor: of all assessments authorised, how many found it.
    of.rows[-1] = of.rows[-1].with_columns(denominator=pl.lit(done.height, pl.Int64))


def _clocked(view: View) -> pl.DataFrame:
    """Assessments with their clock's start: a case's first one told of has its referral's.

    What was authorised before the year of the first delivery no delivery tells of, and first is first of all told.
    """
    told_from = the_day(view.lives.order.quarters[0].year_start)
    told = view.event("assessment").filter((pl.col("authorised") >= told_from).fill_null(True))
    is_first = pl.col("started") == pl.col("started").min().over("person", "case")
    return told.with_columns(clock=pl.when(is_first).then("referred").otherwise("started"))


def _elapsed(assessments: pl.DataFrame) -> pl.Series:
    """Working days from each assessment's clock to its authorisation, as it is told."""
    clock, on = (assessments[name].to_physical().to_numpy().astype(np.int64) for name in ("clock", "authorised"))
    return pl.Series("elapsed", working_days(clock, on))


def _protection(of: _Figures) -> None:
    one = pl.col("person") * 0 + 1
    of.add("s47_started", of.view.event("enquiry").filter(of.within("started")), "started")
    held = of.view.event("enquiry").filter(of.within("conference") & pl.col("counted"))
    of.add("icpc_15wd", held, "conference", pl.col("elapsed") <= 15, one)
    plans = of.view.event("plan").filter(~pl.col("temporary"))
    still = plans.filter((pl.col("started") <= of.end) & ~(pl.col("ended") <= of.end).fill_null(False)).unique(
        "person", maintain_order=True
    )
    of.add("cpp_open", still, None, period_type="snapshot")
    of.add(
        "cpp_open",
        still.with_columns(category=pl.col("latest_category")),
        None,
        period_type="snapshot",
        also="category",
    )
    begun = plans.filter(of.within("started"))
    former = begun.select("plan", "person", "started").join(
        plans.select("person", pl.col("ended").alias("former_end"), pl.col("started").alias("former")), on="person"
    )
    former = former.filter(pl.col("former") < pl.col("started")).group_by("plan").agg(pl.col("former_end").max())
    begun = begun.join(former, on="plan", how="left", maintain_order="left")
    soon = pl.col("former_end") >= pl.col("started").dt.offset_by(f"-{REPEAT_WITHIN_YEARS}y")
    of.add("cpp_repeat_2y", begun, "started", soon.fill_null(False), one)
    of.add("cpp_repeat_ever", begun, "started", pl.col("previous") > 0, one)
    over = plans.filter(of.within("ended") & (pl.col("case") >= 0))
    of.add("cpp_duration_2y", over, "ended", pl.col("ended") >= pl.col("started").dt.offset_by("2y"), one)
    taken = of.view.event("protection").filter(of.within("taken"))
    of.add("police_protection", taken.sort("taken").unique("person", keep="first", maintain_order=True), "taken")
    of.add("police_protection_uses", taken, "taken")
    families = taken.with_columns(pl.Series("family", of.people.family[taken["person"].to_numpy()]))
    of.add("police_protection_families", families.unique("family", keep="first", maintain_order=True), "taken", by=())
    if of.view.quarter.number == 4:
        year = (
            of.view.event("protection")
            .filter(of.view.in_year("taken"))
            .sort("taken")
            .unique("person", keep="first", maintain_order=True)
        )
        of.add(
            "police_protection",
            year,
            "taken",
            period_type="year",
            span=(of.view.quarter.year_label, of.view.year_start, of.end),
        )
    of.add("domestic_abuse_notifications", of.view.event("abuse").filter(of.within("incident")), "incident")


def _care(of: _Figures) -> None:
    one = pl.col("person") * 0 + 1
    latest = latest_episodes(of.view).select("period", "status", "place")
    cared_for = of.open_on_last_day("period").filter(~pl.col("series")).join(latest, on="period", maintain_order="left")
    # All of a child's, also those of an earlier time in care.
    lately = placements_lately(of.view, "person")
    cared_for = cared_for.join(lately, on="person", how="left", maintain_order="left")
    of.add("lac_open", cared_for, None, period_type="snapshot")
    for column, name in (("place", "placement_type"), ("status", "legal_status")):
        of.add("lac_open", cared_for.with_columns(pl.col(column).alias(name)), None, period_type="snapshot", also=name)
    of.add("lac_placements_3plus", cared_for, None, pl.col("placements") >= 3, one, period_type="snapshot")
    due = of.view.event("health_assessment").filter(of.within("due"))
    in_time = (pl.col("completed") <= pl.col("due")).fill_null(False)
    of.add("lac_health_assessments_in_time", due, "due", in_time, one)


def _missing(of: _Figures) -> None:
    """Police episodes of children, and what the council knows of those it looks after."""
    eighteen = birthday(of.people.born, 18)
    every = of.view.event("missing").filter(pl.col("category") == 0)
    child = every["reported"].cast(pl.Date).to_physical().to_numpy() < eighteen[every["person"].to_numpy()]
    every = every.filter(pl.Series(child))
    of.add("missing_episodes_u18", every.filter(of.within("reported")), "reported")
    third = every.sort("person", "reported").with_columns(on=pl.col("reported").cast(pl.Date))
    third = third.with_columns(first=pl.col("on").shift(2).over("person"))
    often = third.filter(of.within("reported") & ((pl.col("on") - pl.col("first")).dt.total_days() < 90))
    of.add("missing_persons_3plus_90d", often.unique("person", keep="last", maintain_order=True), "reported")
    away = of.view.event("away").filter(~pl.col("known"))
    end_of_day = (of.end + pl.duration(days=1)).cast(pl.Datetime("ms"))
    lasted = pl.min_horizontal("returned", end_of_day) - pl.col("begun")
    long = away.filter(of.within("begun") & (lasted >= pl.duration(hours=24))).sort("begun")
    of.add("lac_missing_24h_plus", long.unique("person", keep="first", maintain_order=True), "begun")
    over = of.view.event("away").filter(of.within("returned") & ~pl.col("known"))
    one = pl.col("person") * 0 + 1
    of.add("lac_return_interviews_offered", over, "returned", pl.col("offered"), one)
    of.add("lac_return_interviews_accepted", over.filter("offered"), "returned", pl.col("accepted"), one)


def _youth_justice(of: _Figures) -> None:
    quarter = of.view.quarter
    begin = the_day(quarter.shift(-3).start)
    first = of.view.event("outcome").filter(pl.col("first") & pl.col("on").is_between(begin, of.end))
    of.add("fte_youth_justice", first, "on", period_type="rolling_12_months", span=(quarter.label, begin, of.end))


def _health(of: _Figures) -> None:
    seen = of.view.event("camhs").filter(of.within("contact"))
    of.add(
        "camhs_wait_days",
        seen,
        "contact",
        (pl.col("contact") - pl.col("received")).dt.total_days(),
        pl.col("person") * 0 + 1,
    )
    harmed = of.view.event("attendance").filter(of.within("arrived") & pl.col("self_harm"))
    eighteen = birthday(of.people.born, 18)
    child = harmed["arrived"].cast(pl.Date).to_physical().to_numpy() < eighteen[harmed["person"].to_numpy()]
    of.add("self_harm_attendances_u18", harmed.filter(pl.Series(child)), "arrived")


def _education(of: _Figures) -> None:
    one = pl.col("person") * 0 + 1
    months = of.view.event("participation").filter(pl.col("counted"))
    if of.view.quarter.number == 4:
        # December's figure, of the delivery before, with January's and February's.
        december = of.start - pl.duration(days=1)
        told = months.filter((pl.col("month_end") >= december) & (pl.col("month_end") < of.end))
    else:
        told = months.filter(pl.col("month_end") == of.end)
    of.add("neet_or_nk_16_17", told, "month_end", pl.col("neither"), one, by=("sex", "age_band"))
    at_home = of.open_on_last_day("home_education")
    of.add("elective_home_education", at_home, None, period_type="snapshot")
    term, roll = term_told_in(of.view.quarter), of.view.lives.rolls.get(of.view.quarter)
    if term is None or roll is None:
        return
    span = (term.label, the_day(term.start), the_day(term.end))
    stays = roll.stays.filter((pl.col("possible") > 0) & (pl.col("group") != "older"))
    pupils = stays.filter(pl.col("group") != "nursery_4yo")
    for indicator, top, bottom, rows in (
        ("absence_overall", pl.col("absent"), pl.col("possible"), stays),
        ("absence_authorised", pl.col("absent") - pl.col("unauthorised"), pl.col("possible"), pupils),
        ("absence_unauthorised", pl.col("unauthorised"), pl.col("possible"), pupils),
        ("absence_persistent_10pct", pl.col("absent") * 10 >= pl.col("possible"), one, pupils),
    ):
        of.add(
            indicator,
            rows.with_columns(phase=pl.col("group")),
            None,
            top,
            bottom,
            period_type="term",
            also="phase",
            span=span,
        )
        # Those of four years are told apart by phase alone.
        aged = rows.filter(pl.col("group") != "nursery_4yo").with_columns(ages_on=the_day(term.ages_on))
        of.add(indicator, aged, "ages_on", top, bottom, period_type="term", together=False, span=span)
    stays = roll.stays.with_columns(
        entered=days(roll.stays["entered"].to_numpy()), left=days(roll.stays["left"].to_numpy())
    )
    told = told_exclusions(of.view.event("suspension"), roll, stays)
    for indicator, permanent in (("suspensions", False), ("permanent_exclusions", True)):
        of.add(indicator, told.filter(pl.col("permanent") == permanent), "on", period_type="term", span=span)


def area_indicators(lives: Lives) -> pl.DataFrame:
    """Every figure of an area as the latest delivery of each year tells it, in order."""
    return pl.concat([indicators(_Settled(lives, quarter)) for quarter in lives.order.quarters])


class _Settled(View):
    """A quarter as later deliveries tell it: nothing wrong, nothing late."""

    def event(self, kind: str) -> pl.DataFrame:
        """Events of a kind as they truly were."""
        return self.lives.events[kind]


def as_first_reported(lives: Lives) -> Iterator[pl.DataFrame]:
    """The figures of each quarter that the quarter's own delivery told otherwise than later ones, with what it told."""
    for quarter in lives.order.quarters:
        settled, told = (indicators(view) for view in (_Settled(lives, quarter), View(lives, quarter)))
        key = list(COLUMNS[:8])
        changed = told.join(settled, on=[*key, "numerator", "denominator"], how="anti", nulls_equal=True)
        yield changed.with_columns(reported_in=pl.lit(quarter.label))
