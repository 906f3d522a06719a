"""The scorecard judges each row by its own basis: another's figures give it no direction, rating or significance."""

from __future__ import annotations

from typing import Any

import pytest

from assets.marts.arithmetic import define_arithmetic
from assets.marts.scorecard import write_scorecard
from tests.derived import Scene
from tests.homes import SOUTHAMPTON
from warehouse.quarters import FinancialQuarter

Q4 = FinancialQuarter(2019, 4)
Numbers = dict[int, float]
"""Figures by how many quarters before 2019-20 Q4 they are of."""


def hold(scene: Scene, indicator: str, basis: str, numbers: Numbers, **more: Any) -> None:
    """Put figures of an indicator on a basis into the marts."""
    for back, number in numbers.items():
        quarter = Q4.shift(-back)
        row = {
            "indicator_id": indicator, "area_code": SOUTHAMPTON, "area_name": "Southampton", "breakdown_type": "all",
            "breakdown": "all", "period_type": "quarter", "period": quarter.label, "period_start": quarter.start,
            "period_end": quarter.end, "basis": basis, "reported_in": quarter.label, "numerator": number,
            "value": number, "printed": f"{number:.0f}", "unit": "count", "status": "value",
            "dq_status": "pass", **more,
        }  # fmt: skip
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        scene.connection.execute(f"INSERT INTO marts.indicator_values ({names}) VALUES ({marks})", list(row.values()))


def judged(scene: Scene, indicator: str, columns: str, measure: str = "count") -> dict[str, tuple[Any, ...]]:
    define_arithmetic(scene.connection)
    write_scorecard(scene.connection)
    rows = scene.connection.execute(
        f"SELECT basis, {columns} FROM marts.scorecard WHERE indicator_id = ? AND measure = ?", [indicator, measure]
    ).fetchall()
    return {basis: tuple(rest) for basis, *rest in rows}


def test_direction_and_rating_are_those_of_the_rows_own_basis() -> None:
    scene = Scene()
    hold(scene, "missing_episodes_u18", "return", {4: 380, 1: 400, 0: 394})
    hold(scene, "missing_episodes_u18", "derived", {4: 5, 1: 2, 0: 3})
    found = judged(
        scene, "missing_episodes_u18", "quarter_8, change_on_quarter, direction_of_travel, rating, rating_on_year"
    )
    assert found == {"return": ("394", -6, "down", "better", "worse"), "derived": ("3", 1, "up", "worse", "better")}


def test_a_basis_of_one_quarter_has_no_direction_though_another_has_eight() -> None:
    scene = Scene()
    hold(scene, "missing_episodes_u18", "return", {back: 394.0 + back for back in range(8)})
    hold(scene, "missing_episodes_u18", "derived", {0: 3})
    found = judged(scene, "missing_episodes_u18", "direction_of_travel, rating, recent_trend, centre")
    assert found["derived"] == ("not_compared", "not_compared", "cannot_be_calculated", 3)
    assert found["return"][:3] == ("down", "better", "no_significant_change")
    assert found["return"][3] == pytest.approx(397.5)


def test_the_recent_trend_is_of_five_points_of_one_basis() -> None:
    scene = Scene()
    hold(scene, "missing_episodes_u18", "return", {back: 400.0 + 100 * back for back in range(5)})
    hold(scene, "missing_episodes_u18", "derived", {back: 800.0 - 100 * back for back in range(5)})
    found = judged(scene, "missing_episodes_u18", "recent_trend")
    assert found == {"return": ("decreasing",), "derived": ("increasing",)}


def beside_england(scene: Scene, *, like_for_like: bool = True) -> dict[str, tuple[Any, ...]]:
    rate = {"unit": "per_10000", "period_type": "snapshot", "denominator": 50_832}
    hold(scene, "lac_open", "return", {0: 50}, **rate)
    hold(scene, "lac_open", "recomputed", {0: 50}, lower_ci=45, upper_ci=55, **rate)
    hold(scene, "lac_open", "derived", {0: 70}, lower_ci=65, upper_ci=75, **rate)
    scene.connection.execute(
        "INSERT INTO marts.indicator_benchmarks (indicator_id, measure, area_code, comparator, breakdown_type, "
        "breakdown, period_type, period, basis, value, printed, like_for_like, reported_in) "
        "VALUES ('lac_open', 'rate', ?, 'england', 'all', 'all', 'snapshot', ?, 'official', 60, '60', ?, ?)",
        [SOUTHAMPTON, Q4.label, like_for_like, Q4.label],
    )
    return judged(scene, "lac_open", "official_england, against_england", "rate")


def test_a_published_comparator_is_set_against_each_basis_by_its_own_interval() -> None:
    found = beside_england(Scene())
    assert found == {"return": (None, None), "recomputed": ("60", "lower"), "derived": ("60", "higher")}


def test_one_that_is_not_like_for_like_judges_none() -> None:
    found = beside_england(Scene(), like_for_like=False)
    assert found["recomputed"] == found["derived"] == ("60", "not_compared")
