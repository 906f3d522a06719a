"""How each agency knows a child: an identifier of its own, and a name, birthday and home that may be wrong or old.

Here: what stands in an agency's records. Not here: the child (`assets.synthetic.people`) and the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assets.synthetic.names import Text, misspelt
from assets.synthetic.people import People
from assets.synthetic.records import Index
from assets.synthetic.timeline import Days, age_on

AGE_BANDS = (0, 1, 5, 10, 16, 18)
"""The ages at which the bands of figures begin; before 0 a child is unborn."""


@dataclass(frozen=True)
class Habits:
    """How often an agency gets something wrong, as shares of the persons it knows."""

    misspells: float
    shortens: float
    keeps_former_name: float
    swaps_birthday: float
    keeps_old_home: float
    lacks_number: float
    """Of the number another agency gives: the NHS number, or the pupil number."""


HABITS = {
    "council": Habits(0.02, 0.05, 0.3, 0.0, 0.08, 0.22),
    "police": Habits(0.06, 0.12, 0.5, 0.015, 0.15, 1.0),
    "health": Habits(0.02, 0.04, 0.4, 0.006, 0.2, 0.04),
    "education": Habits(0.012, 0.03, 0.3, 0.0, 0.06, 0.05),
}


@dataclass(frozen=True)
class Records:
    """An agency's records of everybody, an index a person."""

    forename: Text
    surname: Text
    born: Days
    old_home: npt.NDArray[np.bool_]
    numbered: npt.NDArray[np.bool_]
    """Whether it knows the number another agency gives."""

    def home_on(self, people: People, person: Index, on: Days) -> Text:
        """The home on record for persons on days: the old one for ever, where nobody told the agency."""
        return np.where(self.old_home[person], people.home[person], people.home_on(person, on)).astype(object)


def keep_records(
    people: People, habits: Habits, seen: Sequence[tuple[Index, Days]], rng: np.random.Generator
) -> Records:
    """Records with an agency's habits.

    A birthday with day and month changed about stands only where it makes nobody another age band on a day the agency
    saw the person (`seen`), so that what the agency can count is what happened.
    """
    count = people.count

    def share(of: float) -> npt.NDArray[np.bool_]:
        return rng.random(count) < of

    forename = np.where(share(habits.shortens), people.short_name, people.forename).astype(object)
    former = share(habits.keeps_former_name) & (people.former_surname != "")
    surname = np.where(former, people.former_surname, people.surname).astype(object)
    for names in (forename, surname):
        wrong = np.flatnonzero(share(habits.misspells))
        names[wrong] = misspelt(names[wrong], rng)
    swapped = _swapped(people.born)
    swaps = share(habits.swaps_birthday) & (swapped != people.born)
    for person, on in seen:
        true, wrong_age = age_on(people.born[person], on), age_on(swapped[person], on)
        other = (np.digitize(true, AGE_BANDS) != np.digitize(wrong_age, AGE_BANDS)) | (swapped[person] > on)
        swaps[person[other]] = False
    return Records(
        forename,
        surname,
        np.where(swaps, swapped, people.born),
        share(habits.keeps_old_home),
        ~share(habits.lacks_number),
    )


def _swapped(born: Days) -> Days:
    """Birthdays with day and month changed about, where that is another day."""
    stamp = born.astype("datetime64[D]")
    months = stamp.astype("datetime64[M]").astype(np.int64)
    of_month = (stamp - stamp.astype("datetime64[M]")).astype(np.int64)
    year, month = months // 12, months % 12
    can = of_month < 12
    swapped = ((year * 12 + np.where(can, of_month, month)).astype("datetime64[M]").astype("datetime64[D]")).astype(
        np.int64
    )
    return np.where(can, swapped + month, born)


def police_refs(people: People, rng: np.random.Generator) -> tuple[Text, Text]:
    """The force's reference of each person, and that of a second record of some, made for domestic abuse."""
    number = np.char.zfill((1 + rng.permutation(people.count)).astype(str), 6)
    main = np.char.add(f"P{people.place.lea}", number).astype(object)
    second = np.char.add(f"P{people.place.lea}D", number).astype(object)
    return main, np.where(rng.random(people.count) < 0.03, second, main).astype(object)
