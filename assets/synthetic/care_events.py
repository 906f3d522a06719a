"""What is held and checked while children are looked after, and series of short breaks.

Here: reviews, health assessments, short breaks. Not here: legal status and placements (`assets.synthetic.care`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.synthetic.details import days, drawn, frame, the_day
from assets.synthetic.names import postcodes
from assets.synthetic.records import choose, text_where
from assets.synthetic.social_care import SocialCare
from assets.synthetic.timeline import NEVER, add_working_days, age_on

PARTICIPATION = {"PN1": 0.45, "PN2": 0.06, "PN3": 0.05, "PN4": 0.05, "PN5": 0.06, "PN6": 0.23, "PN7": 0.1}


def reviews(care: SocialCare, last: int, rng: np.random.Generator) -> pl.DataFrame:
    """The first after three weeks, the second three months later, then every six months."""
    of = care.care.columns()
    length = np.minimum(of["ended"], last + 1) - of["started"]
    times = np.where(length < 20, 0, np.where(length < 110, 1, 2 + (length - 110) // 180))
    period = np.repeat(np.arange(times.size), times)
    place = np.arange(period.size) - np.repeat(np.cumsum(times) - times, times)
    on = of["started"][period] + np.where(place == 0, 19, 109 + 180 * (place - 1))
    person = of["person"][period]
    age = age_on(care.people.born[person], on)
    code = np.where(age < 4, "PN0", drawn(PARTICIPATION, on.size, rng))
    return frame(person=person, on=days(on), participation=code).unique(
        ["person", "on"], keep="first", maintain_order=True
    )


def health_assessments(care: SocialCare, last: int, rng: np.random.Generator) -> pl.DataFrame:
    """The initial one is due in twenty working days; then every six months under five, every twelve from there."""
    of = care.care.columns()
    person, begin = of["person"], of["started"]
    end = np.minimum(of["ended"], last + 300)
    first = add_working_days(begin, 20)
    every = np.where((begin - care.people.born[person]) < 5 * 365, 182, 365)
    times = np.where(first < end, 1 + np.maximum(0, (end - first - 1) // every), 0)
    period = np.repeat(np.arange(times.size), times)
    place = np.arange(period.size) - np.repeat(np.cumsum(times) - times, times)
    due = first[period] + place * every[period]
    late = np.where(
        rng.random(due.size) < np.where(place == 0, 0.25, 0.15),
        rng.integers(1, 50, due.size),
        -rng.integers(0, 12, due.size),
    )
    completed = due + late
    done = (
        (completed >= begin[period] + 1)
        & (completed <= end[period])
        & (completed <= last)
        & (rng.random(due.size) < 0.96)
    )
    return (
        frame(
            person=person[period],
            kind=np.where(place == 0, "IHA", "RHA"),
            due=days(due),
            completed=days(np.where(done, completed, NEVER)),
        )
        .filter(pl.col("due") <= the_day(last + 90))
        .unique(["person", "kind", "due"], keep="first", maintain_order=True)
    )


@dataclass(frozen=True)
class Breaks:
    """Frames of periods and episodes of short breaks."""

    period: pl.DataFrame
    episode: pl.DataFrame


def short_breaks(care: SocialCare, rng: np.random.Generator) -> Breaks:
    """Series of short breaks: V4 for the agreement as a whole, V3 for each stay. They count in no stock of care."""
    cases, first, last = care.cases.columns(), care.quarters[0].start, care.quarters[-1].end
    person = cases["person"]
    ever_in_care = np.zeros(care.people.count, bool)
    ever_in_care[care.care["person"]] = True
    until = np.minimum(cases["closed"] - 1, last + 1)
    begin = np.maximum(cases["referred"] + 20, first)
    may = np.flatnonzero(
        ~cases["nfa"]
        & ~ever_in_care[person]
        & (until - begin > 150)
        & ~cases["leaver"]
        & ~cases["unborn"]
        & (care.people.born[person] < begin - 1500)
        & (care.turns_18[person] > until + 5)
    )
    _, once = np.unique(person[may], return_index=True)
    case = choose(may[once], max(2, care.people.count // 3000), None, rng)
    whole = case[: case.size // 2 + 1]
    stays = case[case.size // 2 + 1 :]
    times = np.minimum((until - begin)[stays] // 30, 40)
    of = np.repeat(stays, times)
    place = np.arange(of.size) - np.repeat(np.cumsum(times) - times, times)
    started = np.concatenate([begin[whole], begin[of] + 30 * place + 3])
    ended = np.concatenate([np.where(cases["closed"][whole] < NEVER, until[whole], NEVER), begin[of] + 30 * place + 6])
    child = np.concatenate([person[whole], person[of]])
    number = 10_000_000 + np.arange(child.size)
    status = np.concatenate([np.full(whole.size, "V4", object), np.full(of.size, "V3", object)])
    over = ended < NEVER
    period = frame(
        period=number,
        person=child,
        started=days(started),
        ended=days(ended),
        series=np.ones(child.size, bool),
        reason=text_where(over, "E4A"),
        need=np.full(child.size, "N2", object),
        uasc=np.zeros(child.size, bool),
    )
    episode = frame(
        period=number,
        person=child,
        need=np.full(child.size, "N2", object),
        started=days(started),
        ended=days(ended),
        reason_started=np.full(child.size, "S", object),
        status=status,
        place=np.full(child.size, "K2", object),
        placement=np.ones(child.size, np.uint32),
        placement_started=days(started),
        status_started=days(started),
        provider=np.full(child.size, "PR1", object),
        reason_ended=text_where(over, "E4A"),
        why_moved=np.full(child.size, None, object),
        placement_postcode=postcodes(child % 4000),
        urn=np.full(child.size, "1000001", object),
    ).with_columns(pl.col("why_moved").cast(pl.String))
    return Breaks(period, episode)
