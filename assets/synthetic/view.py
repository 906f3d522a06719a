"""What is known on a quarter's last day: lives cut there, with what is told otherwise at first.

A few records are wrong when they are first told and put right in the next delivery; a few are entered late. Figures
follow the latest delivery. Here: that, and the people as a frame. Not here: any file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from assets.synthetic.details import days, mixed, the_day
from assets.synthetic.lives import Lives
from assets.synthetic.records import text_where
from assets.synthetic.timeline import Quarter, age_on

RESTATED = 0.05
"""Share of the records of some kinds that a later delivery puts right."""


@dataclass(frozen=True)
class View:
    """Lives as a delivery of a quarter can tell them."""

    lives: Lives
    quarter: Quarter

    @property
    def end(self) -> pl.Expr:
        """The quarter's last day."""
        return the_day(self.quarter.end)

    @property
    def year_start(self) -> pl.Expr:
        """1 April of the quarter's year."""
        return the_day(self.quarter.year_start)

    def known(self, *names: str) -> list[pl.Expr]:
        """Day columns, blank where the day is still to come."""
        return [pl.when(pl.col(name) <= self.end).then(name).alias(name) for name in names]

    def known_times(self, *names: str) -> list[pl.Expr]:
        """Time columns, blank where the time is still to come."""
        return [pl.when(pl.col(name).dt.date() <= self.end).then(name).alias(name) for name in names]

    def in_year(self, name: str) -> pl.Expr:
        """Whether a day or time lies between 1 April and the quarter's last day."""
        return pl.col(name).cast(pl.Date).is_between(self.year_start, self.end)

    @cached_property
    def people(self) -> pl.DataFrame:
        """Everybody as the council knows them, a row a person."""
        people = self.lives.people
        age = age_on(people.born, self.quarter.end)
        unborn = people.born > self.quarter.end
        return pl.DataFrame(
            {
                "person": np.arange(people.count),
                "child": people.council_id(),
                "born": days(people.born),
                "unborn": unborn,
                "sex": np.where(unborn, "U", people.sex).astype(object),
                "ethnicity": people.ethnicity,
                "age": age,
                "family": np.char.add("F", people.family.astype(str)).astype(object),
                "upn": text_where(age >= 5, people.upn),
                "disabled": self.lives.disabled,
            },
            strict=False,
        )

    def event(self, kind: str) -> pl.DataFrame:
        """Events of a kind as the quarter's delivery has them, late entries left out and errors not yet put right."""
        events = self.lives.events[kind]
        if kind not in ("missing", "attendance", "assessment", "abuse"):
            return events
        return _as_told(events, kind, self.lives, self.quarter)

    def home_on(self, agency: str, person: pl.Series, on: pl.Series) -> pl.Series:
        """Homes on an agency's record."""
        found = self.lives.records[agency].home_on(
            self.lives.people, person.to_numpy(), on.cast(pl.Date).to_physical().to_numpy().astype(np.int64)
        )
        return pl.Series(found, dtype=pl.String)


def _as_told(events: pl.DataFrame, kind: str, lives: Lives, quarter: Quarter) -> pl.DataFrame:
    """Events of one kind with what only a later delivery of the year tells put back."""
    column = {"missing": "reported", "attendance": "arrived", "assessment": "authorised", "abuse": "incident"}[kind]
    chance = np.random.default_rng([lives.order.seed, lives.people.place.number, len(kind)]).random(events.height)
    if quarter.number == 4 or quarter == lives.order.quarters[-1]:
        return events
    # Only what happened in the very quarter is still wrong: the next delivery of the year puts it right.
    begin = the_day(quarter.start)
    now = pl.col(column).cast(pl.Date).is_between(begin, the_day(quarter.end))
    wrong = now & (pl.Series(chance) < RESTATED)
    if kind == "missing":
        return events.with_columns(category=pl.when(wrong & (pl.col("category") == 0)).then(1).otherwise("category"))
    if kind == "attendance":
        return events.with_columns(self_harm=pl.col("self_harm") & ~(now & (pl.Series(chance) < 2 * RESTATED)))
    if kind == "assessment":
        sooner = pl.max_horizontal("started", pl.col("authorised") - pl.duration(days=9))
        return events.with_columns(authorised=pl.when(wrong & (sooner >= begin)).then(sooner).otherwise("authorised"))
    late = mixed("notification", lives.order.seed) % 20 == 0
    return events.filter(~(now & late))
