"""What health services see of children: emergency attendances, referrals for mental health, deaths.

Here: the events, drawn a quarter at a time. Not here: the health of children looked after (`assets.synthetic.care`),
nor how services write names (`assets.synthetic.agencies`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assets.synthetic.people import People
from assets.synthetic.police import MINUTES, NO_TIME
from assets.synthetic.records import Ledger, choose, days_between
from assets.synthetic.timeline import NEVER, Quarter, birthday

COMPLAINTS = (
    "head injury",
    "limb injury",
    "breathing difficulty",
    "fever",
    "abdominal pain",
    "wound",
    "vomiting",
    "rash",
    "allergic reaction",
    "fall",
    "self-harm",
    "overdose",
)
SELF_HARM = (10, 11)
PROVIDERS = ("ZZ901", "ZZ902")
REASONS = ("anxiety", "low mood", "self-harm", "neurodevelopmental", "trauma", "eating difficulty", "conduct")
SOURCES = ("general practitioner", "school", "social care", "emergency department", "self or family")
DEATH_BANDS = ("0-27 days", "28-364 days", "1-4 years", "5-9 years", "10-14 years", "15-17 years")


@dataclass
class Health:
    """Everything health services have recorded so far."""

    people: People
    quarters: Sequence[Quarter]
    rng: np.random.Generator
    attendances: Ledger = field(
        default_factory=lambda: Ledger(
            person=-1, arrived=NO_TIME, complaint=0, self_harm=False, flagged=False, provider=0
        )
    )
    referrals: Ledger = field(
        default_factory=lambda: Ledger(
            person=-1,
            received=NEVER,
            source=0,
            reason=0,
            decided=NEVER,
            accepted=False,
            contact=NEVER,
            discharged=NEVER,
        )
    )
    deaths: Ledger = field(default_factory=lambda: Ledger(person=-1, on=NEVER, band=0, expected=False, closed=NEVER))

    def __post_init__(self) -> None:
        self.eighteen = birthday(self.people.born, 18)
        self.harmed = np.zeros(self.people.count, bool)
        self.waiting_until = np.full(self.people.count, -NEVER)

    def attend(
        self, number: int, in_case: npt.NDArray[np.bool_], in_care: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        """Attendances and referrals of a quarter; who came after harming themselves."""
        quarter, rng, people = self.quarters[number], self.rng, self.people
        age = (quarter.start - people.born) / 365.25
        here = (people.born <= quarter.start) & (age < 20)
        young = np.where(age < 4, 2.2, 1.0) * (0.6 + 0.4 * np.minimum(people.frailty, 6))
        counts = rng.poisson(np.where(here, 0.075 * young, 0))
        person = np.repeat(np.arange(people.count), counts)
        day = days_between(quarter.start, quarter.end, rng, person.size)
        flagged = in_case[person] & (rng.random(person.size) < 0.8)
        self.attendances.add(
            person=person,
            arrived=day * MINUTES + rng.integers(0, MINUTES, person.size),
            complaint=rng.integers(0, 10, person.size),
            flagged=flagged,
            provider=(rng.random(person.size) < 0.2),
        )
        teenage = np.flatnonzero((age >= 11) & (age < 19))
        weight = people.frailty * np.where(people.girl, 2.5, 1.0) * np.where(in_care, 6.0, np.where(in_case, 3.0, 1.0))
        harmed = choose(teenage, rng.poisson(teenage.size * 0.0022), weight * np.where(self.harmed, 4.0, 1.0), rng)
        times = 1 + (rng.random(harmed.size) < 0.12)
        person = np.repeat(harmed, times)
        day = days_between(quarter.start, quarter.end, rng, person.size)
        self.attendances.add(
            person=person,
            arrived=day * MINUTES + rng.integers(0, MINUTES, person.size),
            complaint=rng.choice(SELF_HARM, person.size),
            self_harm=True,
            flagged=in_case[person],
        )
        now = np.zeros(people.count, bool)
        now[harmed] = True
        self.harmed |= now
        self._refer(quarter, age, weight * np.where(now, 20.0, 1.0))
        return now

    def _refer(self, quarter: Quarter, age: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> None:
        rng = self.rng
        may = np.flatnonzero((age >= 5) & (self.eighteen > quarter.end + 1) & (self.waiting_until < quarter.start))
        person = choose(may, rng.poisson(may.size * 0.006), weight, rng)
        on = days_between(quarter.start, quarter.end, rng, person.size)
        accepted = rng.random(person.size) < 0.76
        decided = on + rng.integers(1, 21, person.size)
        contact = np.where(accepted, decided + 3 + rng.exponential(52, person.size).astype(int), NEVER)
        seen = accepted & (rng.random(person.size) < 0.93)
        contact = np.where(seen, contact, NEVER)
        discharged = np.where(
            seen, np.minimum(contact + 20 + rng.exponential(200, person.size).astype(int), NEVER - 1), decided
        )
        discharged = np.where(accepted & ~seen, NEVER, discharged)
        self.referrals.add(
            person=person,
            received=on,
            source=rng.integers(0, len(SOURCES), person.size),
            reason=rng.integers(0, len(REASONS), person.size),
            decided=decided,
            accepted=accepted,
            contact=contact,
            discharged=discharged,
        )
        self.waiting_until[person] = np.where(discharged < NEVER, discharged, NEVER) + 30

    def die(self, known: npt.NDArray[np.bool_], first: int) -> npt.NDArray[np.int64]:
        """A few deaths from a day on, most of infants, of children nobody has a record of; everybody's day of death."""
        rng, people, died = self.rng, self.people, np.full(self.people.count, NEVER)
        last = self.quarters[-1].end
        infants = np.flatnonzero(~known & (people.born >= first) & (people.born < last - 100))
        older = np.flatnonzero(~known & (people.born < first) & (self.eighteen > last))
        span = (last - first) / 365.25
        baby = choose(infants, rng.poisson(people.count * 0.00022 * span), None, rng)
        child = choose(older, rng.poisson(people.count * 0.0001 * span), None, rng)
        died[baby] = people.born[baby] + np.minimum(rng.exponential(50, baby.size).astype(int), 99)
        died[child] = days_between(first, last, rng, child.size)
        person = np.concatenate([baby, child])
        days = died[person] - people.born[person]
        band = np.digitize(days, [28, 365, 5 * 365.25, 10 * 365.25, 15 * 365.25])
        self.deaths.add(
            person=person,
            on=died[person],
            band=band,
            expected=rng.random(person.size) < 0.5,
            closed=died[person] + rng.integers(90, 400, person.size),
        )
        return died
