"""What 16 and 17 year olds do, month by month: learning, working, neither, or not known.

Here: the activity of everyone in the cohort at each month's end. Not here: school (`assets.synthetic.schools`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.synthetic.details import days, drawn, frame
from assets.synthetic.people import People
from assets.synthetic.timeline import NEVER, Days, Quarter, age_on, day

LEARNING = {
    "210": 0.33,
    "220": 0.24,
    "230": 0.28,
    "310": 0.05,
    "320": 0.02,
    "330": 0.03,
    "280": 0.01,
    "410": 0.02,
    "450": 0.01,
    "460": 0.01,
}
NEITHER = {
    "619": 0.42,
    "610": 0.06,
    "640": 0.1,
    "620": 0.03,
    "630": 0.03,
    "650": 0.02,
    "680": 0.04,
    "540": 0.03,
    "810": 0.2,
    "820": 0.04,
    "830": 0.03,
}
OUTSIDE = ("710", "720")
"""Activities of those the cohort is counted without."""


def month_ends(quarter: Quarter) -> list[int]:
    """The last days of the quarter's months."""
    months = [(quarter.number * 3 + offset) % 12 + 1 for offset in range(3)]
    year = quarter.year + (quarter.number == 4)
    return [day(year + month // 12, month % 12 + 1, 1) - 1 for month in months]


def participation(
    people: People,
    quarters: Sequence[Quarter],
    shares: npt.NDArray[np.float64],
    trouble: npt.NDArray[np.float64],
    died: Days,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """A row a young person and month: person, month_end, academic_age, status, activity, since, counted, neither.

    `shares` are of those neither learning nor known to be, a quarter each: of the quarter's last month, in Q4 of
    December to February together.
    """
    liking = rng.random(people.count) * np.exp(-0.35 * np.minimum(trouble, 6))
    learns, idles = drawn(LEARNING, people.count, rng), drawn(NEITHER, people.count, rng)
    outside = rng.random(people.count)
    found, december = [], (0, 0)
    for quarter, share in zip(quarters, shares, strict=True):
        for place, month_end in enumerate(month_ends(quarter)):
            ages_on = _school_year(month_end)
            academic = age_on(people.born, ages_on)
            person = np.flatnonzero((academic >= 16) & (academic <= 17) & (died == NEVER))
            status = np.where(outside[person] > 0.995, "T", np.where(outside[person] > 0.992, "E", "P"))
            code = np.where(
                outside[person] < 0.002, "710", np.where(outside[person] < 0.005, "720", learns[person])
            ).astype(object)
            counted = (status == "P") & ~np.isin(code, OUTSIDE)
            cohort = np.flatnonzero(counted)
            wanted = round(share * cohort.size)
            if quarter.number == 4 and place < 2:
                # January and February bring December's figure, of the delivery before, to the share of the three.
                rest = round(share * (december[1] + 2 * cohort.size)) - december[0]
                wanted = rest // 2 if place == 0 else rest - rest // 2
                wanted = min(max(wanted, 0), cohort.size)
            order = np.argsort(liking[person[cohort]] + 0.02 * rng.random(cohort.size), kind="stable")
            neither = np.zeros(person.size, bool)
            neither[cohort[order[:wanted]]] = True
            code[neither] = idles[person[neither]]
            if quarter.number == 3 and place == 2:
                december = (wanted, cohort.size)
            begun = np.where(neither, month_end - 60, ages_on + 4)
            found.append(
                frame(
                    person=person,
                    month_end=days(np.full(person.size, month_end)),
                    academic_age=academic[person],
                    status=status.astype(object),
                    activity=code,
                    since=days(begun),
                    counted=counted,
                    neither=neither,
                )
            )
    return pl.concat(found)


def _school_year(month_end: int) -> int:
    """The 31 August by which ages of a month count: that before its school year."""
    stamp = np.datetime64(month_end, "D").astype(object)
    return day(stamp.year - (stamp.month < 9), 8, 31)
