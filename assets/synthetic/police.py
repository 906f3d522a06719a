"""What the police see of children: going missing, protection, offending, homes with domestic abuse.

Here: the events, drawn a quarter at a time. Times are minutes since 1970-01-01, local clock. Not here: how the force
writes names and dates (`assets.synthetic.agencies`), nor the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assets.synthetic.casework import ShortageError
from assets.synthetic.flows import Flows
from assets.synthetic.people import People
from assets.synthetic.records import Index, Ledger, choose, days_between
from assets.synthetic.timeline import NEVER, Quarter, birthday

MINUTES = 1440
NO_TIME = NEVER * MINUTES
SLOT = 4
"""Days between two beginnings of one child's episodes, at least; none is longer."""
CATEGORIES = ("missing", "absent", "no apparent risk")
OUTCOMES = ("youth caution", "youth conditional caution", "conviction")
GRADES = ("standard", "medium", "high")


@dataclass
class Police:
    """Everything the force has recorded so far, and what it makes likelier."""

    people: People
    flows: Flows
    quarters: Sequence[Quarter]
    rng: np.random.Generator
    strict: bool = False
    missing: Ledger = field(
        default_factory=lambda: Ledger(person=-1, reported=NO_TIME, returned=NO_TIME, category=0, looked_after=False)
    )
    away: Ledger = field(
        default_factory=lambda: Ledger(
            person=-1, begun=NO_TIME, returned=NO_TIME, known=False, offered=False, accepted=False
        )
    )
    """Looked-after children missing (whereabouts not known) or away (known), as the council records it."""
    protections: Ledger = field(default_factory=lambda: Ledger(person=-1, occasion=0, taken=NO_TIME, released=NO_TIME))
    outcomes: Ledger = field(
        default_factory=lambda: Ledger(person=-1, offence=NEVER, outcome=NEVER, kind=0, first=False)
    )
    abuse: Ledger = field(
        default_factory=lambda: Ledger(person=-1, notification=0, incident=NO_TIME, grade=0, sent=NO_TIME)
    )

    def __post_init__(self) -> None:
        count = self.people.count
        self.offended = self.rng.random(count) < 0.004 * np.minimum(self.people.frailty, 8)
        self.protected_on = np.full(count, -NEVER)
        self.repeated = np.zeros(count, bool)
        self.ten, self.eighteen = birthday(self.people.born, 10), birthday(self.people.born, 18)
        self._occasion = self._notification = 0

    def children_on(self, quarter: Quarter, youngest: int = 0) -> npt.NDArray[np.bool_]:
        """Who is of an age, and under 18, all through a quarter."""
        return (birthday(self.people.born, youngest) <= quarter.start) & (self.eighteen > quarter.end + 1)

    # Before the council's quarter: what makes referrals likelier.

    def disturb(self, number: int, in_case: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Domestic abuse and police protection of a quarter; whom they touched."""
        quarter, touched = self.quarters[number], np.zeros(self.people.count, bool)
        touched[self._notify(quarter, in_case)] = True
        touched[self._protect(quarter, int(self.flows.protected[number]), in_case)] = True
        return touched

    def _notify(self, quarter: Quarter, in_case: npt.NDArray[np.bool_]) -> Index:
        rng, people = self.rng, self.people
        children = np.flatnonzero(self.children_on(quarter))
        chosen = choose(children, rng.poisson(children.size * 0.004), people.frailty * np.where(in_case, 2.0, 1.0), rng)
        _, first = np.unique(people.family[chosen], return_index=True)
        notified = people.family[chosen[first]]
        at = days_between(quarter.start, quarter.end - 1, rng, notified.size) * MINUTES + rng.integers(
            0, MINUTES, notified.size
        )
        grade = rng.choice(3, notified.size, p=[0.55, 0.33, 0.12])
        sent = at + rng.integers(60, MINUTES, notified.size)
        of = np.full(int(people.family.max()) + 1, -1)
        of[notified] = np.arange(notified.size)
        touched = children[of[people.family[children]] >= 0]
        of = of[people.family[touched]]
        self.abuse.add(
            person=touched, notification=self._notification + of, incident=at[of], grade=grade[of], sent=sent[of]
        )
        self._notification += notified.size
        return touched

    def _protect(self, quarter: Quarter, wanted: int, in_case: npt.NDArray[np.bool_]) -> Index:
        rng, people = self.rng, self.people
        may = np.flatnonzero(self.children_on(quarter) & (self.protected_on < quarter.start - 366))
        first = choose(may, wanted, people.frailty * np.where(in_case, 6.0, 1.0), rng)
        families = rng.permutation(np.unique(people.family[first]))
        rank = np.full(int(people.family.max()) + 1, families.size)
        rank[families] = np.arange(families.size)
        together = may[rank[people.family[may]] < families.size]
        together = together[np.argsort(rank[people.family[together]], kind="stable")][:wanted]
        if self.strict and together.size < wanted:
            raise ShortageError(f"police protection in {quarter.label}: {wanted} wanted, {together.size} to be had")
        at = days_between(quarter.start, quarter.end - 30, rng, families.size) * MINUTES + rng.integers(
            0, MINUTES, families.size
        )
        released = at + rng.integers(3 * 60, 71 * 60, families.size)
        of = rank[people.family[together]]
        self.protections.add(person=together, occasion=self._occasion + of, taken=at[of], released=released[of])
        self._occasion += families.size
        again = together[rng.random(together.size) < 0.05]
        later = at[rank[people.family[again]]] + rng.integers(8, 25, again.size) * MINUTES
        self.protections.add(
            person=again, occasion=self._occasion + np.arange(again.size), taken=later, released=later + 20 * 60
        )
        self._occasion += again.size
        self.protected_on[together] = quarter.start
        return together

    # After it: what follows from where children live.

    def follow(
        self,
        number: int,
        in_case: npt.NDArray[np.bool_],
        cared_for: npt.NDArray[np.bool_],
        excluded: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.bool_]:
        """Missing episodes and youth outcomes of a quarter; who went missing. `cared_for`: in care all through it."""
        went = self._go_missing(number, in_case, cared_for)
        self._offend(self.quarters[number], in_case, went | excluded)
        return went

    def _go_missing(
        self, number: int, in_case: npt.NDArray[np.bool_], cared_for: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        rng, people, quarter = self.rng, self.people, self.quarters[number]
        of_age = self.children_on(quarter, 10)
        grown = np.clip((quarter.start - people.born) / 365.25 - 9, 0, 8)
        weight = people.frailty * grown**1.5 * np.where(cared_for, 30.0, np.where(in_case, 4.0, 1.0))
        episodes, wanted = int(self.flows.missing_episodes[number]), int(self.flows.missing_repeaters[number])
        before = self.repeated
        repeaters = choose(np.flatnonzero(of_age), wanted, weight * np.where(before, 8.0, 1.0), rng)
        sizes = np.minimum(3 + rng.poisson(1.3, repeaters.size), 9)
        while sizes.sum() > episodes * 0.75 and (sizes > 3).any():
            sizes[rng.choice(np.flatnonzero(sizes > 3))] -= 1
        if sizes.sum() > episodes:
            if self.strict:
                raise ShortageError(f"missing episodes in {quarter.label}: {episodes} for {wanted} repeaters")
            sizes = sizes[: max(0, episodes // 3)]
            repeaters = repeaters[: sizes.size]
        again = np.zeros(people.count, bool)
        again[repeaters] = True
        once = choose(np.flatnonzero(of_age & ~again & ~before), episodes - int(sizes.sum()), weight, rng)
        if self.strict and once.size < episodes - sizes.sum():
            raise ShortageError(f"missing episodes in {quarter.label}: too few children")
        self.repeated = again
        person = np.concatenate([np.repeat(repeaters, sizes), once])
        slot = np.concatenate(
            [np.sort(rng.permutation(20)[:size]) for size in sizes] + [rng.integers(0, 20, once.size)]
        )
        begun = (quarter.start + SLOT * slot) * MINUTES + rng.integers(0, MINUTES, person.size)
        hours = np.minimum(rng.lognormal(1.6, 0.9, person.size), 70)
        self._record_missing(number, person, begun.astype(np.int64), hours, cared_for)
        went = np.zeros(people.count, bool)
        went[person] = True
        others = choose(np.flatnonzero(of_age & ~went & ~before), episodes // 4, weight, rng)
        at = days_between(quarter.start, quarter.end - 4, rng, others.size) * MINUTES + rng.integers(
            0, MINUTES, others.size
        )
        self.missing.add(
            person=others,
            reported=at,
            returned=at + rng.integers(30, 600, others.size),
            category=1 + rng.integers(0, 2, others.size),
            looked_after=cared_for[others],
        )
        adults = np.flatnonzero((self.eighteen <= quarter.start) & (birthday(people.born, 20) > quarter.end))
        adults = choose(adults, max(1, episodes // 40), None, rng)
        at = days_between(quarter.start, quarter.end - 4, rng, adults.size) * MINUTES + rng.integers(
            0, MINUTES, adults.size
        )
        self.missing.add(person=adults, reported=at, returned=at + rng.integers(30, 4000, adults.size))
        return went

    def _record_missing(
        self, number: int, person: Index, begun: Index, hours: npt.NDArray[np.float64], cared_for: npt.NDArray[np.bool_]
    ) -> None:
        """The force's record of each episode, and the council's where it looks after the child."""
        rng, quarter = self.rng, self.quarters[number]
        theirs = cared_for[person]
        hours[theirs] = np.minimum(hours[theirs], 20)
        of_care = np.unique(person[theirs])
        long = choose(of_care, int(self.flows.away_a_day[number]), None, rng)
        if self.strict and long.size < self.flows.away_a_day[number]:
            raise ShortageError(f"children missing for a day in {quarter.label}: {of_care.size} in care went")
        # One episode of each of them is the long one.
        candidates = np.flatnonzero(np.isin(person, long))
        _, first = np.unique(person[candidates], return_index=True)
        hours[candidates[first]] = rng.uniform(25, 60, first.size)
        returned = begun + (hours * 60).astype(np.int64) + 1
        reported = np.where(theirs, np.minimum(begun + rng.integers(5, 60, person.size), returned - 1), begun)
        self.missing.add(person=person, reported=np.maximum(reported, begun), returned=returned, looked_after=theirs)
        offered = rng.random(person.size) < 0.86
        self.away.add(
            person=person[theirs],
            begun=begun[theirs],
            returned=returned[theirs],
            offered=offered[theirs],
            accepted=(offered & (rng.random(person.size) < 0.6))[theirs],
        )
        calm = np.flatnonzero(
            cared_for & self.children_on(quarter, 10) & ~np.isin(np.arange(self.people.count), of_care)
        )
        calm = choose(calm, max(1, of_care.size // 5), None, rng)
        at = days_between(quarter.start, quarter.end - 5, rng, calm.size) * MINUTES + rng.integers(
            0, MINUTES, calm.size
        )
        self.away.add(person=calm, begun=at, returned=at + rng.integers(60, 2000, calm.size), known=True, offered=True)

    def _offend(self, quarter: Quarter, in_case: npt.NDArray[np.bool_], troubled: npt.NDArray[np.bool_]) -> None:
        rng, people = self.rng, self.people
        may = np.flatnonzero((self.ten <= quarter.start - 130) & (self.eighteen > quarter.end + 1))
        grown = np.clip((quarter.start - people.born) / 365.25 - 9, 0, 8)
        weight = people.frailty * grown**2 * np.where(self.offended, 6.0, 1.0)
        weight *= np.where(troubled, 8.0, 1.0) * np.where(in_case, 2.0, 1.0) * np.where(people.girl, 0.3, 1.0)
        person = choose(may, rng.poisson(may.size * 0.0009), weight, rng)
        on = days_between(quarter.start, quarter.end, rng, person.size)
        kind = rng.choice(3, person.size, p=[0.42, 0.2, 0.38])
        self.outcomes.add(
            person=person,
            offence=on - rng.integers(15, 120, person.size),
            outcome=on,
            kind=kind,
            first=~self.offended[person],
        )
        self.offended[person] = True
