"""The lives of an area's children: every process lived through, quarter by quarter, as frames of events.

Here: the order in which processes act on each other. Not here: any of them, nor what is sent of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.synthetic.agencies import HABITS, Records, keep_records, police_refs
from assets.synthetic.attendance import Absence, TermRoll, drawn_absence, term_roll
from assets.synthetic.care import care_frames
from assets.synthetic.details import days, frame, social_care_frames
from assets.synthetic.flows import Flows, drawn_flows
from assets.synthetic.health import Health
from assets.synthetic.names import Text
from assets.synthetic.participation import participation
from assets.synthetic.people import People, Place, make_people
from assets.synthetic.police import MINUTES, Police
from assets.synthetic.schools import Schools
from assets.synthetic.social_care import SocialCare
from assets.synthetic.timeline import NEVER, Quarter, age_on, term_told_in

BEFORE = 8
"""Quarters lived before the year of the first delivery, so that what looks back finds something."""


@dataclass(frozen=True)
class Order:
    """What is to be made of an area: children, deliveries and seed; counts where they are given."""

    children: int
    quarters: tuple[Quarter, ...]
    """The quarters delivered, one after another."""
    seed: int
    flows: Flows | None = None
    absence: Mapping[str, Mapping[str, Absence]] | None = None
    """Shares by term label and group, where they are given."""

    @property
    def lived(self) -> tuple[Quarter, ...]:
        """The quarters lived: from two years before the year of the first delivery to the last."""
        first = Quarter(self.quarters[0].year, 1).shift(-BEFORE)
        return tuple(first.shift(by) for by in range(self.quarters[-1].minus(first) + 1))


@dataclass(frozen=True)
class Lives:
    """An area's children and everything that happened to them, before any agency writes it down."""

    people: People
    order: Order
    events: Mapping[str, pl.DataFrame]
    """Frames by kind of event; `person` is an index, days are dates, times are datetimes."""
    rolls: Mapping[Quarter, TermRoll]
    schools: Schools
    records: Mapping[str, Records]
    police_ref: Text
    abuse_ref: Text
    education_ref: Text
    disabled: npt.NDArray[np.bool_]
    in_case: npt.NDArray[np.bool_]
    """By quarter lived and person, at the quarter's end."""


def live(place: Place, order: Order, block: int) -> Lives:
    """Live through an area's quarters. The same arguments give the same lives."""
    rng = np.random.default_rng([order.seed, place.number])
    quarters = order.lived
    people = make_people(place, order.children, quarters[0].start, quarters[-1].end, block, rng)
    flows = order.flows or drawn_flows(order.children, len(quarters), rng)
    strict = order.flows is not None
    council, police = SocialCare(people, flows, quarters, rng, strict), Police(people, flows, quarters, rng, strict)
    health = Health(people, quarters, rng)
    council.begin()
    known = np.zeros(people.count, bool)
    died = np.full(people.count, NEVER)
    schools = Schools(people, quarters, rng, died)
    trouble_so_far = np.zeros(people.count)
    went = excluded = np.zeros(people.count, bool)
    for number in range(len(quarters)):
        in_case, in_care = council.case_of >= 0, council.care_of >= 0
        excluded = schools.suspend(number, in_case, in_care)
        touched = police.disturb(number, in_case)
        harmed = health.attend(number, in_case, in_care)
        trouble = 1 + 5.0 * touched + 4.0 * harmed + 2.5 * excluded + 4.0 * went
        sources = np.where(touched | went, 1, np.where(harmed, 2, np.where(excluded, 3, 0)))
        sources = np.where(rng.random(people.count) < 0.75, sources, 0)
        council.quarter(number, trouble, sources)
        went = police.follow(number, council.case_of >= 0, in_care & (council.care_of >= 0), excluded)
        trouble_so_far += (trouble > 1) + 0.5 * (council.case_of >= 0) + 2.0 * excluded
        known |= (council.case_of >= 0) | (trouble > 1)
    told = Quarter(order.quarters[0].year, 1).start
    for ledger in (council.cases, council.plans, police.missing, health.attendances, health.referrals):
        known[ledger["person"]] = True
    died[:] = health.die(known, told)
    alive = pl.DataFrame({"person": np.flatnonzero(died == NEVER)})
    schools.stays = schools.stays.join(alive, on="person", how="semi", maintain_order="left")
    kept = care_frames(council, rng)
    events = {**social_care_frames(council, kept.adopted_cases, rng), **kept.frames}
    for kind in ("contact", "early_help"):
        events[kind] = events[kind].join(alive, on="person", how="semi", maintain_order="left")
    events |= _police_events(police) | _health_events(health)
    events["home_education"] = schools.home_education()
    events["suspension"] = _suspensions(schools)
    events["participation"] = participation(people, quarters, flows.not_learning, trouble_so_far, died, rng)
    risk = 0.3 + np.minimum(people.frailty, 8) * 0.6 + trouble_so_far
    events["adoption_support"] = _adoption_support(council, told, rng)
    main, abuse = police_refs(people, rng)
    return Lives(
        people,
        order,
        events,
        _rolls(order, schools, risk, rng),
        schools,
        _records(people, events, rng),
        main,
        abuse,
        np.char.add(f"ED{place.lea}", np.char.zfill((1 + rng.permutation(people.count)).astype(str), 6)).astype(object),
        (schools.sen == "E") | (rng.random(people.count) < 0.03),
        council.in_case,
    )


