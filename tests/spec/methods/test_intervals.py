"""Intervals: every published vector, the exact table solved again, and the SQL form against the Python form."""

from __future__ import annotations

import csv
import math
from decimal import Decimal, localcontext

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.marts.methods.intervals import Interval, byar_limits, proportion_interval, rate_interval
from assets.marts.methods.neighbours import group_ratio
from tests.spec.methods.connections import CONNECTION, VECTORS, evaluate

with (VECTORS / "phe_rates_and_proportions.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


def _number(text: str) -> float | None:
    return None if text in ("", "NA") else float(text)


def _interval(case: dict[str, str]) -> Interval | None:
    function = case["function"].removeprefix("ERROR:")
    count, size = _number(case["x"]), _number(case["n"])
    multiplier, confidence = _number(case["multiplier"]) or 1, float(case["confidence"])
    if function.startswith("byar"):
        assert count is not None
        return byar_limits(count, confidence)
    if function.startswith("phe_rate"):
        return rate_interval(count, size, multiplier, confidence)
    return proportion_interval(count, size, multiplier, confidence)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case_id"])
def test_vector(case: dict[str, str]) -> None:
    if case["method"] == "error":
        with pytest.raises(ValueError, match="a "):
            _interval(case)
        return
    interval = _interval(case)
    lower, upper = _number(case["expected_lower"]), _number(case["expected_upper"])
    if upper is None:
        assert interval is None
        return
    assert interval is not None
    assert interval.upper == pytest.approx(upper, rel=1e-8, abs=0)
    if lower is not None:
        assert interval.lower == pytest.approx(lower, rel=1e-8, abs=0)
    value = _number(case["expected_value"])
    if value is not None and case["n"]:
        assert group_ratio([(_number(case["x"]), _number(case["n"]))], float(case["multiplier"])) == pytest.approx(
            value
        )


def test_vectors_at_95_per_cent_hold_in_sql_to_the_last_digit() -> None:
    compared = 0
    for case in CASES:
        name = "rate_interval" if case["function"].startswith("phe_rate") else "proportion_interval"
        if case["confidence"] != "0.95" or case["method"] == "error" or case["function"].startswith("byar"):
            continue
        arguments = _number(case["x"]), _number(case["n"]), float(case["multiplier"])
        assert _in_sql(name, *arguments) == _interval(case)
        compared += 1
    assert compared == 29


def _in_sql(name: str, count: float | None, size: float | None, multiplier: float) -> Interval | None:
    struct = evaluate(f"{name}(?, ?, ?)", count, size, multiplier)
    return None if struct is None else Interval(struct["lower"], struct["upper"])


@pytest.mark.parametrize("count", range(10))
def test_exact_limits_solve_the_poisson_equation(count: int) -> None:
    """At the limit the count or more, or the count or fewer, has a probability of 2.5 %: solved in 60 digits."""
    interval = rate_interval(count, 1)
    assert interval is not None
    assert interval.upper == _poisson_mean(count, Decimal("0.025"))
    assert interval.lower == (_poisson_mean(count - 1, Decimal("0.975")) if count else 0)


def _poisson_mean(count: int, probability: Decimal) -> float:
    """The mean at which a Poisson count is `count` or fewer with a probability."""
    with localcontext() as context:
        context.prec = 60
        low, high = Decimal(0), Decimal(60)
        for _ in range(150):
            mean = (low + high) / 2
            term = total = Decimal(1)
            for k in range(1, count + 1):
                term *= mean / k
                total += term
            low, high = (mean, high) if total * (-mean).exp() > probability else (low, mean)
        return float(low)


def test_nine_events_are_exact_and_ten_are_byar() -> None:
    nine, ten = rate_interval(9, 1), rate_interval(10, 1)
    assert nine != byar_limits(9)
    assert nine == pytest.approx(byar_limits(9), rel=0.01)
    assert ten == byar_limits(10)
    assert _in_sql("rate_interval", 9, 1, 1) == nine
    assert _in_sql("rate_interval", 10, 1, 1) == ten


def test_no_events_have_an_upper_limit_and_none_or_all_are_their_own_limit() -> None:
    rate = rate_interval(0, 100, 100)
    assert rate is not None
    assert rate.lower == 0
    assert rate.upper == pytest.approx(-math.log(0.025))
    nobody, everybody = proportion_interval(0, 20, 100), proportion_interval(20, 20, 100)
    assert nobody is not None
    assert everybody is not None
    assert nobody.lower == 0 < nobody.upper
    assert everybody.upper == 100 > everybody.lower


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("rate_interval(-1, 10, 1)", "a count of events cannot be negative"),
        ("rate_interval(1.5, 10, 1)", "a count of events is a whole number"),
        ("rate_interval(1, 0, 1)", "a population must be above zero"),
        ("proportion_interval(-1, 10, 1)", "a numerator cannot be negative"),
        ("proportion_interval(1, 0, 1)", "a denominator must be above zero"),
        ("proportion_interval(11, 10, 1)", "a numerator cannot be above its denominator"),
    ],
)
def test_errors_are_the_same_in_both_forms(expression: str, words: str) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=words):
        evaluate(expression)
    with pytest.raises(ValueError, match=words):
        eval(expression, {"rate_interval": rate_interval, "proportion_interval": proportion_interval})


