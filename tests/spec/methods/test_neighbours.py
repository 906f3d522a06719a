"""Neighbour means against official figures, groups as sums before ratios, and both forms against each other."""

from __future__ import annotations

import csv
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.marts.methods.neighbours import NeighbourSummary, group_ratio, summarise_neighbours
from tests.spec.methods.connections import CONNECTION, VECTORS, keyed

with (VECTORS / "sn_average_vectors.csv").open(encoding="utf-8", newline="") as file:
    MEANS = keyed(csv.DictReader(file), "lait_measure", "year", "sn_model")


def _summary_in_sql(values: list[float | None]) -> NeighbourSummary:
    query = """
        SELECT neighbour_mean(value), neighbour_median(value), neighbour_count(value)
        FROM (SELECT unnest(?::DOUBLE[]) AS value)
    """
    return NeighbourSummary(*CONNECTION.execute(query, [values]).fetchall()[0])


def _ratio_in_sql(members: list[tuple[float | None, float | None]], multiplier: float) -> float | None:
    query = """
        SELECT group_ratio(numerator, denominator, ?)
        FROM (SELECT unnest(?::DOUBLE[]) AS numerator, unnest(?::DOUBLE[]) AS denominator)
    """
    columns = [[member[0] for member in members], [member[1] for member in members]]
    return CONNECTION.execute(query, [multiplier, *columns]).fetchall()[0][0]


@pytest.mark.parametrize("case", MEANS, ids="-".join)
def test_vector(case: tuple[str, ...]) -> None:
    rows = MEANS[case]
    # `-` is the source's sign for a figure not available.
    values = [None if row["value"] == "-" else float(row["value"]) for row in rows]
    for summary in (summarise_neighbours(values), _summary_in_sql(values)):
        assert summary.mean == pytest.approx(float(rows[0]["expected_sn_mean"]), rel=1e-9)
        assert summary.n == int(rows[0]["n_used"])


def test_only_neighbours_with_a_figure_count() -> None:
    for summary in (summarise_neighbours([10.0, None, 20.0, 60.0]), _summary_in_sql([10.0, None, 20.0, 60.0])):
        assert summary == (30, 20, 3)
    for summary in (summarise_neighbours([None, None]), _summary_in_sql([None, None])):
        assert summary == (None, None, 0)


def test_a_group_is_a_ratio_of_sums_and_not_a_mean_of_rates() -> None:
    members = [(50.0, 1_000.0), (100.0, 9_000.0)]
    assert group_ratio(members, 10_000) == _ratio_in_sql(members, 10_000) == 150
    assert sum(10_000 * numerator / denominator for numerator, denominator in members) / 2 > 300


@pytest.mark.parametrize("members", [[(1.0, 10.0), (None, 10.0)], [(1.0, 10.0), (1.0, None)], [(0.0, 0.0), (0.0, 0.0)]])
def test_a_group_without_one_members_figure_or_without_anyone_has_none(members: list) -> None:
    assert group_ratio(members) is None
    assert _ratio_in_sql(members, 1) is None


figures = st.lists(st.none() | st.floats(0, 1e6), min_size=1, max_size=20)


@given(figures, st.randoms(use_true_random=False))
def test_the_order_of_neighbours_does_not_matter(values: list[float | None], shuffle: random.Random) -> None:
    shuffled = list(values)
    shuffle.shuffle(shuffled)
    assert summarise_neighbours(shuffled) == summarise_neighbours(values)
    assert _summary_in_sql(shuffled) == _summary_in_sql(values)
    summary, in_sql = summarise_neighbours(values), _summary_in_sql(values)
    assert in_sql.n == summary.n
    if summary.mean is not None:
        assert in_sql.mean == pytest.approx(summary.mean, rel=1e-12)
        assert in_sql.median == pytest.approx(summary.median, rel=1e-12)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=10))
def test_a_group_of_counts_is_the_same_in_both_forms(members: list[tuple[int, int]]) -> None:
    expected = group_ratio(members, 10_000)
    assert _ratio_in_sql(members, 10_000) == expected
    assert math.isclose(expected, 10_000 * sum(n for n, _ in members) / sum(d for _, d in members))