def _rolls(
    order: Order, schools: Schools, risk: npt.NDArray[np.float64], rng: np.random.Generator
) -> dict[Quarter, TermRoll]:
    rolls = {}
    for quarter in order.quarters:
        term = term_told_in(quarter)
        if term:
            given = (order.absence or {}).get(term.label, {})
            rolls[quarter] = term_roll(schools, term, drawn_absence(rng) | dict(given), risk, rng, exact=given)
    return rolls


def times(minutes: npt.NDArray[np.int64]) -> pl.Series:
    """Minutes since 1970 as local clock times; null for what never happens."""
    return pl.Series(
        np.where(minutes < NEVER * MINUTES, minutes, np.iinfo(np.int64).min)
        .astype("datetime64[m]")
        .astype("datetime64[ms]")
    )


def _police_events(police: Police) -> dict[str, pl.DataFrame]:
    missing, away = police.missing.columns(), police.away.columns()
    protected, outcomes, abuse = police.protections.columns(), police.outcomes.columns(), police.abuse.columns()
    return {
        "missing": frame(
            person=missing["person"],
            reported=times(missing["reported"]),
            returned=times(missing["returned"]),
            category=missing["category"],
            looked_after=missing["looked_after"],
        ),
        "away": frame(
            person=away["person"],
            begun=times(away["begun"]),
            returned=times(away["returned"]),
            known=away["known"],
            offered=away["offered"],
            accepted=away["accepted"],
        ),
        "protection": frame(
            person=protected["person"],
            occasion=protected["occasion"],
            taken=times(protected["taken"]),
            released=times(protected["released"]),
        ),
        "outcome": frame(
            person=outcomes["person"],
            offence=days(outcomes["offence"]),
            on=days(outcomes["outcome"]),
            kind=outcomes["kind"],
            first=outcomes["first"],
        ),
        "abuse": frame(
            person=abuse["person"],
            notification=abuse["notification"],
            incident=times(abuse["incident"]),
            grade=abuse["grade"],
            sent=times(abuse["sent"]),
        ),
    }


def _health_events(health: Health) -> dict[str, pl.DataFrame]:
    attended, referred, deaths = health.attendances.columns(), health.referrals.columns(), health.deaths.columns()
    return {
        "attendance": frame(
            person=attended["person"],
            arrived=times(attended["arrived"]),
            complaint=attended["complaint"],
            self_harm=attended["self_harm"],
            flagged=attended["flagged"],
            provider=attended["provider"],
        ),
        "camhs": frame(
            person=referred["person"],
            received=days(referred["received"]),
            source=referred["source"],
            reason=referred["reason"],
            decided=days(referred["decided"]),
            accepted=referred["accepted"],
            contact=days(referred["contact"]),
            discharged=days(referred["discharged"]),
        ),
        "death": frame(
            person=deaths["person"],
            on=days(deaths["on"]),
            band=deaths["band"],
            expected=deaths["expected"],
            closed=days(deaths["closed"]),
        ),
    }


def _suspensions(schools: Schools) -> pl.DataFrame:
    of = schools.suspensions.columns()
    return frame(person=of["person"], on=days(of["on"]), sessions=of["sessions"], permanent=of["permanent"]).unique(
        ["person", "on"], keep="first", maintain_order=True
    )


def _adoption_support(council: SocialCare, told: int, rng: np.random.Generator) -> pl.DataFrame:
    """Cases whose only need is support after an adoption: open all through, and left out of children in need."""
    people = council.people
    other = np.ones(people.count, bool)
    other[council.cases["person"]] = False
    age = age_on(people.born, council.quarters[-1].end)
    may = np.flatnonzero(other & (age >= 7) & (age <= 15))
    person = rng.permutation(may)[: max(1, people.count // 8000)]
    return frame(person=person, referred=days(told - rng.integers(30, 400, person.size)))


def _records(people: People, events: Mapping[str, pl.DataFrame], rng: np.random.Generator) -> dict[str, Records]:
    def seen(*of: tuple[str, str]) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        return [
            (
                events[kind]["person"].to_numpy(),
                events[kind][column].cast(pl.Date).to_physical().to_numpy().astype(np.int64),
            )
            for kind, column in of
        ]

    saw = {
        "police": seen(
            ("missing", "reported"),
            ("protection", "taken"),
            ("outcome", "offence"),
            ("outcome", "on"),
            ("abuse", "incident"),
        ),
        "health": seen(("attendance", "arrived"), ("camhs", "received")),
    }
    return {agency: keep_records(people, habits, saw.get(agency, []), rng) for agency, habits in HABITS.items()}
