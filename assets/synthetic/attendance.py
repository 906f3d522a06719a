"""Attendance: possible sessions, how many each pupil missed and why, term by term.

A term's totals by phase are given or drawn, and met exactly: so many persistently absent, so many sessions missed with
leave and without. Here: that. Not here: who is on which roll (`assets.synthetic.schools`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.synthetic.details import drawn, frame
from assets.synthetic.records import Index, choose
from assets.synthetic.schools import PHASES, Schools
from assets.synthetic.timeline import Term, age_on, day

AUTHORISED = {"I": 0.74, "M": 0.14, "E": 0.04, "C": 0.05, "R": 0.03}
UNAUTHORISED = {"O": 0.58, "G": 0.22, "U": 0.1, "N": 0.1}
GROUPS = ("primary", "secondary", "special", "pru", "nursery_4yo", "older")
"""Phases for those of 5 to 15 at 31 August; the four year olds of all phases; everybody else."""


@dataclass(frozen=True)
class Absence:
    """What a group of pupils missed in a term, as shares: of sessions with leave and without, and persistently."""

    authorised: float
    unauthorised: float
    persistent: float


USUAL = {
    "primary": Absence(0.030, 0.011, 0.085),
    "secondary": Absence(0.034, 0.016, 0.13),
    "special": Absence(0.075, 0.022, 0.28),
    "pru": Absence(0.16, 0.18, 0.74),
    "nursery_4yo": Absence(0.042, 0.012, 0.13),
    "older": Absence(0.03, 0.02, 0.12),
}


def drawn_absence(rng: np.random.Generator) -> dict[str, Absence]:
    """Shares of a term around the usual ones."""
    return {
        group: Absence(
            *(share * rng.uniform(0.93, 1.07) for share in (usual.authorised, usual.unauthorised, usual.persistent))
        )
        for group, usual in USUAL.items()
    }


@dataclass(frozen=True)
class TermRoll:
    """A census: its stays on the roll and off it, with sessions, and the reasons for those missed."""

    term: Term
    stays: pl.DataFrame
    """A row a stay: number, person, school, entered, left, on_roll, possible, group, age, absent, unauthorised."""
    reasons: pl.DataFrame
    """A row a stay and reason: number, reason, sessions."""


def school_days(term: Term) -> npt.NDArray[np.int64]:
    """How many school days of a term there were by each day, from the day before its first."""
    year = term.academic_year
    begin, end, half = {
        "Autumn": (day(year, 9, 3), day(year, 12, 20), day(year, 10, 26)),
        "Spring": (day(year + 1, 1, 6), day(year + 1, 3, 31), day(year + 1, 2, 14)),
        "Summer": (day(year + 1, 4, 18), day(year + 1, 7, 22), day(year + 1, 5, 25)),
    }[term.name]
    every = np.arange(term.start, term.end + 1)
    taught = (every >= begin) & (every <= end) & ~((every >= half) & (every < half + 8))
    taught &= np.is_busday(every.astype("datetime64[D]"))
    return np.concatenate([[0], np.cumsum(taught)])


def term_roll(
    schools: Schools,
    term: Term,
    shares: Mapping[str, Absence],
    risk: npt.NDArray[np.float64],
    rng: np.random.Generator,
    exact: Collection[str] = (),
) -> TermRoll:
    """The census that tells of a term; `risk` is each person's tendency to be absent.

    Of the groups in `exact` the share of the persistently absent is met to the last printed figure.
    """
    entered, left = (schools.stays[name].to_numpy() for name in ("entered", "left"))
    on = (entered <= term.census_day) & (left > term.census_day)
    off = (left >= term.start) & (left <= term.census_day) & (entered <= term.end)
    rows = np.flatnonzero(on | off)
    person, school = (schools.stays[name].to_numpy()[rows] for name in ("person", "school"))
    entered, left, on = entered[rows], left[rows], on[rows]
    told = school_days(term)
    begin, end = np.maximum(entered, term.start), np.minimum(np.where(on, term.end, left), term.end)
    possible = np.where(
        end >= begin,
        2
        * (told[np.clip(end + 1 - term.start, 0, told.size - 1)] - told[np.clip(begin - term.start, 0, told.size - 1)]),
        0,
    )
    age = age_on(schools.people.born[person], term.ages_on)
    phase = schools.phase_of(school)
    group = np.where(age == 4, 4, np.where((age >= 5) & (age <= 15), phase, 5))
    absent, unauthorised = np.zeros(rows.size, np.int64), np.zeros(rows.size, np.int64)
    for number, name in enumerate(GROUPS):
        members = np.flatnonzero((group == number) & (possible > 0))
        if name in exact:
            # A few of a small group could have attended nothing, so that the rest print as the share that is given.
            spare = members[_printable(members.size, shares[name].persistent) :]
            possible[spare] = 0
            members = members[: members.size - spare.size]
        if members.size:
            missed, without = _missed(possible[members], shares[name], risk[person[members]], rng)
            absent[members], unauthorised[members] = missed, without
    stays = frame(
        number=np.arange(rows.size),
        person=person,
        school=school,
        entered=entered,
        left=left,
        on_roll=on,
        possible=possible,
        group=np.array(GROUPS, object)[group],
        phase=np.array(PHASES, object)[phase],
        age=age,
        absent=absent,
        unauthorised=unauthorised,
    )
    return TermRoll(
        term,
        stays,
        pl.concat([_reasons(absent - unauthorised, AUTHORISED, rng), _reasons(unauthorised, UNAUTHORISED, rng)]),
    )


def _printable(count: int, share: float) -> int:
    """The most pupils, up to a number, of whom a whole number are a share to one decimal of a percent."""
    printed = round(1000 * share)
    return next(
        (size for size in range(count, 0, -1) if int(2000 * round(share * size) / size + 1) // 2 == printed), count
    )


def _missed(
    possible: Index, share: Absence, risk: npt.NDArray[np.float64], rng: np.random.Generator
) -> tuple[Index, Index]:
    """Sessions each of a group missed, and missed without leave: the group's shares to the nearest session."""
    count, sessions = possible.size, int(possible.sum())
    total = round(sessions * (share.authorised + share.unauthorised))
    persistent = np.zeros(count, bool)
    persistent[choose(np.arange(count), round(count * share.persistent), risk, rng)] = True
    least = np.where(persistent, -(-possible // 10), 0)
    most = np.where(persistent, possible, -(-possible // 10) - 1)
    most = np.maximum(most, least)
    others = np.minimum((possible * rng.beta(1.2, 28, count) * np.minimum(1 + 0.3 * risk, 3)).astype(np.int64), most)
    missed = np.where(
        persistent, least + (possible * np.minimum(rng.exponential(0.07, count), 0.7)).astype(np.int64), others
    )
    missed = _meet(np.clip(missed, least, most), least, most, total, rng)
    without = rng.binomial(missed, share.unauthorised / max(share.authorised + share.unauthorised, 1e-9))
    return missed, _meet(without, np.zeros_like(missed), missed, round(sessions * share.unauthorised), rng)


def _meet(values: Index, least: Index, most: Index, total: int, rng: np.random.Generator) -> Index:
    """Values moved up or down within their bounds until they sum to a total, or to what is nearest to it."""
    for _ in range(60):
        short = total - int(values.sum())
        room = (most - values) if short > 0 else (values - least)
        if short == 0 or not room.any():
            break
        if abs(short) < values.size // 4:
            chosen = choose(np.flatnonzero(room > 0), abs(short), None, rng)
            values = values.copy()
            values[chosen] += np.sign(short)
        else:
            step = np.minimum(room, np.ceil(room * min(1.0, abs(short) / room.sum())).astype(np.int64))
            give = np.cumsum(step[rng.permutation(step.size)])
            step = np.where(give.max() > abs(short), (step * (abs(short) / give.max())).astype(np.int64), step)
            if not step.any():
                step[choose(np.flatnonzero(room > 0), abs(short), None, rng)] = 1
            values = values + np.sign(short) * step
    return values


def _reasons(sessions: Index, of: Mapping[str, float], rng: np.random.Generator) -> pl.DataFrame:
    """Each stay's sessions under up to two reasons."""
    number = np.flatnonzero(sessions > 0)
    first, second = drawn(of, number.size, rng), drawn(of, number.size, rng)
    part = np.where(
        (first == second) | (rng.random(number.size) < 0.5), sessions[number], rng.integers(0, sessions[number] + 1)
    )
    rest = sessions[number] - part
    return frame(
        number=np.concatenate([number, number]),
        reason=np.concatenate([first, second]),
        sessions=np.concatenate([part, rest]),
    ).filter(pl.col("sessions") > 0)
