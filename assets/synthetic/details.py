"""The particulars of social care records: codes, reviews, plans of need, contacts and early help.

Here: what makes rows of the process's dates, as frames with dates. Not here: the dates of the process itself
(`assets.synthetic.social_care`) and what goes on in care (`assets.synthetic.care`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.synthetic.people import People
from assets.synthetic.records import Index, days_between, text_where
from assets.synthetic.social_care import SocialCare
from assets.synthetic.timeline import NEVER, Days, add_working_days, dates, working_days

NEEDS = {"N1": 0.55, "N2": 0.08, "N3": 0.08, "N4": 0.1, "N5": 0.14, "N6": 0.03, "N8": 0.02}
CATEGORIES = {"NEG": 0.48, "EMO": 0.35, "PHY": 0.08, "SAB": 0.05, "MUL": 0.04}
SOURCES = {
    "1A": 0.09,
    "1B": 0.03,
    "1D": 0.02,
    "2A": 0.19,
    "2B": 0.03,
    "3A": 0.03,
    "3B": 0.04,
    "3E": 0.04,
    "3F": 0.05,
    "4": 0.02,
    "5A": 0.05,
    "5B": 0.08,
    "6": 0.2,
    "7": 0.05,
    "8": 0.05,
    "9": 0.02,
    "10": 0.01,
}
TROUBLE_SOURCES = ("", "6", "3E", "2A")
"""Whose referral trouble brings: nobody's in particular, the police's, the emergency department's, the school's."""
FACTORS = (
    "3B",
    "4B",
    "2B",
    "1B",
    "4A",
    "16A",
    "17A",
    "18A",
    "19A",
    "5A",
    "6A",
    "7A",
    "10A",
    "11A",
    "13A",
    "14A",
    "15A",
    "20",
)
FACTOR_SHARES = np.array([45, 40, 20, 18, 15, 19, 22, 15, 7, 10, 9, 4, 4, 4, 4, 6, 5, 8]) / 100
ORGANISATIONS = ("Early help service", "Primary school", "Health visiting", "Family hub", "Secondary school")


def frame(**columns: npt.NDArray[Any] | pl.Series) -> pl.DataFrame:
    """Columns as a frame, text as text even where every row of it is blank."""
    found = []
    for name, of in columns.items():
        if isinstance(of, np.ndarray) and of.dtype == np.dtype(object):
            found.append(pl.Series(name, of.tolist(), dtype=pl.String))
        else:
            found.append(pl.Series(name, of))
    return pl.DataFrame(found)


def days(of: Days) -> pl.Series:
    """Days as dates, what never happens as null."""
    return pl.Series(dates(of)).cast(pl.Date)


def the_day(on: int) -> pl.Expr:
    """A day as a date that never changes."""
    return pl.lit(date(1970, 1, 1) + timedelta(days=on), pl.Date)


def mixed(name: str, salt: int) -> pl.Expr:
    """A number from 0 to a million that a whole number or a time stands for, and looks drawn: the same for ever."""
    number = pl.col(name).to_physical().cast(pl.Int64) % 1_000_003
    return (number * 7_919 + salt * 104_729) % 1_000_003


def drawn(shares: Mapping[str, float], count: int, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """So many codes by share."""
    weights = np.array(list(shares.values()))
    return np.array(list(shares), object)[rng.choice(len(shares), count, p=weights / weights.sum())]


def social_care_frames(care: SocialCare, adopted: Index, rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    """Everything of social care but care itself, by kind; `adopted` are the cases closed with an adoption."""
    cases = care.cases.columns()
    count = care.cases.count
    source = np.where(
        cases["source"] > 0, np.array(TROUBLE_SOURCES, object)[cases["source"]], drawn(SOURCES, count, rng)
    )
    source = np.where(cases["moved_in"] < NEVER, "5C", source)
    case_frame = frame(
        case=np.arange(count),
        person=cases["person"],
        referred=days(cases["referred"]),
        source=source,
        nfa=cases["nfa"],
        need=text_where(~cases["nfa"], drawn(NEEDS, count, rng)),
        closed=days(cases["closed"]),
        closure_reason=_closure_reasons(care, adopted, rng),
        moved_in=days(cases["moved_in"]),
        leaver=cases["leaver"],
        unborn=cases["unborn"],
    )
    inside = care.repeated.columns()
    repeated = frame(
        person=inside["person"],
        referred=days(inside["referred"]),
        source=drawn(SOURCES, inside["person"].size, rng),
        nfa=np.zeros(inside["person"].size, bool),
        inside=np.ones(inside["person"].size, bool),
    )
    referrals = pl.concat(
        [case_frame.select("person", "referred", "source", "nfa", pl.lit(False).alias("inside")), repeated]
    ).unique(["person", "referred"], keep="first", maintain_order=True)
    return {
        "case": case_frame,
        "referral": referrals,
        "assessment": _assessments(care, rng),
        "cin_plan": _plans_of_need(care, rng),
        "enquiry": _enquiries(care),
        "plan": _plans(care, rng),
        **_before_referral(care, case_frame, rng),
    }


def _closure_reasons(care: SocialCare, adopted: Index, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    cases = care.cases.columns()
    closed, assessed = cases["closed"], cases["assessed"]
    soon = (assessed < NEVER) & (closed - assessed < 40) & (cases["last_event"] <= assessed)
    reason = np.where(soon, "RC8", drawn({"RC7": 0.86, "RC5": 0.07, "RC3": 0.04, "RC4": 0.03}, closed.size, rng))
    reason = np.where(closed >= care.turns_18[cases["person"]] - 5, "RC6", reason)
    reason = np.where(cases["leaver"], "RC7", reason)
    reason[adopted] = "RC1"
    return text_where(closed < NEVER, reason)


def _assessments(care: SocialCare, rng: np.random.Generator) -> pl.DataFrame:
    of = care.assessments.columns()
    count, authorised = care.assessments.count, of["authorised"]
    review = np.minimum(of["started"] + rng.integers(7, 15, count), authorised)
    review = np.where(rng.random(count) < 0.6, review, NEVER)
    has = rng.random((count, len(FACTORS))) < FACTOR_SHARES
    factors = np.array([np.where(column, name, "") for name, column in zip(FACTORS, has.T, strict=True)])
    joined = pl.DataFrame({str(number): row for number, row in enumerate(factors)}).select(
        pl.concat_list(pl.all()).list.eval(pl.element().filter(pl.element() != "")).list.join("|").alias("factors")
    )["factors"]
    clock = np.where(of["first"], of["referred"], of["started"])
    return frame(
        person=of["person"],
        case=of["case"],
        referred=days(of["referred"]),
        started=days(of["started"]),
        review=days(review),
        authorised=days(authorised),
        factors=joined,
        clock=days(clock),
        elapsed=working_days(clock, np.minimum(authorised, clock + 5000)),
    ).with_columns(
        factors=pl.when(pl.col("authorised").is_null())
        .then(None)
        .when(pl.col("factors") == "")
        .then(pl.lit("21"))
        .otherwise("factors")
    )


def _enquiries(care: SocialCare) -> pl.DataFrame:
    of = care.enquiries.columns()
    due = add_working_days(of["started"], 15)
    return frame(
        person=of["person"],
        case=of["case"],
        referred=days(of["referred"]),
        started=days(of["started"]),
        due=days(due),
        conference=days(of["conference"]),
        elapsed=working_days(of["started"], np.minimum(of["conference"], of["started"] + 5000)),
    ).with_columns(
        not_required=pl.col("conference").is_null(),
        # Of two enquiries with one conference the later one is that of the conference.
        counted=pl.col("conference").is_not_null()
        & (pl.col("started") == pl.col("started").max().over("person", "conference")),
    )


def _plans(care: SocialCare, rng: np.random.Generator) -> pl.DataFrame:
    of = care.plans.columns()
    count, last = care.plans.count, care.quarters[-1].end
    first = drawn(CATEGORIES, count, rng)
    until = np.minimum(of["ended"], last)
    changed = (rng.random(count) < 0.12) & (until - of["started"] > 120)
    reviews = _repeated(of["started"] + rng.integers(60, 90, count), 178, until)
    return frame(
        plan=np.arange(count),
        person=of["person"],
        case=of["case"],
        referred=days(of["referred"]),
        started=days(of["started"]),
        ended=days(of["ended"]),
        initial_category=first,
        latest_category=np.where(changed, drawn(CATEGORIES, count, rng), first),
        previous=of["previous"],
        temporary=of["temporary"],
    ).join(reviews, left_on="plan", right_on="of", how="left")


def _repeated(first: Days, every: int, until: Days) -> pl.DataFrame:
    """Days a fixed number apart from a first one to a last, as a list for each row that has any: `of`, `reviews`."""
    times = np.maximum(0, (until - first) // every + 1)
    of = np.repeat(np.arange(first.size), times)
    place = np.arange(of.size) - np.repeat(np.cumsum(times) - times, times)
    return frame(of=of, reviews=days(first[of] + place * every)).group_by("of", maintain_order=True).agg("reviews")


def _plans_of_need(care: SocialCare, rng: np.random.Generator) -> pl.DataFrame:
    """A plan of need after the assessment until protection, care or closure; another after protection ends."""
    cases, last = care.cases.columns(), care.quarters[-1].end
    count = care.cases.count
    until = np.minimum(cases["closed"], NEVER)
    first_plan, last_plan = np.full(count, NEVER), np.full(count, -NEVER)
    plan = care.plans.columns()
    own = plan["case"] >= 0
    np.minimum.at(first_plan, plan["case"][own], plan["started"][own])
    np.maximum.at(last_plan, plan["case"][own], plan["ended"][own])
    period = care.care.columns()
    np.minimum.at(first_plan, period["case"], period["started"])
    started = cases["assessed"] + rng.integers(3, 25, count)
    ended = np.minimum(until, first_plan)
    fits = (cases["assessed"] < NEVER) & (ended - started >= 20) & (started <= last) & ~cases["nfa"] & ~cases["leaver"]
    fits &= ~cases["unborn"]
    after = (last_plan > 0) & (last_plan < NEVER) & (until - last_plan > 5) & (last_plan <= last) & ~cases["leaver"]
    case = np.concatenate([np.flatnonzero(fits), np.flatnonzero(after)])
    return frame(
        person=cases["person"][case],
        case=case,
        referred=days(cases["referred"][case]),
        started=days(np.concatenate([started[fits], last_plan[after]])),
        ended=days(np.concatenate([ended[fits], until[after]])),
    )


def _before_referral(care: SocialCare, cases: pl.DataFrame, rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    """Contacts, with and without a referral, and early help assessments."""
    people, first, last = care.people, care.quarters[0].start, care.quarters[-1].end
    with_referral = cases.filter(pl.col("referred") >= the_day(first)).select(
        "person", pl.col("referred").alias("on"), "source"
    )
    alone = _children(people, int(with_referral.height * 1.3), first, last, rng)
    contacts = pl.concat(
        [with_referral, frame(person=alone[0], on=days(alone[1]), source=drawn(SOURCES, alone[0].size, rng))]
    ).unique(["person", "on"], keep="first", maintain_order=True)
    person, on = _children(people, int(with_referral.height * 0.25), first, last, rng)
    done = np.where(rng.random(person.size) < 0.85, on + rng.integers(10, 60, person.size), NEVER)
    early = frame(
        person=person,
        started=days(on),
        completed=days(done),
        organisation=np.array(ORGANISATIONS, object)[rng.integers(0, len(ORGANISATIONS), person.size)],
    ).unique(["person", "started"], keep="first", maintain_order=True)
    return {"contact": contacts, "early_help": early}


def _children(people: People, wanted: int, first: int, last: int, rng: np.random.Generator) -> tuple[Index, Days]:
    """So many children, the frail sooner, and a day on which each was a child."""
    weight = np.minimum(people.frailty, 12)
    person = rng.choice(people.count, wanted, p=weight / weight.sum())
    on = days_between(first, last, rng, wanted)
    age = (on - people.born[person]) / 365.25
    kept = (age > 0.01) & (age < 17.9)
    return person[kept], on[kept]