def test_exact_limits_are_held_at_95_per_cent_only() -> None:
    with pytest.raises(ValueError, match="95 % only"):
        rate_interval(9, 100, confidence=0.998)


def test_sql_form_works_on_a_table_with_missing_figures() -> None:
    rows = CONNECTION.execute("""
            SELECT rate_interval(x, n, 10000).lower, rate_interval(x, n, 10000).upper
            FROM (VALUES (1, 100), (NULL, 100), (20, NULL), (20, 100)) AS figure(x, n)
        """).fetchall()
    assert [tuple(row) for row in rows] == [
        rate_interval(1, 100, 10000),
        (None, None),
        (None, None),
        rate_interval(20, 100, 10000),
    ]


counts = st.integers(0, 2_000_000)
sizes = st.integers(1, 60_000_000)
multipliers = st.sampled_from([1, 100, 10_000, 100_000])


@given(counts, sizes, multipliers)
def test_a_rate_lies_in_its_interval_in_both_forms(events: int, population: int, multiplier: int) -> None:
    interval = rate_interval(events, population, multiplier)
    assert interval is not None
    assert 0 <= interval.lower <= multiplier * events / population <= interval.upper
    assert _in_sql("rate_interval", events, population, multiplier) == interval


@given(st.data(), sizes, multipliers)
def test_a_proportion_lies_in_its_interval_in_both_forms(data: st.DataObject, size: int, multiplier: int) -> None:
    count = data.draw(st.integers(0, size))
    interval = proportion_interval(count, size, multiplier)
    assert interval is not None
    share = multiplier * count / size
    assert 0 <= interval.lower <= share * (1 + 1e-12)
    assert share <= interval.upper * (1 + 1e-12)
    assert interval.upper <= multiplier
    assert _in_sql("proportion_interval", count, size, multiplier) == interval


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(2, 50))
def test_intervals_shrink_as_numbers_grow(count: int, others: int, times: int) -> None:
    for interval_of in (rate_interval, proportion_interval):
        few, many = interval_of(count, count + others), interval_of(times * count, times * (count + others))
        assert few is not None
        assert many is not None
        assert many.upper - many.lower < few.upper - few.lower


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_proportion_and_its_complement_mirror_each_other(count: int, others: int) -> None:
    if count + others:
        share, rest = proportion_interval(count, count + others), proportion_interval(others, count + others)
        assert share is not None
        assert rest is not None
        assert share.lower == pytest.approx(1 - rest.upper, abs=1e-12)
