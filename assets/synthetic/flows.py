"""How many of everything: the counts a run of lives must show, quarter by quarter.

A made-up area draws them from rates; a calibrated one is given them. Here: the counts. Not here: which child it
happens to (`assets.synthetic.social_care` and its neighbours).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Flows:
    """Counts, one a quarter of the run (the quarters before the first delivery among them)."""

    referrals: Counts
    no_further_action: Counts
    cases_open: Counts
    """Children in need at the quarter's end, those whose only need is adoption support left out."""
    assessed: Counts
    assessed_in_time: Counts
    enquiries: Counts
    conferences: Counts
    conferences_in_time: Counts
    plans_started: Counts
    """Temporary registrations left out; those of children who move in among them."""
    moved_in_with_plan: Counts
    plans_open: Counts
    care_started: Counts
    in_care: Counts
    """Children looked after at the quarter's end, series of short breaks left out."""
    missing_episodes: Counts
    """Of children under 18 and of category missing."""
    missing_repeaters: Counts
    """Children with three or more in ninety days, the last in the quarter."""
    away_a_day: Counts
    """Looked-after children missing for 24 hours or more."""
    protected: Counts
    """Children taken into police protection."""
    not_learning: npt.NDArray[np.float64]
    """Share of 16 and 17 year olds neither in education, employment or training nor known to be."""


def drawn_flows(children: int, quarters: int, rng: np.random.Generator) -> Flows:
    """Counts of an area of so many children, around rates like England's, with a level and a drift of its own."""
    level = rng.lognormal(0, 0.18)
    drift = np.cumsum(rng.normal(0, 0.035, quarters))
    busy = level * np.exp(drift - drift.mean()) * (1 + 0.05 * np.sin(np.arange(quarters) * np.pi / 2))

    def poisson(per_ten_thousand: float) -> Counts:
        return rng.poisson(per_ten_thousand * children / 10_000 * busy).astype(np.int64)

    def stock(per_ten_thousand: float) -> Counts:
        smooth = level * np.exp(0.6 * (drift - drift.mean()))
        return np.rint(per_ten_thousand * children / 10_000 * smooth * rng.normal(1, 0.012, quarters)).astype(np.int64)

    referrals = poisson(140)
    no_further_action = rng.binomial(referrals, 0.17)
    assessed = np.rint((referrals - no_further_action) * 0.98).astype(np.int64)
    enquiries = poisson(42)
    conferences = rng.binomial(enquiries, 0.38)
    moved_in = rng.binomial(conferences, 0.03)
    missing_repeaters = poisson(5)
    return Flows(
        referrals=referrals,
        no_further_action=no_further_action,
        cases_open=stock(330),
        assessed=assessed,
        assessed_in_time=rng.binomial(assessed, 0.82),
        enquiries=enquiries,
        conferences=conferences,
        conferences_in_time=rng.binomial(conferences, 0.78),
        plans_started=rng.binomial(conferences, 0.86) + moved_in,
        moved_in_with_plan=moved_in,
        plans_open=stock(44),
        care_started=poisson(6.5),
        in_care=stock(66),
        missing_episodes=4 * missing_repeaters + poisson(35),
        missing_repeaters=missing_repeaters,
        away_a_day=poisson(1.6),
        protected=poisson(1.8),
        not_learning=np.clip(0.06 + 0.01 * np.sin(np.arange(quarters)) + rng.normal(0, 0.004, quarters), 0.02, 0.15),
    )
