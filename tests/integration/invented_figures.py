"""Invented figures for one city that does not exist in this shape, and the scorecard they make.

Here: a catalogue of a few indicators, their counts, and rows of figures and of the scorecard. Not here: the
warehouse they stand in (`invented_marts`), nor any figure of the shipped example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assets.marts.catalogue_model import Catalogue, Denominator, Indicator
from assets.marts.methods.trend import direction_of_travel, rate_direction
from warehouse.quarters import FinancialQuarter

AREA, AREA_NAME = "E06000999", "Inventon"
LATEST = FinancialQuarter.parse("2019-20 Q4")
QUARTERS = [LATEST.shift(n - 7) for n in range(8)]
AS_OF = date(2020, 7, 31)
POPULATION = 50_000.0

COUNTS: Mapping[str, Sequence[float | None]] = {
    "cin_open": [2040, 1985, 1900, 2210, 2700, 2810, 2500, 2310],
    "cpp_open": [281, 262, 240, 255, 301, None, 318, 333],
    "police_protection": [4, 9, 12, 7, 0, 15, 3, 22],
    "missing_episodes_u18": [130, 122, None, None, 141, 160, 155, 149],
    "absence_overall": [None] * 8,
    "icpc_15wd": [61, 70, 66, 72, 58, 63, 75, 80],
}
_CHILDREN = Denominator(says="children aged 0-17", population="0-17")


def _indicator(indicator_id: str, title: str, agency: str, theme: str, **more: Any) -> Indicator:
    defaults: dict[str, Any] = {
        "unit": "count",
        "counted": "children",
        "period_kind": "flow",
        "numerator": "Children counted once.",
        "decimals": 0,
        "polarity": "neutral",
        "definition": f"{title}, as the partnership defines it.",
        "source": "The partnership's own definition.",
    }
    return Indicator(id=indicator_id, title=title, agency=agency, theme=theme, **(defaults | more))


def catalogue() -> Catalogue:
    """Six indicators of three agencies, of every shape the scorecard shows."""
    rate: dict[str, Any] = {"unit": "per_10000", "denominator": _CHILDREN}
    made = [
        _indicator("cin_open", "Children in need", "council", "social_care", period_kind="snapshot", **rate),
        _indicator("cpp_open", "Child protection plans", "council", "social_care", period_kind="snapshot", **rate),
        _indicator(
            "icpc_15wd",
            "Conferences within 15 working days",
            "council",
            "social_care",
            unit="percent",
            decimals=1,
            polarity="high_good",
            denominator=Denominator(says="children with a conference"),
        ),
        _indicator("police_protection", "Police protection", "police", "police", counted="children"),
        _indicator("missing_episodes_u18", "Missing episodes", "police", "police", polarity="low_good"),
        _indicator(
            "absence_overall",
            "Absence",
            "education",
            "education",
            unit="percent",
            decimals=1,
            polarity="low_good",
            period_kind="term",
            denominator=Denominator(says="possible sessions"),
        ),
    ]
    return Catalogue({indicator.id: indicator for indicator in made})


def figure(indicator_id: str, quarter: FinancialQuarter, count: float | None, **more: Any) -> dict[str, Any]:
    """A row of `indicator_values`: the area's count in a quarter, or its absence."""
    indicator = catalogue()[indicator_id]
    denominator = {"per_10000": POPULATION, "percent": 90.0}.get(indicator.unit)
    per = {"per_10000": 10_000, "percent": 100}.get(indicator.unit, 1)
    value = None if count is None else count * per / (denominator or 1)
    return {
        "indicator_id": indicator_id,
        "area_code": AREA,
        "area_name": AREA_NAME,
        "breakdown_type": "all",
        "breakdown": "all",
        "period_type": indicator.period_type,
        "period": quarter.label,
        "period_start": quarter.start,
        "period_end": quarter.end,
        "basis": "return",
        "reported_in": quarter.label,
        "numerator": count,
        "denominator": denominator,
        "value": value,
        "printed": None if value is None else f"{value:.{indicator.decimals}f}",
        "unit": indicator.unit,
        "status": "missing" if count is None else "value",
        "reason": "No data available for this quarter" if count is None else None,
        "dq_status": "pass",
    } | more


def scorecard_rows() -> list[dict[str, Any]]:
    """The scorecard of the invented counts: one row per indicator, measure and basis."""
    rows = []
    for entry in catalogue().values():
        if entry.id == "absence_overall":
            continue
        bases = ("return", "recomputed") if entry.id == "cin_open" else ("return",)
        measures = [(measure, "return") for measure in entry.measures if measure == "count"]
        measures += [(entry.measure, basis) for basis in bases if entry.measure != "count"]
        rows += [_scorecard_row(entry, measure, basis) for measure, basis in measures]
    return rows


def _scorecard_row(entry: Indicator, measure: str, basis: str) -> dict[str, Any]:
    figures = [figure(entry.id, quarter, count) for quarter, count in zip(QUARTERS, COUNTS[entry.id], strict=True)]
    numbers = [f["numerator"] if measure == "count" else f["value"] for f in figures]
    places = 0 if measure == "count" else entry.decimals
    change = None if None in numbers[6:] else numbers[7] - numbers[6]
    compared = entry.id == "icpc_15wd" and measure == "percent"
    return {
        "theme": entry.theme,
        "agency": entry.agency,
        "indicator_id": entry.id,
        "title": entry.title,
        "measure": measure,
        "unit": "count" if measure == "count" else entry.unit,
        "polarity": entry.polarity,
        "area_code": AREA,
        "area_name": AREA_NAME,
        "breakdown_type": "all",
        "breakdown": "all",
        "basis": basis,
        "latest_quarter": LATEST.label,
        "statistical_neighbours": "79.9" if compared else None,
        "england": "78.7" if compared else None,
        "south_east": "77.2" if compared else None,
        "like_for_like": False if compared else None,
        "comparator_note": "The year to March 2019 stands beside a quarter." if compared else None,
        "change_on_quarter": change,
        "change_on_year": numbers[7] - numbers[3] if numbers[3] is not None else None,
        "direction_of_travel": (way := direction_of_travel(numbers[7], numbers[6])),
        "rating": rate_direction(way, entry.polarity if measure == entry.measure else "neutral"),
        "lower_ci": None if compared else numbers[7] * 0.9,
        "upper_ci": None if compared else numbers[7] * 1.1,
        "recent_trend": "cannot_be_calculated" if compared else "increasing",
        "signal": "outside_limits" if entry.id == "cpp_open" else "common_cause",
        "trial_limits": True,
        "official_england": "44" if entry.id == "cpp_open" and measure == "rate" else None,
        "against_england": "higher" if entry.id == "cpp_open" and measure == "rate" else None,
        "official_like_for_like": True if entry.id == "cpp_open" and measure == "rate" else None,
        "official_source": "2019-20, plans, edition of 2024" if entry.id == "cpp_open" and measure == "rate" else None,
        "dq_status": "pass",
        "findings": 1 if entry.id == "cpp_open" else 0,
    } | {f"quarter_{n}": "missing" if number is None else f"{number:.{places}f}" for n, number in enumerate(numbers, 1)}
