"""Schools, who is on whose roll from when to when, home education, special needs, suspensions.

Here: where children are taught. Not here: how often they are there (`assets.synthetic.attendance`), nor what becomes
of them after sixteen (`assets.synthetic.participation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from assets.synthetic.details import days, drawn, frame
from assets.synthetic.names import Text, surnames
from assets.synthetic.people import People
from assets.synthetic.records import Index, Ledger, choose, days_between
from assets.synthetic.timeline import NEVER, Days, Quarter, age_on, birthday, day

PHASES = ("primary", "secondary", "special", "pru")
PUPILS_A_SCHOOL = (360, 950, 120, 90)
NEEDS = {
    "SEMH": 0.21,
    "SLCN": 0.25,
    "MLD": 0.18,
    "SPLD": 0.12,
    "ASD": 0.12,
    "PD": 0.03,
    "HI": 0.02,
    "VI": 0.01,
    "SLD": 0.03,
    "OTH": 0.03,
}
HOME_REASONS = {
    "philosophical": 0.14,
    "religious": 0.05,
    "lifestyle": 0.15,
    "physical_health": 0.05,
    "mental_health": 0.18,
    "dissatisfied_general": 0.14,
    "dissatisfied_sen": 0.08,
    "dissatisfied_bullying": 0.07,
    "other": 0.08,
    "not_given": 0.06,
}
SUITABILITIES = {"suitable": 0.78, "not_suitable": 0.05, "undecided": 0.1, "not_assessed": 0.07}
EXCLUSION_REASONS = {
    "DB": 0.4,
    "PP": 0.16,
    "VA": 0.16,
    "PA": 0.08,
    "VP": 0.06,
    "DA": 0.05,
    "DM": 0.04,
    "BU": 0.03,
    "SM": 0.02,
}


@dataclass
class Schools:
    """The schools of an area and every stay on a roll."""

    people: People
    quarters: Sequence[Quarter]
    rng: np.random.Generator
    died: Days
    suspensions: Ledger = field(default_factory=lambda: Ledger(person=-1, on=NEVER, sessions=0, permanent=False))

    def __post_init__(self) -> None:
        rng, people = self.rng, self.people
        first, last = self.quarters[0].start, self.quarters[-1].end
        taught = int(((people.born < last - 4 * 365) & (people.born > last - 16 * 365)).sum())
        shares = (0.575, 0.4, 0.014, 0.004)
        self.numbers = [
            max(2, round(taught * share / size)) for share, size in zip(shares, PUPILS_A_SCHOOL, strict=True)
        ]
        self.numbers[2:] = [
            max(1, round(taught * share / size)) for share, size in zip(shares[2:], PUPILS_A_SCHOOL[2:], strict=True)
        ]
        self.starts = np.concatenate([[0], np.cumsum(self.numbers)])
        self.sen = drawn({"N": 0.845, "K": 0.12, "E": 0.035}, people.count, rng)
        self.special = (self.sen == "E") & (rng.random(people.count) < 0.4)
        self.need = drawn(NEEDS, people.count, rng)
        turned = birthday(people.born, 4)
        self.plan_issued = np.where(
            self.sen == "E", turned + (rng.random(people.count) ** 2 * 3000).astype(np.int64), NEVER
        )
        self.plan_issued = np.where(self.special, turned, self.plan_issued)
        self._interrupt(first, last)
        self.stays = self._stays(last)

    @property
    def count(self) -> int:
        """How many schools there are."""
        return int(self.starts[-1])

    def phase_of(self, school: Index) -> Index:
        """Each school's phase, by its place in `PHASES`."""
        return np.searchsorted(self.starts, school, side="right") - 1

    def urn(self, school: Index) -> Text:
        """Each school's national number, of no school there is."""
        return (900_000 + (self.people.place.number * 601 + school) % 99_999).astype(str).astype(object)

    def schools(self) -> pl.DataFrame:
        """The schools: native_id, urn, name, phase."""
        number = np.arange(self.count)
        phase = np.array(PHASES, object)[self.phase_of(number)]
        titles = {"primary": " Primary School", "secondary": " Academy", "special": " School", "pru": " Centre"}
        name = surnames(self.count, np.random.default_rng([self.people.place.number, 77]))
        return frame(
            school=number,
            native_id=np.char.add("SCH", (number + 1).astype(str)).astype(object),
            urn=self.urn(number),
            name=name + np.array([titles[each] for each in phase], object),
            phase=phase,
        )

    def _interrupt(self, first: int, last: int) -> None:
        """At most one break in each child's schooling: another school, education at home, a pupil referral unit."""
        rng, people = self.rng, self.people
        kind = drawn({"": 0.72, "move": 0.11, "home": 0.02, "pru": 0.15}, people.count, rng)
        weight = np.minimum(people.frailty, 5)
        kind = np.where((kind == "pru") & (rng.random(people.count) * 4 > weight * 2.5), "", kind)
        begin = days_between(first - 200, last, rng, people.count)
        of_age = (birthday(people.born, 5) < begin - 20) & (begin < birthday(people.born, 15))
        older = birthday(people.born, 11) + 200 < begin
        kind = np.where(of_age & ((kind != "pru") | older), kind, "")
        kind = np.where(self.special & (kind != "home"), "", kind)
        length = np.where(
            kind == "pru",
            120 + rng.integers(0, 200, people.count),
            90 + rng.exponential(500, people.count).astype(np.int64),
        )
        until = np.minimum(begin + length, self._leaves(people.born) - 30)
        self.break_kind, self.break_from = kind, np.where(kind == "", NEVER, begin)
        self.break_until = np.where(np.isin(kind, ["home", "pru"]), until, NEVER)

    def _leaves(self, born: Days) -> Days:
        """The end of June of the school year in which each person turns 16."""
        june = (_start_year(born) + 12).astype("datetime64[Y]").astype("datetime64[M]") + 5
        return june.astype("datetime64[D]").astype(np.int64) + 29

    def _stays(self, last: int) -> pl.DataFrame:
        people, rng = self.people, self.rng
        year = _start_year(people.born)
        years = np.arange(year.min(), year.max() + 20)
        autumn = np.array([day(1970 + int(each), 9, 3) for each in years])
        summer = np.array([day(1970 + int(each), 7, 22) for each in years])
        at = year - years[0]
        reception, moved_up, leaves = autumn[at], autumn[at + 7], summer[at + 12]
        finished = summer[at + 7]
        sixth = rng.random(people.count) < 0.35
        leaves = np.where(sixth, summer[at + 14], leaves)
        primary = people.family % self.numbers[0]
        secondary = self.starts[1] + (people.family * 7 + 3) % self.numbers[1]
        special = self.starts[2] + people.family % self.numbers[2]
        everyone = np.arange(people.count)
        usual = ~self.special
        person = np.concatenate([everyone[usual], everyone[usual], everyone[self.special]])
        school = np.concatenate([primary[usual], secondary[usual], special[self.special]])
        entered = np.concatenate([reception[usual], moved_up[usual], reception[self.special]])
        left = np.concatenate([finished[usual], leaves[usual], leaves[self.special]])
        kept = (entered <= last) & (left >= self.quarters[0].start - 500)
        person, school, entered, left = person[kept], school[kept], entered[kept], left[kept]
        cut = (self.break_from[person] > entered + 5) & (self.break_from[person] < left - 5)
        back = np.where(self.break_kind[person] == "move", self.break_from[person] + 1, self.break_until[person] + 1)
        again = cut & np.isin(self.break_kind[person], ["move", "home", "pru"]) & (back < left - 10)
        phase = self.phase_of(school)
        sizes = np.array(self.numbers)[phase]
        other = self.starts[phase] + (school - self.starts[phase] + 1) % sizes
        elsewhere = np.where(self.break_kind[person] == "move", other, school)
        pru = cut & (self.break_kind[person] == "pru")
        unit = self.starts[3] + people.family[person] % self.numbers[3]
        rows = frame(
            person=np.concatenate([person, person[again], person[pru]]),
            school=np.concatenate([school, elsewhere[again], unit[pru]]),
            entered=np.concatenate([entered, back[again], self.break_from[person[pru]] + 1]),
            left=np.concatenate(
                [
                    np.where(cut, self.break_from[person], left),
                    left[again],
                    np.minimum(self.break_until[person[pru]], left[pru]),
                ]
            ),
        )
        alive = pl.Series(self.died)[rows["person"]] == NEVER
        return rows.filter(alive & (pl.col("left") > pl.col("entered"))).sort("person", "entered")

    def home_education(self) -> pl.DataFrame:
        """Everyone educated at home in the run: person, started, ended, why, what was found."""
        rng = self.rng
        person = np.flatnonzero((self.break_kind == "home") & (self.died == NEVER))
        begin, until = self.break_from[person], self.break_until[person]
        kept = until > begin + 20
        person, begin, until = person[kept], begin[kept], until[kept]
        grown = until >= self._leaves(self.people.born[person]) - 30
        school = self.people.family[person] % self.numbers[0]
        return frame(
            person=person,
            started=days(begin + 1),
            ended=days(until),
            reason=drawn(HOME_REASONS, person.size, rng),
            reason_ended=np.where(
                grown,
                "past_school_age",
                drawn({"returned_to_school": 0.85, "left_area": 0.1, "other": 0.05}, person.size, rng),
            ),
            suitability=drawn(SUITABILITIES, person.size, rng),
            sen=np.where(self.sen[person] == "E", "K", self.sen[person]),
            previous_urn=self.urn(school),
        )

    def suspend(
        self, number: int, in_case: npt.NDArray[np.bool_], in_care: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        """Suspensions and exclusions of a quarter; of whom."""
        quarter, rng, people = self.quarters[number], self.rng, self.people
        age = age_on(people.born, quarter.start)
        may = np.flatnonzero((age >= 6) & (age <= 15) & (people.born < quarter.start - 5 * 365))
        weight = people.frailty * np.where(age >= 11, 6.0, 1.0) * np.where(people.girl, 0.45, 1.0)
        weight = weight * np.where(in_care, 4.0, np.where(in_case, 3.0, 1.0)) * np.where(self.sen != "N", 3.0, 1.0)
        rate = 0.012 if quarter.number != 2 else 0.004
        person = choose(may, rng.poisson(may.size * rate), weight, rng)
        times = 1 + (rng.random(person.size) < 0.2)
        whose = np.repeat(person, times)
        on = _school_day(days_between(quarter.start, quarter.end, rng, whose.size))
        permanent = rng.random(whose.size) < 0.015
        self.suspensions.add(
            person=whose,
            on=on,
            sessions=np.where(permanent, 0, 2 * rng.integers(1, 6, whose.size)),
            permanent=permanent,
        )
        excluded = np.zeros(people.count, bool)
        excluded[person] = True
        return excluded


def _start_year(born: Days) -> npt.NDArray[np.int64]:
    """The year (from 1970) of the September in which each person starts school: four by its 31 August."""
    months = born.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return (months + 4) // 12 + 4


def _school_day(on: Days) -> Days:
    """The day, or the Friday before where it is a weekend's."""
    return np.busday_offset(on.astype("datetime64[D]"), 0, roll="backward").astype(np.int64)
