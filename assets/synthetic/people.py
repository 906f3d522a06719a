"""The children of an area: families, births, names, homes, and what each agency knows a child by.

Here: who there is. Not here: what happens to them (`social_care`, `police`, `health`, `schools`), nor how agencies
get names and dates wrong (`assets.synthetic.records`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assets.synthetic.names import Text, forenames, nhs_numbers, postcodes, pupil_numbers, surnames
from assets.synthetic.timeline import NEVER, Days

ETHNICITIES = {
    "WBRI": 0.71,
    "WOTH": 0.075,
    "APKN": 0.03,
    "AIND": 0.03,
    "BAFR": 0.03,
    "MOTH": 0.02,
    "MWBC": 0.018,
    "MWAS": 0.018,
    "AOTH": 0.015,
    "ABAN": 0.012,
    "BCRB": 0.01,
    "MWBA": 0.01,
    "OOTH": 0.008,
    "BOTH": 0.006,
    "WIRI": 0.005,
    "CHNE": 0.005,
    "WROM": 0.003,
    "WIRT": 0.001,
    "NOBT": 0.003,
    "REFU": 0.001,
}
FAMILY_SIZES = (0.46, 0.36, 0.13, 0.05)
OLDEST_LEAVER = 24
"""Care leavers are made up to this age at the beginning, so that none is 26 by the end of a long run."""


class TooManyPersonsError(Exception):
    """An area has more persons than there are numbers for; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """An area as the generator knows it, and its number among those generated."""

    code: str
    name: str
    lea: str
    number: int


@dataclass(frozen=True)
class People:
    """Everybody of an area, an array a property, a person an index; persons are in order of birth."""

    place: Place
    family: npt.NDArray[np.int64]
    born: Days
    girl: npt.NDArray[np.bool_]
    twin: npt.NDArray[np.bool_]
    ethnicity: Text
    forename: Text
    short_name: Text
    surname: Text
    former_surname: Text
    """What the family was called before; blank for most."""
    home: Text
    """Postcode until `moved_on`."""
    later_home: Text
    moved_on: Days
    small_area: Text
    nhs_number: Text
    upn: Text
    frailty: npt.NDArray[np.float64]
    """How much likelier than the average child bad things are; one family shares most of it. Mean 1."""

    @property
    def count(self) -> int:
        """How many persons there are."""
        return self.born.size

    @property
    def sex(self) -> Text:
        """M or F."""
        return np.where(self.girl, "F", "M").astype(object)

    def council_id(self) -> Text:
        """The council's own identifier of each person."""
        return np.char.add(f"{self.place.lea}-C", np.char.zfill(np.arange(1, self.count + 1).astype(str), 6)).astype(
            object
        )

    def home_on(self, person: npt.NDArray[np.int64], on: Days) -> Text:
        """The home of persons on days."""
        return np.where(on >= self.moved_on[person], self.later_home[person], self.home[person]).astype(object)


def make_people(place: Place, children: int, first: int, last: int, block: int, rng: np.random.Generator) -> People:
    """People born so that about `children` of them are under 18 on every day from `first` to `last`.

    Young people of 18 to 24 at the beginning stand beside them: some left care. `block` is how many NHS numbers an
    area may use.
    """
    earliest, latest = first - int(18 * 365.25), last + 240
    wanted = round(children * (latest - earliest) / (18 * 365.25))
    family, born, twin = _families(wanted, earliest, latest, rng)
    leavers = max(20, children // 60)
    family = np.concatenate([family, family.max() + 1 + np.arange(leavers)])
    born = np.concatenate([born, rng.integers(first - int(OLDEST_LEAVER * 365.25), earliest, leavers)])
    twin = np.concatenate([twin, np.zeros(leavers, bool)])
    order = np.argsort(born, kind="stable")
    family, born, twin = family[order], _no_leap_days(born[order]), twin[order]
    _, family = np.unique(family, return_inverse=True)
    families = int(family.max()) + 1
    count = born.size
    if count > block:
        raise TooManyPersonsError(
            f"{count:,} persons in an area, and {block:,} NHS numbers for each: ask for fewer areas or children"
        )
    girl = rng.random(count) < 0.488
    forename, short_name = forenames(girl, rng)
    names, names_before = surnames(families, rng), surnames(families, rng)
    own_name = np.where(rng.random(count) < 0.08, surnames(count, rng), names[family]).astype(object)
    renamed = (rng.random(families) < 0.06)[family]
    homes = rng.permutation(families * 3)
    moves = rng.random(families) < 0.25
    moved_on = np.where(moves, rng.integers(first, last + 1, families), NEVER)
    family_ethnicity = rng.choice(np.array(list(ETHNICITIES), object), families, p=_shares(ETHNICITIES))
    mixed = rng.random(count) < 0.03
    ethnicity = np.where(
        mixed, rng.choice(np.array(["MOTH", "MWBC", "MWAS"], object), count), family_ethnicity[family]
    ).astype(object)
    shared, own = rng.gamma(0.45, 1 / 0.45, families)[family], rng.gamma(1.5, 1 / 1.5, count)
    index = place.number * block + np.arange(count)
    return People(
        place,
        family,
        born,
        girl,
        twin,
        ethnicity,
        forename,
        short_name,
        own_name,
        np.where(renamed, names_before[family], "").astype(object),
        postcodes(homes[:families])[family],
        postcodes(homes[families : 2 * families])[family],
        moved_on[family],
        _small_areas(place, homes[:families] % 150)[family],
        nhs_numbers(index),
        pupil_numbers(place.lea, np.arange(1, count + 1)),
        (shared * own) / np.mean(shared * own),
    )


def _shares(of: dict[str, float]) -> npt.NDArray[np.float64]:
    shares = np.array(list(of.values()))
    return shares / shares.sum()


def _families(
    wanted: int, earliest: int, latest: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], Days, npt.NDArray[np.bool_]]:
    """So many children born between two days, with their family and whether one is a twin of the one before."""
    draws = int(wanted * 1.2) + 50
    sizes = 1 + rng.choice(4, draws, p=FAMILY_SIZES)
    family = np.repeat(np.arange(draws), sizes)
    eldest = rng.integers(earliest - 2500, latest, draws)
    place = np.arange(family.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    gaps = rng.integers(400, 1600, family.size)
    twin = (place > 0) & (rng.random(family.size) < 0.015)
    gaps[(place == 0) | twin] = 0
    total = np.cumsum(gaps)
    born = eldest[family] + total - total[np.flatnonzero(place == 0)][family]
    kept = np.flatnonzero((born >= earliest) & (born <= latest))
    kept = kept[:wanted] if kept.size >= wanted else kept
    return family[kept], born[kept], twin[kept]


def _no_leap_days(born: Days) -> Days:
    """Births of 29 February a day earlier: when such a person turns 18 is read in more than one way."""
    stamp = born.astype("datetime64[D]")
    month = stamp.astype("datetime64[M]")
    leap = ((month.astype(np.int64) % 12) == 1) & ((stamp - month.astype("datetime64[D]")).astype(np.int64) == 28)
    return np.where(leap, born - 1, born)


def _small_areas(place: Place, number: npt.NDArray[np.int64]) -> Text:
    """A code of the form of a small area of 2011, of none there is."""
    base = 990_000 + int(place.lea) % 60 * 150
    return np.char.add("E01", np.char.zfill((base + number).astype(str), 6)).astype(object)
