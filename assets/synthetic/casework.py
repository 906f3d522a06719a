"""Referrals, cases of need and assessments, quarter by quarter.

A quarter draws whom each of its counted events happens to, among those it can happen to, the frail and the lately
troubled sooner. Here: how cases begin and end. Not here: enquiries, protection plans and care, which keep cases open
(`assets.synthetic.social_care`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assets.synthetic.flows import Flows
from assets.synthetic.people import People
from assets.synthetic.records import Index, Ledger, choose, days_between
from assets.synthetic.timeline import NEVER, Days, Quarter, add_working_days, birthday

LATE_WORKING_DAYS = 45
CHILDHOOD = 18


class ShortageError(Exception):
    """A count of the flows cannot be met; the message names it, the quarter, and what there was."""


@dataclass
class CaseWork:
    """The state of cases at the end of the quarter reached, and everything recorded of them so far."""

    people: People
    flows: Flows
    quarters: Sequence[Quarter]
    rng: np.random.Generator
    strict: bool = False
    """Whether a count that cannot be met is an error; else what can be had is taken."""
    cases: Ledger = field(
        default_factory=lambda: Ledger(
            person=-1,
            referred=NEVER,
            nfa=False,
            source=0,
            closed=NEVER,
            moved_in=NEVER,
            last_event=-NEVER,
            leaver=False,
            unborn=False,
            assessed=NEVER,
        )
    )
    assessments: Ledger = field(
        default_factory=lambda: Ledger(case=-1, person=-1, referred=NEVER, started=NEVER, authorised=NEVER, first=True)
    )
    repeated: Ledger = field(default_factory=lambda: Ledger(person=-1, referred=NEVER, source=0))
    """Referrals of children whose case was open: the lists hold them, no count does."""

    def __post_init__(self) -> None:
        count = self.people.count
        self.case_of, self.plan_of, self.care_of = (np.full(count, -1) for _ in range(3))
        self.free_from = np.full(count, -NEVER)
        self.plan_free_from, self.care_free_from = np.full(count, -NEVER), np.full(count, -NEVER)
        self.plans_before = np.zeros(count, np.int64)
        self.in_case = np.zeros((len(self.quarters), count), bool)
        self.turns_18 = birthday(self.people.born, CHILDHOOD)
        self.eighteen_soon = self.turns_18 - 120

    def _refer(self, quarter: Quarter, number: int, trouble: npt.NDArray[np.float64], sources: Index) -> None:
        people, rng, wanted = self.people, self.rng, int(self.flows.referrals[number])
        unborn = self._refer_unborn(quarter, number)
        may = (self.case_of < 0) & (self.free_from <= quarter.end - 5) & (people.born <= quarter.end - 10)
        may &= self.eighteen_soon > quarter.end
        chosen = choose(np.flatnonzero(may), wanted - unborn, people.frailty * trouble, rng)
        self._short("referrals", quarter, wanted - unborn, chosen.size)
        begin = np.maximum(np.maximum(self.free_from[chosen], people.born[chosen]), quarter.start)
        on = days_between(begin, quarter.end, rng)
        nothing = np.zeros(chosen.size, bool)
        # What came with trouble is rarely left alone.
        unlikely = np.where(trouble[chosen] > 1.5, 0.4, 1.0)
        picked = choose(np.arange(chosen.size), int(self.flows.no_further_action[number]), unlikely, rng)
        nothing[picked] = True
        self.cases.add(person=chosen[nothing], referred=on[nothing], nfa=True, source=sources[chosen[nothing]])
        self.free_from[chosen[nothing]] = on[nothing] + 7
        self._open(chosen[~nothing], on[~nothing], nfa=False, source=sources[chosen[~nothing]])

    def _refer_again(self, quarter: Quarter, number: int, sources: Index) -> None:
        """Referrals of children whose case was open all through the quarter."""
        open_throughout = np.flatnonzero((self.case_of >= 0) & (self.eighteen_soon > quarter.end))
        begun = self.cases["referred"][self.case_of[open_throughout]]
        open_throughout = open_throughout[begun < quarter.start - 10]
        again = choose(open_throughout, 1 + int(self.flows.referrals[number]) // 60, None, self.rng)
        on = days_between(quarter.start, quarter.end, self.rng, again.size)
        self.repeated.add(person=again, referred=on, source=sources[again])

    def _refer_unborn(self, quarter: Quarter, number: int) -> int:
        """Refer children not yet born, only where no later yearly return would tell of them as born."""
        last = quarter.minus(self.quarters[-1]) == 0
        if quarter.number != 4:
            return 0
        due = np.flatnonzero((self.people.born > quarter.end + 5) & (self.people.born < quarter.start + 220))
        chosen = choose(due, max(2, int(self.flows.referrals[number]) // 60), self.people.frailty, self.rng)
        on = days_between(quarter.start, quarter.start + 40, self.rng, chosen.size)
        first = self.cases.count
        self._open(chosen, on, nfa=False)
        self.cases["unborn"][first:] = True
        if not last:  # the case is over before the birth
            ended = days_between(on + 25, quarter.end, self.rng)
            self.cases["closed"][first:] = ended
            self.case_of[chosen] = -1
            self.free_from[chosen] = self.people.born[chosen] + 30
            self.assessments["authorised"][-chosen.size :] = NEVER
            self.assessments.drop_last(chosen.size)
        return chosen.size

    def _open(self, person: Index, on: Days, *, nfa: bool, leaver: bool = False, source: Index | int = 0) -> None:
        first = self.cases.count
        self.cases.add(person=person, referred=on, nfa=nfa, source=source, leaver=leaver, last_event=on)
        case = first + np.arange(person.size)
        self.case_of[person] = case
        if not leaver:
            started = on + self.rng.integers(0, 5, person.size)
            before = on < self.quarters[0].start
            done = np.where(
                before & (on < self.quarters[0].start - 60), started + self.rng.integers(15, 55, person.size), NEVER
            )
            self.cases["assessed"][case] = done
            self.assessments.add(case=case, person=person, referred=on, started=started, authorised=done)

    def _assess(self, quarter: Quarter, number: int) -> None:
        rng, assessments = self.rng, self.assessments
        wanted, in_time = int(self.flows.assessed[number]), int(self.flows.assessed_in_time[number])
        pending = np.flatnonzero((assessments["authorised"] == NEVER) & (assessments["started"] <= quarter.end - 8))
        pending = pending[self.case_of[assessments["person"][pending]] == assessments["case"][pending]]
        clock = np.where(assessments["first"], assessments["referred"], assessments["started"])[pending]
        limit = add_working_days(clock, LATE_WORKING_DAYS)
        started = assessments["started"][pending]
        late = choose(
            np.flatnonzero(limit < quarter.end),
            wanted - in_time,
            (quarter.end - clock)[limit < quarter.end].astype(float),
            rng,
        )
        from_, to = np.maximum(started + 5, quarter.start), np.minimum(limit, quarter.end)
        soon = choose(np.setdiff1d(np.flatnonzero(to >= from_), late), in_time, None, rng)
        self._authorise(
            pending[late],
            days_between(np.maximum(np.maximum(limit[late] + 1, quarter.start), started[late]), quarter.end, rng),
        )
        self._authorise(pending[soon], days_between(from_[soon], to[soon], rng))
        self._assess_again(quarter, in_time - soon.size, wanted - in_time - late.size)

    def _assess_again(self, quarter: Quarter, in_time: int, late: int) -> None:
        """Further assessments of cases open for long, where the first ones are too few."""
        rng, cases = self.rng, self.cases
        may = np.flatnonzero((self.case_of >= 0) & (self.eighteen_soon > quarter.end))
        case = self.case_of[may]
        may = may[(cases["assessed"][case] < quarter.start - 110) & ~cases["leaver"][case]]
        chosen = choose(may, in_time + late, None, rng)
        self._short("assessments", quarter, in_time + late, chosen.size)
        case, when = self.case_of[chosen], np.arange(chosen.size)
        started = np.where(
            when < in_time,
            days_between(quarter.start - 25, quarter.start, rng, chosen.size),
            days_between(quarter.start - 100, quarter.start - 40, rng, chosen.size),
        )
        limit = add_working_days(started, LATE_WORKING_DAYS)
        on = np.where(
            when < in_time,
            days_between(np.full(chosen.size, quarter.start + 3), np.minimum(limit, quarter.end), rng),
            days_between(np.maximum(limit + 1, quarter.start), quarter.end, rng),
        )
        first = self.assessments.count
        self.assessments.add(case=case, person=chosen, referred=cases["referred"][case], started=started, first=False)
        self._authorise(first + when, on)

    def _authorise(self, assessment: Index, on: Days) -> None:
        self.assessments["authorised"][assessment] = on
        case = self.assessments["case"][assessment]
        self.cases["assessed"][case] = on
        np.maximum.at(self.cases["last_event"], case, on)

    def _close(self, quarter: Quarter, number: int) -> None:
        """Close as many cases as brings those open to the count; leavers by age, children by their 18th birthday."""
        rng, cases = self.rng, self.cases
        person = np.flatnonzero(self.case_of >= 0)
        case = self.case_of[person]
        wanted = person.size - int(self.flows.cases_open[number])
        leaver = cases["leaver"][case]
        bound = np.where(leaver, birthday(self.people.born[person], 21 + case % 5) - 1, self.turns_18[person])
        must = (bound <= quarter.end) & (self.care_of[person] < 0)
        may = (self.plan_of[person] < 0) & (self.care_of[person] < 0) & (cases["last_event"][case] <= quarter.end - 1)
        may &= (cases["assessed"][case] < NEVER) & (self.people.born[person] <= quarter.end) & ~leaver
        hazard = np.where(cases["last_event"][case] > quarter.start - 20, 1.5, 1.0)
        chosen = self._ending("closures", quarter, np.arange(person.size), must, hazard, may, wanted)
        begin = np.maximum(
            np.maximum(cases["last_event"][case[chosen]], quarter.start), cases["referred"][case[chosen]] + 1
        )
        last = np.maximum(np.minimum(quarter.end, bound[chosen]), begin)
        on = days_between(begin, last, rng)
        cases["closed"][case[chosen]] = on
        self.case_of[person[chosen]] = -1
        self.free_from[person[chosen]] = on + 1

    def _ending(
        self,
        what: str,
        quarter: Quarter,
        of: Index,
        must: npt.NDArray[np.bool_],
        hazard: npt.NDArray[np.float64],
        may: npt.NDArray[np.bool_],
        wanted: int,
    ) -> Index:
        """Which of several end: those that must, and of those that may as many as are wanted."""
        free = np.flatnonzero(may & ~must)
        more = choose(free, max(0, wanted - int(must.sum())), hazard[free], self.rng)
        chosen = np.concatenate([np.flatnonzero(must), more])
        if self.strict and chosen.size != wanted:
            raise ShortageError(f"{what} in {quarter.label}: {wanted} wanted, {must.sum()} must, {free.size} may")
        return of[chosen]

    def _short(self, what: str, quarter: Quarter, wanted: int, had: int) -> None:
        if self.strict and had < wanted:
            raise ShortageError(f"{what} in {quarter.label}: {wanted} wanted, {had} to be had")
