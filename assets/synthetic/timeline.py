"""Days: quarters of the financial year, school terms, working days. All days are whole numbers since 1970-01-01.

Here: arithmetic on days, so that lives can be made column by column. Not here: anything that happens on one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]
NEVER = 99_999
"""The day of what does not happen: after every other day (the year 2243)."""


def day(year: int, month: int, of_month: int) -> int:
    """A date as a day."""
    return (date(year, month, of_month) - date(1970, 1, 1)).days


def dates(days: Days) -> npt.NDArray[np.datetime64]:
    """Days as numpy dates, what never happens as NaT."""
    return np.where(days < NEVER, days, np.iinfo(np.int64).min).astype("datetime64[D]")


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of the UK financial year: `year` is that in which the year begins, `number` 1 to 4."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """`2019-20-Q4` or `2019-20 Q4`. ValueError for anything else."""
        match = re.fullmatch(r"(\d{4})-(\d{2})[ -]Q([1-4])", text)
        if not match or (int(match[1]) + 1) % 100 != int(match[2]):
            raise ValueError(f"not a quarter of a financial year: {text!r}; write it as 2019-20-Q4")
        return cls(int(match[1]), int(match[3]))

    def shift(self, by: int) -> Quarter:
        """The quarter so many later (or earlier)."""
        place = self.year * 4 + self.number - 1 + by
        return Quarter(place // 4, place % 4 + 1)

    def minus(self, other: Quarter) -> int:
        """How many quarters later than another."""
        return (self.year - other.year) * 4 + self.number - other.number

    @property
    def start(self) -> int:
        """Its first day."""
        return day(self.year + (self.number == 4), (4, 7, 10, 1)[self.number - 1], 1)

    @property
    def end(self) -> int:
        """Its last day."""
        return self.shift(1).start - 1

    @property
    def year_start(self) -> int:
        """1 April of its financial year."""
        return day(self.year, 4, 1)

    @property
    def year_end(self) -> int:
        """31 March at the end of its financial year."""
        return day(self.year + 1, 3, 31)

    @property
    def year_label(self) -> str:
        """The financial year, as `2019-20`."""
        return f"{self.year}-{(self.year + 1) % 100:02}"

    @property
    def label(self) -> str:
        """As people read it: `2019-20 Q4`."""
        return f"{self.year_label} Q{self.number}"

    @property
    def path(self) -> str:
        """As a folder has it: `2019-20-Q4`."""
        return f"{self.year_label}-Q{self.number}"


@dataclass(frozen=True)
class Term:
    """A school term, the quarter in whose census its sessions are sent, and that census's day."""

    academic_year: int
    name: str
    start: int
    end: int
    told_in: Quarter
    census_day: int

    @property
    def label(self) -> str:
        """As people read it: `2019-20 Autumn term`."""
        return f"{self.academic_year}-{(self.academic_year + 1) % 100:02} {self.name} term"

    @property
    def ages_on(self) -> int:
        """The 31 August before its academic year, the day school ages are counted on."""
        return day(self.academic_year, 8, 31)


def term_told_in(quarter: Quarter) -> Term | None:
    """The term whose sessions the census of a quarter carries: the one before. None in Q2, which has no census."""
    year = quarter.year
    if quarter.number == 4:  # the spring census, of the autumn term
        return Term(year, "Autumn", day(year, 9, 1), day(year, 12, 31), quarter, day(year + 1, 1, 16))
    if quarter.number == 1:  # the summer census, of the spring term
        return Term(year - 1, "Spring", day(year, 1, 1), day(year, 3, 31), quarter, day(year, 5, 16))
    if quarter.number == 3:  # the autumn census, of the summer term
        return Term(year - 1, "Summer", day(year, 4, 1), day(year, 7, 31), quarter, day(year, 10, 3))
    return None


@cache
def _holidays() -> npt.NDArray[np.datetime64]:
    text = (files("assets.synthetic") / "data" / "bank_holidays.csv").read_text(encoding="utf-8")
    return np.array(text.split()[1:], dtype="datetime64[D]")


def working_days(start: Days | int, end: Days | int) -> Days:
    """Working days from `start` to `end` in England, where the day it starts is day 0 (INDICATORS.md section 2)."""
    first, last = (np.asarray(days).astype("datetime64[D]") + 1 for days in (start, end))
    return np.busday_count(first, last, holidays=_holidays()).astype(np.int64)


def add_working_days(start: Days | int, count: Days | int) -> Days:
    """The last calendar day on which `count` working days have passed since `start`."""
    begun = np.asarray(start).astype("datetime64[D]")
    next_one = np.busday_offset(begun, np.asarray(count) + 1, roll="backward", holidays=_holidays())
    return next_one.astype(np.int64) - 1


def birthday(born: Days, age: int | Days) -> Days:
    """The day each person turns an age; one born on 29 February does so on 1 March of other years."""
    stamp = born.astype("datetime64[D]")
    months = stamp.astype("datetime64[M]").astype(np.int64)
    of_month = (stamp - stamp.astype("datetime64[M]")).astype(np.int64)
    first = (months + 12 * np.asarray(age)).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    # Past the month's end (29 February) the day runs over into 1 March.
    return first.astype("datetime64[D]").astype(np.int64) + np.minimum(of_month, length)


def age_on(born: Days, on: Days | int) -> Days:
    """Age in whole years on a day; negative before birth."""
    on = np.broadcast_to(np.asarray(on), born.shape).astype(np.int64)
    years = on.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    guess = years - born.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    return guess - (birthday(born, guess) > on)


def months_before(on: Days, months: int) -> Days:
    """The same day of the month so many months earlier; the month's last day where it has no such day."""
    stamp = on.astype("datetime64[D]")
    of_month = (stamp - stamp.astype("datetime64[M]")).astype(np.int64)
    first = stamp.astype("datetime64[M]") - months
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    return first.astype("datetime64[D]").astype(np.int64) + np.minimum(of_month, length - 1)
