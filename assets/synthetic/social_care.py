"""Children's social care, quarter by quarter: on top of cases, enquiries, conferences, protection plans and care.

Here: those, and the order of a quarter. Not here: how cases begin and end (`assets.synthetic.casework`), what goes on
inside care (`assets.synthetic.care`), nor any file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assets.synthetic.casework import CaseWork
from assets.synthetic.records import Index, Ledger, choose, days_between
from assets.synthetic.timeline import NEVER, Days, Quarter, add_working_days

CONFERENCE_WORKING_DAYS = 15


@dataclass
class SocialCare(CaseWork):
    """The state of the council's work at the end of the quarter reached, and everything recorded so far."""

    enquiries: Ledger = field(
        default_factory=lambda: Ledger(case=-1, person=-1, referred=NEVER, started=NEVER, conference=NEVER)
    )
    plans: Ledger = field(
        default_factory=lambda: Ledger(
            case=-1,
            person=-1,
            referred=NEVER,
            started=NEVER,
            ended=NEVER,
            previous=0,
            temporary=False,
            conference=NEVER,
        )
    )
    care: Ledger = field(default_factory=lambda: Ledger(case=-1, person=-1, started=NEVER, ended=NEVER))

    def begin(self) -> None:
        """Cases, plans and care that were open when the run begins, and young people who left care before."""
        first, people, rng = self.quarters[0].start, self.people, self.rng
        young = (people.born < first - 60) & (self.turns_18 > first + 200)
        chosen = choose(np.flatnonzero(young), int(self.flows.cases_open[0] * 0.93), people.frailty, rng)
        referred = np.maximum(first - 20 - rng.exponential(320, chosen.size).astype(int), people.born[chosen] + 3)
        self._open(chosen, referred, nfa=False)
        of_age = np.flatnonzero(self.turns_18 <= first)
        leavers = rng.permutation(of_age)[: of_age.size * 2 // 3]
        self._open(leavers, self.turns_18[leavers] - rng.integers(400, 2500, leavers.size), nfa=False, leaver=True)
        cases = self.case_of[leavers]
        self.care.add(
            case=cases, person=leavers, started=self.cases["referred"][cases] + 30, ended=self.turns_18[leavers]
        )
        on_plans = choose(chosen, int(self.flows.plans_open[0]), people.frailty, rng)
        begun = np.maximum(
            self.cases["referred"][self.case_of[on_plans]] + 15, first - rng.integers(10, 420, on_plans.size)
        )
        on_plans, begun = on_plans[begun < first], begun[begun < first]
        before = rng.choice(4, on_plans.size, p=[0.8, 0.15, 0.04, 0.01])
        self._start_plans(on_plans, begun, before)
        rest = chosen[~np.isin(chosen, on_plans)]
        looked_after = choose(rest, int(self.flows.in_care[0]), people.frailty, rng)
        begun = np.minimum(
            self.cases["referred"][self.case_of[looked_after]] + rng.integers(5, 200, looked_after.size), first - 5
        )
        self._start_care(looked_after, begun)
        once = choose(np.flatnonzero(young & (self.plan_of < 0)), chosen.size // 6, people.frailty, rng)
        ended = first - rng.integers(40, 1500, once.size)
        started = np.maximum(ended - rng.integers(60, 500, once.size), people.born[once])
        once, started, ended = (of[started < ended - 20] for of in (once, started, ended))
        self.plans.add(person=once, started=started, ended=ended)
        self.plans_before[once] = 1

    def quarter(self, number: int, trouble: npt.NDArray[np.float64], sources: Index) -> None:
        """Live through a quarter; `trouble` multiplies each person's odds of a referral, `sources` says whose it is."""
        quarter, flows = self.quarters[number], self.flows
        self._end_plans(quarter, self._wanted_ends(self.plan_of, flows.plans_started[number], flows.plans_open[number]))
        self._end_care(quarter, self._wanted_ends(self.care_of, flows.care_started[number], flows.in_care[number]))
        self._refer(quarter, number, trouble, sources)
        self._inquire(quarter, number)
        self._start_new_care(quarter, number)
        self._assess(quarter, number)
        self._close(quarter, number)
        self._refer_again(quarter, number, sources)
        begun = self.cases["referred"][self.case_of]
        self.in_case[number] = (self.case_of >= 0) & (begun <= quarter.end)

    def _inquire(self, quarter: Quarter, number: int) -> None:
        rng, cases, wanted = self.rng, self.cases, int(self.flows.enquiries[number])
        self._move_in(quarter, int(self.flows.moved_in_with_plan[number]))
        may = np.flatnonzero((self.case_of >= 0) & (self.plan_of < 0) & (self.eighteen_soon > quarter.end))
        may = may[~cases["leaver"][self.case_of[may]] & (cases["referred"][self.case_of[may]] <= quarter.end - 3)]
        may = may[self.people.born[may] <= quarter.start]
        fresh = np.where(cases["referred"][self.case_of[may]] >= quarter.start - 30, 3.0, 1.0)
        chosen = choose(may, wanted, self.people.frailty[may] ** 0.5 * fresh, rng)
        self._short("section 47 enquiries", quarter, wanted, chosen.size)
        case = self.case_of[chosen]
        soon = np.minimum(cases["referred"][case] + 25, quarter.end)
        begin = np.maximum(cases["referred"][case], quarter.start)
        on = np.where(
            soon >= begin + 3, days_between(begin, np.maximum(soon, begin), rng), days_between(begin, quarter.end, rng)
        )
        self.enquiries.add(case=case, person=chosen, referred=cases["referred"][case], started=on)
        np.maximum.at(cases["last_event"], case, on)
        self._confer(quarter, number)

    def _confer(self, quarter: Quarter, number: int) -> None:
        rng, enquiries = self.rng, self.enquiries
        person, started = enquiries["person"], enquiries["started"]
        may = np.flatnonzero(
            (enquiries["conference"] == NEVER) & (started >= quarter.start - 75) & (started <= quarter.end - 2)
        )
        may = may[(self.case_of[person[may]] == enquiries["case"][may]) & (self.plan_of[person[may]] < 0)]
        may = may[self.plan_free_from[person[may]] <= quarter.start]
        # Of two enquiries the later one leads to the conference.
        may = may[np.lexsort((-started[may], person[may]))]
        latest = np.concatenate([[True], person[may][1:] != person[may][:-1]]) if may.size else np.zeros(0, bool)
        earlier, may = may[~latest], may[latest]
        limit = add_working_days(started[may], CONFERENCE_WORKING_DAYS)
        from_, to = np.maximum(started[may] + 3, quarter.start), np.minimum(limit, quarter.end)
        wanted, in_time = int(self.flows.conferences[number]), int(self.flows.conferences_in_time[number])
        late_from, late_to = np.maximum(limit + 1, quarter.start), np.minimum(started[may] + 70, quarter.end)
        late = choose(
            np.flatnonzero(late_to >= late_from),
            wanted - in_time,
            np.where(to >= from_, 0.05, 1.0)[late_to >= late_from],
            rng,
        )
        left = np.setdiff1d(np.flatnonzero(to >= from_), late)
        soon = choose(left, in_time, None, rng)
        self._short("conferences in time", quarter, in_time, soon.size)
        self._short("late conferences", quarter, wanted - in_time, late.size)
        held = np.concatenate(
            [days_between(from_[soon], to[soon], rng), days_between(late_from[late], late_to[late], rng)]
        )
        enquiry = np.concatenate([may[soon], may[late]])
        enquiries["conference"][enquiry] = held
        shared = earlier[np.isin(person[earlier], person[enquiry])]
        shared = shared[rng.random(shared.size) < 0.5]
        when = np.full(self.people.count, NEVER)
        when[person[enquiry]] = held
        enquiries["conference"][shared] = when[person[shared]]
        np.maximum.at(self.cases["last_event"], enquiries["case"][enquiry], held)
        wanted = int(self.flows.plans_started[number]) - self._moved_in
        chosen = choose(np.arange(enquiry.size), wanted, None, rng)
        self._short("plans", quarter, wanted, chosen.size)
        self._start_plans(
            person[enquiry[chosen]], held[chosen], self.plans_before[person[enquiry[chosen]]], held[chosen]
        )
        self._register_for_a_time(quarter)

    def _move_in(self, quarter: Quarter, wanted: int) -> None:
        """Children who move in with a plan of another authority: a new case, a conference without an enquiry."""
        cases = self.cases
        fresh = np.flatnonzero(
            (cases["referred"] >= quarter.start)
            & (cases["referred"] <= quarter.end - 20)
            & ~cases["nfa"]
            & (cases["closed"] == NEVER)
            & ~cases["unborn"]
            & ~cases["leaver"]
        )
        fresh = fresh[self.plan_free_from[cases["person"][fresh]] <= quarter.start]
        case = choose(fresh, wanted, None, self.rng)
        self._short("children moved in", quarter, wanted, case.size)
        held = cases["referred"][case] + self.rng.integers(3, 15, case.size)
        cases["moved_in"][case] = held
        person = cases["person"][case]
        self._start_plans(person, held, self.plans_before[person], held)
        self._moved_in = case.size

    def _register_for_a_time(self, quarter: Quarter) -> None:
        """Children here for a time on a plan of another authority."""
        cases, rng = self.cases, self.rng
        may = np.flatnonzero(
            (self.case_of >= 0) & (self.plan_of < 0) & (self.care_of < 0) & (self.eighteen_soon - 300 > quarter.end)
        )
        may = may[(cases["referred"][self.case_of[may]] < quarter.start) & ~cases["leaver"][self.case_of[may]]]
        may = may[self.plan_free_from[may] <= quarter.start]
        person = choose(may, rng.poisson(max(0.5, self.people.count / 60_000)), None, rng)
        on = days_between(quarter.start, quarter.end, rng, person.size)
        ended = on + rng.integers(50, 180, person.size)
        case = self.case_of[person]
        self.plans.add(
            case=case, person=person, referred=cases["referred"][case], started=on, ended=ended, temporary=True
        )
        self.plan_free_from[person] = ended + 1
        np.maximum.at(cases["last_event"], case, ended)

    def _start_plans(self, person: Index, on: Days, before: Index, conference: Days | int = NEVER) -> None:
        first, case = self.plans.count, self.case_of[person]
        self.plans.add(
            case=case,
            person=person,
            referred=self.cases["referred"][case],
            started=on,
            previous=before,
            conference=conference,
        )
        self.plan_of[person] = first + np.arange(person.size)
        self.plans_before[person] = before + 1
        np.maximum.at(self.cases["last_event"], case, on)

    def _end_plans(self, quarter: Quarter, wanted: int) -> None:
        plan = self.plan_of[self.plan_of >= 0]
        age = quarter.end - self.plans["started"][plan]
        grown = self.turns_18[self.plans["person"][plan]] <= quarter.end + 100
        must = grown | (age > 900)
        hazard = np.interp(age, [60, 100, 200, 330, 500, 800], [0.01, 0.3, 1.0, 1.6, 1.6, 2.5])
        chosen = self._ending("plans' ends", quarter, plan, must, hazard, age > 75, wanted)
        person = self.plans["person"][chosen]
        last = np.minimum(quarter.end, self.turns_18[person] - 1)
        on = days_between(np.maximum(quarter.start, self.plans["started"][chosen] + 30), last, self.rng)
        self.plans["ended"][chosen] = on
        self.plan_of[person] = -1
        self.plan_free_from[person] = on + 20
        np.maximum.at(self.cases["last_event"], self.plans["case"][chosen], on)

    def _start_new_care(self, quarter: Quarter, number: int) -> None:
        rng, cases, wanted = self.rng, self.cases, int(self.flows.care_started[number])
        may = np.flatnonzero((self.case_of >= 0) & (self.care_of < 0) & (self.eighteen_soon > quarter.end))
        case = self.case_of[may]
        may = may[
            ~cases["leaver"][case]
            & (cases["referred"][case] <= quarter.end - 4)
            & (self.people.born[may] <= quarter.end - 6)
        ]
        may = may[self.care_free_from[may] <= quarter.start]
        weight = self.people.frailty[may] ** 0.5 * np.where(self.plan_of[may] >= 0, 5.0, 1.0)
        chosen = choose(may, wanted, weight * np.where(self.turns_18[may] - quarter.end < 1400, 2.0, 1.0), rng)
        self._short("children starting to be looked after", quarter, wanted, chosen.size)
        earliest = np.maximum(cases["referred"][self.case_of[chosen]] + 1, self.people.born[chosen] + 1)
        self._start_care(chosen, days_between(np.maximum(earliest, quarter.start), quarter.end, rng))

    def _start_care(self, person: Index, on: Days) -> None:
        first = self.care.count
        self.care.add(case=self.case_of[person], person=person, started=on)
        self.care_of[person] = first + np.arange(person.size)
        np.maximum.at(self.cases["last_event"], self.case_of[person], on)

    def _end_care(self, quarter: Quarter, wanted: int) -> None:
        period = self.care_of[self.care_of >= 0]
        person, age = self.care["person"][period], quarter.end - self.care["started"][period]
        must = self.turns_18[person] <= quarter.end
        hazard = np.interp(age, [0, 60, 200, 500, 1200], [0.2, 1.2, 1.0, 0.7, 0.35])
        chosen = self._ending("ends of care", quarter, period, must, hazard, age > 12, wanted)
        person = self.care["person"][chosen]
        grown = self.turns_18[person] <= quarter.end
        begin = np.maximum(quarter.start, self.care["started"][chosen] + 1)
        on = np.where(
            grown,
            self.turns_18[person],
            days_between(begin, np.minimum(quarter.end, self.turns_18[person] - 1), self.rng),
        )
        self.care["ended"][chosen] = on
        self.care_of[person] = -1
        self.care_free_from[person] = on + 20
        case = self.care["case"][chosen]
        np.maximum.at(self.cases["last_event"], case, on)
        self.cases["leaver"][case[grown]] = True

    def _wanted_ends(self, of: Index, starting: int, stock: int) -> int:
        return int((of >= 0).sum()) + int(starting) - int(stock)
