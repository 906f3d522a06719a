"""Being looked after: legal status, placements, reviews, health assessments, adoption, short breaks.

Here: what goes on between the day care begins and the day it ends. Not here: those two days
(`assets.synthetic.social_care`), nor going missing (`assets.synthetic.police`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.synthetic.care_events import health_assessments, reviews, short_breaks
from assets.synthetic.details import days, drawn, frame, the_day
from assets.synthetic.names import postcodes
from assets.synthetic.records import Index, text_where
from assets.synthetic.social_care import SocialCare
from assets.synthetic.timeline import NEVER, Days, day

LATEST = {"E4A": 0.45, "E4B": 0.1, "E13": 0.05, "E41": 0.08, "E45": 0.1, "E47": 0.08, "E48": 0.03, "E8": 0.11}
FORMERLY = {"E45": "E43", "E46": "E43", "E47": "E44", "E48": "E44"}
OF_AGE = {"E5": 0.35, "E6": 0.05, "E17": 0.3, "E15": 0.05, "E8": 0.15, "E7": 0.1}
CHANGES = {"CARPL": 0.45, "CREQB": 0.15, "CREQO": 0.1, "LAREQ": 0.1, "CHILD": 0.05, "STAND": 0.03, "OTHER": 0.12}
SUPPORTED_UNTIL = 2023
"""The last financial year in which semi-independent living (H5) is a code of the return."""


@dataclass(frozen=True)
class CareFrames:
    """Frames of care, and the cases that ended with an adoption."""

    frames: dict[str, pl.DataFrame]
    adopted_cases: Index


def care_frames(care: SocialCare, rng: np.random.Generator) -> CareFrames:
    """Periods, episodes, reviews, health assessments and adoptions of everyone looked after."""
    periods = care.care.columns()
    last = care.quarters[-1].end
    adoption = _adoptions(care, rng)
    period, episodes = _episodes(care, adoption, rng)
    breaks = short_breaks(care, rng)
    frames = {
        "period": pl.concat([period, breaks.period], how="diagonal"),
        "episode": pl.concat([episodes, breaks.episode], how="diagonal"),
        "review": reviews(care, last, rng),
        "health_assessment": health_assessments(care, last, rng),
        "adoption": adoption.frame,
    }
    return CareFrames(frames, periods["case"][adoption.period[adoption.ordered < NEVER]])


@dataclass(frozen=True)
class _Adoptions:
    period: Index
    decided: Days
    placement_order: Days
    matched: Days
    placed: Days
    ordered: Days
    given_up: Days
    frame: pl.DataFrame


def _adoptions(care: SocialCare, rng: np.random.Generator) -> _Adoptions:
    """Plans for adoption of the young: some carried out when care ends, some waiting, some given up."""
    of, last = care.care.columns(), care.quarters[-1].end
    age = (np.minimum(of["ended"], last) - care.people.born[of["person"]]) / 365.25
    length = np.minimum(of["ended"], last) - of["started"]
    over = of["ended"] < NEVER
    draw = rng.random(of["person"].size)
    period = np.flatnonzero((age < 6) & (length > 300) & (draw < np.where(over, 0.55, 0.3)))
    begin, end = of["started"][period], of["ended"][period]
    span = np.where(end < NEVER, end - begin, 600)
    decided, order, match, placed = (begin + (span * part).astype(np.int64) for part in (0.35, 0.48, 0.62, 0.7))
    given_up = np.where((end == NEVER) & (rng.random(period.size) < 0.15), decided + 60, NEVER)
    late = np.where(given_up < NEVER, 0, NEVER)
    order, match, placed = (np.where((late == 0) | (step > last), NEVER, step) for step in (order, match, placed))
    known = decided <= last
    period, decided, order, match, placed, given_up, end = (
        column[known] for column in (period, decided, order, match, placed, given_up, end)
    )
    made = frame(
        person=of["person"][period],
        entered=days(of["started"][period]),
        decided=days(decided),
        placement_order=days(order),
        matched=days(match),
        placed=days(placed),
        ordered=days(end),
        given_up=days(given_up),
        why=text_where(given_up < NEVER, "RD3"),
        adopters=1 + (rng.random(period.size) < 0.85).astype(np.int64),
    )
    return _Adoptions(period, decided, order, match, placed, end, given_up, made)


def _episodes(care: SocialCare, adoption: _Adoptions, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    of, last = care.care.columns(), care.quarters[-1].end
    count, begin = care.care.count, of["started"]
    end = np.minimum(of["ended"], last + 1)
    years = np.maximum(end - begin, 0) / 365.25
    age = (begin - care.people.born[of["person"]]) / 365.25
    moves = np.minimum(rng.poisson(0.3 + 0.5 * years), 9)
    moved = np.repeat(np.arange(count), moves)
    move_days = begin[moved] + 1 + ((end - begin - 2)[moved] * rng.random(moved.size) ** 1.4).astype(np.int64)
    first = np.where(
        age >= 12,
        drawn({"V2": 0.62, "C1": 0.25, "L1": 0.04, "L2": 0.04, "J1": 0.05}, count, rng),
        drawn({"V2": 0.5, "C1": 0.4, "L1": 0.05, "L2": 0.05}, count, rng),
    )
    emergency = np.isin(first, ["L1", "L2"])
    to_interim = np.where(
        emergency, begin + 3, np.where((first == "V2") & (rng.random(count) < 0.4), begin + 75, NEVER)
    )
    interim_from = np.where(first == "C1", begin, to_interim)
    to_full = np.where(interim_from < NEVER, interim_from + rng.integers(170, 260, count), NEVER)
    events = [
        _events(np.arange(count), begin, first, _placements(age, care, rng, start=True)),
        _events(
            moved,
            move_days,
            None,
            _placements(age[moved] + (move_days - begin[moved]) / 365.25, care, rng, start=False),
        ),
        _events(np.arange(count), to_interim, "C1", None),
        _events(np.arange(count), to_full, "C2", None),
        _events(adoption.period, adoption.placement_order, "E1", None),
        _events(adoption.period, adoption.placed, None, "A6"),
    ]
    reason = np.where(end >= care.turns_18[of["person"]], drawn(OF_AGE, count, rng), drawn(LATEST, count, rng))
    # Special guardianship had other codes to March 2018.
    early = of["ended"] < day(2018, 4, 1)
    for code, before in FORMERLY.items():
        reason[early & (reason == code)] = before
    done = adoption.period[adoption.ordered < NEVER]
    reason[done] = np.where(rng.random(done.size) < 0.7, "E12", "E11")
    uasc = (age >= 14) & (age < 17.5) & (rng.random(count) < 0.08)
    need = np.where(
        uasc,
        "N8",
        drawn({"N1": 0.68, "N2": 0.03, "N3": 0.04, "N4": 0.07, "N5": 0.13, "N6": 0.03, "N8": 0.02}, count, rng),
    )
    period = frame(
        period=np.arange(count),
        person=of["person"],
        started=days(begin),
        ended=days(of["ended"]),
        series=np.zeros(count, bool),
        reason=text_where(of["ended"] < NEVER, reason),
        need=need,
        uasc=uasc,
    )
    chain = (
        pl.concat(events)
        .join(
            period.select("period", "started", "ended", "person", "need", "reason"), on="period", maintain_order="left"
        )
        # Nothing changes before the first day nor on the last; a child placed for adoption stays there.
        .filter((pl.col("day") >= pl.col("started")) & (pl.col("ended").is_null() | (pl.col("day") < pl.col("ended"))))
        .filter(pl.col("day") <= the_day(last))
        .with_columns(
            placed=pl.col("day").filter(pl.col("place") == "A6").min().over("period"),
            freed=pl.col("day").filter(pl.col("status") == "E1").min().over("period"),
        )
        .filter(pl.col("placed").is_null() | (pl.col("day") <= pl.col("placed")))
        .filter(pl.col("freed").is_null() | pl.col("status").is_null() | (pl.col("day") <= pl.col("freed")))
        .group_by("period", "day", maintain_order=True)
        .agg(
            pl.col("status").drop_nulls().last(),
            pl.col("place").drop_nulls().last(),
            pl.col("person", "need", "started", "ended", "reason").first(),
        )
        .sort("period", "day")
    )
    return period, _as_episodes(chain, rng)


def _events(
    period: Index, on: Days, status: npt.NDArray[np.object_] | str | None, place: npt.NDArray[np.object_] | str | None
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "period": period,
            "day": days(on),
            "status": np.broadcast_to(np.asarray(status, object), period.shape).tolist(),
            "place": np.broadcast_to(np.asarray(place, object), period.shape).tolist(),
        },
        schema_overrides={"status": pl.String, "place": pl.String},
    ).filter(pl.col("day").is_not_null())


def _placements(
    age: npt.NDArray[np.float64], care: SocialCare, rng: np.random.Generator, *, start: bool
) -> npt.NDArray[np.object_]:
    supported = "H5" if care.quarters[-1].year <= SUPPORTED_UNTIL else "K2"
    young = (
        {"U6": 0.66, "U3": 0.16, "P1": 0.08, "R3": 0.02, "U4": 0.08}
        if start
        else {"U6": 0.35, "U4": 0.3, "U1": 0.12, "U3": 0.13, "P1": 0.1}
    )
    teen = {"U6": 0.5, "K2": 0.2, "U3": 0.12, "P1": 0.06, "U4": 0.12}
    old = {"U6": 0.3, "K2": 0.2, supported: 0.4, "U4": 0.1}
    return np.where(
        age < 11, drawn(young, age.size, rng), np.where(age < 16, drawn(teen, age.size, rng), drawn(old, age.size, rng))
    )


def _as_episodes(chain: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    count = chain.height
    homes = pl.Series(postcodes(rng.integers(0, 40_000, count)), dtype=pl.String)
    own = pl.Series(rng.random(count) < 0.55)
    urn = pl.Series((1_000_000 + rng.integers(0, 9_000, count)).astype(str).astype(object), dtype=pl.String)
    why = pl.Series(drawn(CHANGES, count, rng), dtype=pl.String)
    following = pl.col("day").shift(-1).over("period")
    return (
        chain.with_columns(
            new_status=pl.col("status").is_not_null(),
            new_place=pl.col("place").is_not_null(),
            home=homes,
            own=own,
            urn=urn,
            why=why,
        )
        .with_columns(pl.col("status").forward_fill().over("period"), pl.col("place").forward_fill().over("period"))
        .with_columns(placement=pl.col("new_place").cum_sum().over("period"))
        .with_columns(
            placement_started=pl.col("day").first().over("period", "placement"),
            status_started=pl.when("new_status").then("day").forward_fill().over("period"),
            home=pl.col("home").first().over("period", "placement"),
            own=pl.col("own").first().over("period", "placement"),
            urn=pl.col("urn").first().over("period", "placement"),
        )
        .select(
            "period",
            "person",
            "need",
            pl.col("day").alias("started"),
            pl.when(following.is_not_null()).then(following).otherwise("ended").alias("ended"),
            pl.when(pl.col("day") == pl.col("started"))
            .then(pl.lit("S"))
            .when(pl.col("new_status") & pl.col("new_place"))
            .then(pl.lit("B"))
            .when("new_place")
            .then(pl.lit("P"))
            .otherwise(pl.lit("L"))
            .alias("reason_started"),
            "status",
            "place",
            "placement",
            "placement_started",
            "status_started",
            pl.when(pl.col("place") == "P1")
            .then(pl.lit("PR0"))
            .when("own")
            .then(pl.lit("PR1"))
            .otherwise(pl.lit("PR4"))
            .alias("provider"),
            pl.when(following.is_not_null()).then(pl.lit("X1")).otherwise("reason").alias("reason_ended"),
            pl.when(pl.col("new_place").shift(-1).over("period").fill_null(False)).then("why").alias("why_moved"),
            pl.col("home").alias("placement_postcode"),
            pl.when(pl.col("place") == "P1").then(pl.lit("XXXXXXX")).otherwise("urn").alias("urn"),
        )
    )
