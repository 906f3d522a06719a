"""Significance against a comparator: the cases, and the SQL form against the Python form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.marts.methods.comparison import significance
from assets.marts.methods.intervals import Interval
from tests.spec.methods.connections import evaluate

SQL = "significance(?::DOUBLE, ?::DOUBLE, ?::DOUBLE, ?, ?, ?, ?)"
SOUTHAMPTON, PORTSMOUTH = "E06000045", "E06000044"


@pytest.mark.parametrize(
    ("comparator", "polarity", "expected"),
    [
        (9.9, "high_good", "better"),
        (9.9, "low_good", "worse"),
        (9.9, "neutral", "higher"),
        (20.1, "high_good", "worse"),
        (20.1, "low_good", "better"),
        (20.1, "neutral", "lower"),
        # A limit that reaches the comparator does not lie entirely beyond it.
        (10, "high_good", "similar"),
        (20, "low_good", "similar"),
        (15, "neutral", "similar"),
    ],
)
def test_limits_entirely_beyond_the_comparator_differ(comparator: float, polarity: str, expected: str) -> None:
    assert _in_both_forms(Interval(10, 20), comparator, polarity=polarity) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"interval": None},
        {"comparator": None},
        {"polarity": None},
        {"area_code": None},
        {"comparator_area": None},
        {"comparator_area": SOUTHAMPTON},
        {"like_for_like": False},
        {"like_for_like": None},
    ],
)
def test_not_compared(changed: dict[str, object]) -> None:
    assert _in_both_forms(**{"interval": Interval(10, 20), "comparator": 1, **changed}) == "not_compared"


numbers = st.none() | st.floats(-1e6, 1e6)


@given(
    st.none() | st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)),
    numbers,
    st.sampled_from(["high_good", "low_good", "neutral", None]),
    st.sampled_from([SOUTHAMPTON, PORTSMOUTH, "england", None]),
    st.sampled_from([True, False, None]),
)
def test_both_forms_agree(
    limits: tuple[float, float] | None,
    comparator: float | None,
    polarity: str | None,
    comparator_area: str | None,
    like_for_like: bool | None,
) -> None:
    _in_both_forms(
        None if limits is None else Interval(limits[0], limits[0] + limits[1]),
        comparator,
        polarity=polarity,
        comparator_area=comparator_area,
        like_for_like=like_for_like,
    )


def _in_both_forms(
    interval: Interval | None,
    comparator: float | None,
    polarity: str | None = "high_good",
    area_code: str | None = SOUTHAMPTON,
    comparator_area: str | None = PORTSMOUTH,
    like_for_like: bool | None = True,
) -> str:
    judged = significance(
        interval,
        comparator,
        polarity=polarity,
        area_code=area_code,
        comparator_area=comparator_area,
        like_for_like=like_for_like,
    )
    lower, upper = interval or (None, None)
    assert evaluate(SQL, lower, upper, comparator, polarity, area_code, comparator_area, like_for_like) == judged
    return judged
