"""The UK financial-year quarter: the third part of the key (table, area, quarter) that every write has.

Here: the value itself, its two spellings and its arithmetic. Not here: Dagster's partitions, which are
made from these quarters in `pipelines.quarters`; nor the other periods a figure can have (terms, years),
which belong to the figures in `assets.core.periods`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering

FIRST_QUARTER_LABEL = "2017-18 Q1"
"""The first quarter a delivery can report: before it the statutory returns have another shape."""

FIRST_YEAR, LAST_YEAR = 1000, 9000
"""Years written in four digits, with room for arithmetic: a folder may be called anything."""

_SPELLING = re.compile(r"^(?P<start>\d{4})-(?P<end>\d{2})[ -]Q(?P<number>[1-4])$")


@total_ordering
@dataclass(frozen=True)
class FinancialQuarter:
    """One quarter of the financial year that begins on 1 April of `start_year`; `number` is 1 to 4.

    Q1 is 1 April to 30 June, Q4 is 1 January to 31 March of the year after.
    """

    start_year: int
    number: int

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.start_year <= LAST_YEAR:
            raise ValueError(f"not a financial quarter: its year is not between {FIRST_YEAR} and {LAST_YEAR}")
        if self.number not in (1, 2, 3, 4):
            raise ValueError(f"a financial year has quarters 1 to 4, not {self.number}")

    @classmethod
    def parse(cls, text: str) -> FinancialQuarter:
        """Read `2019-20 Q4` (as people write it) or `2019-20-Q4` (as paths write it).

        Raises ValueError for anything else, including years that do not follow one another.
        """
        match = _SPELLING.match(text.strip())
        if match is None:
            raise ValueError("not a financial quarter: expected the form 2019-20 Q4 or 2019-20-Q4")
        start = int(match["start"])
        if (start + 1) % 100 != int(match["end"]):
            raise ValueError("not a financial quarter: its two years do not follow one another")
        return cls(start, int(match["number"]))

    @classmethod
    def containing(cls, day: date) -> FinancialQuarter:
        """The quarter a day falls in."""
        start_year = day.year if day.month >= 4 else day.year - 1
        return cls(start_year, ((day.month - 4) % 12) // 3 + 1)

    @property
    def label(self) -> str:
        """`2019-20 Q4`: everywhere a person reads."""
        return f"{self.year_label} Q{self.number}"

    @property
    def slug(self) -> str:
        """`2019-20-Q4`: in a path or an option."""
        return f"{self.year_label}-Q{self.number}"

    @property
    def year_label(self) -> str:
        """`2019-20`: the financial year the quarter belongs to."""
        return f"{self.start_year}-{(self.start_year + 1) % 100:02d}"

    @property
    def start(self) -> date:
        """First day, inclusive."""
        month = 3 * self.number + 1
        return date(self.start_year, month, 1) if self.number < 4 else date(self.start_year + 1, 1, 1)

    @property
    def end(self) -> date:
        """Last day, inclusive: the day a snapshot is taken on."""
        return self.shift(1).start - timedelta(days=1)

    @property
    def year_start(self) -> date:
        """1 April of its financial year."""
        return date(self.start_year, 4, 1)

    @property
    def ordinal(self) -> int:
        """Quarters since the year 0: consecutive quarters differ by one."""
        return self.start_year * 4 + self.number - 1

    def shift(self, quarters: int) -> FinancialQuarter:
        """The quarter so many later (or earlier, when negative)."""
        start_year, index = divmod(self.ordinal + quarters, 4)
        return FinancialQuarter(start_year, index + 1)

    def __lt__(self, other: FinancialQuarter) -> bool:
        return self.ordinal < other.ordinal

    def __str__(self) -> str:
        return self.label


FIRST_QUARTER = FinancialQuarter.parse(FIRST_QUARTER_LABEL)


def quarter_or_none(text: str | None) -> FinancialQuarter | None:
    """The quarter a text spells, or None where it spells none: for text that comes from outside."""
    try:
        return FinancialQuarter.parse(text or "")
    except ValueError:
        return None
