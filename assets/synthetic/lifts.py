"""How much likelier one thing is for children another has happened to: measured on the lives, not assumed.

Here: the measuring. Not here: what makes it so (the processes).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.synthetic.lives import Lives
from assets.synthetic.timeline import age_on

PAIRS = (
    ("domestic abuse notification", "abuse", "incident", "referral", "referral", "referred", 0, 17),
    (
        "emergency attendance for self-harm",
        "harm",
        "arrived",
        "referral to mental health services",
        "camhs",
        "received",
        11,
        17,
    ),
    ("emergency attendance for self-harm", "harm", "arrived", "referral", "referral", "referred", 11, 17),
    ("missing episode", "missing", "reported", "youth justice outcome", "outcome", "on", 10, 17),
    ("suspension", "suspension", "on", "youth justice outcome", "outcome", "on", 10, 17),
    ("referral", "referral", "referred", "suspension", "suspension", "on", 5, 15),
    ("looked after", "period", "started", "missing episode", "missing", "reported", 10, 17),
)


@dataclass(frozen=True)
class Lift:
    """Of children of an age: shares with the second event, with and without the first."""

    first: str
    then: str
    with_first: int
    both: int
    without_first: int
    then_alone: int

    def __add__(self, other: Lift) -> Lift:
        """Both areas' children together."""
        return Lift(
            self.first,
            self.then,
            self.with_first + other.with_first,
            self.both + other.both,
            self.without_first + other.without_first,
            self.then_alone + other.then_alone,
        )

    @property
    def ratio(self) -> float:
        """How many times likelier; NaN where nobody without the first had the second."""
        if not self.with_first or not self.then_alone:
            return float("nan")
        return (self.both / self.with_first) / (self.then_alone / self.without_first)


def lifts(lives: Lives) -> Iterator[Lift]:
    """The lift of every pair over the quarters delivered."""
    begin, end = (np.datetime64(edge, "D") for edge in (lives.order.quarters[0].start, lives.order.quarters[-1].end))
    people = lives.people
    age = age_on(people.born, (lives.order.quarters[0].start + lives.order.quarters[-1].end) // 2)

    def touched(kind: str, at: str) -> np.ndarray:
        events = lives.events["attendance"].filter("self_harm") if kind == "harm" else lives.events[kind]
        if kind == "period":
            here = (pl.col("started") <= pl.lit(end).cast(pl.Date)) & ~(
                pl.col("ended") < pl.lit(begin).cast(pl.Date)
            ).fill_null(False)
        else:
            here = pl.col(at).cast(pl.Date).is_between(pl.lit(begin).cast(pl.Date), pl.lit(end).cast(pl.Date))
        found = np.zeros(people.count, bool)
        found[events.filter(here)["person"].to_numpy()] = True
        return found

    for first, kind, at, then, other, when, youngest, oldest in PAIRS:
        of_age = (age >= youngest) & (age <= oldest)
        one, two = touched(kind, at), touched(other, when)
        yield Lift(
            first,
            then,
            int((of_age & one).sum()),
            int((of_age & one & two).sum()),
            int((of_age & ~one).sum()),
            int((of_age & ~one & two).sum()),
        )
