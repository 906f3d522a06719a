"""Partnerships of any size and time are made, and every row of them is of an area, a quarter and a year that fit."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.synthetic.generate import Partnership, generate
from assets.synthetic.timeline import Quarter

PARTNERSHIPS = st.builds(
    Partnership,
    areas=st.just(1),
    children=st.sampled_from([1, 3, 40, 250]),
    quarters=st.integers(1, 5),
    last=st.builds(Quarter, st.integers(2018, 2025), st.integers(1, 4)),
    seed=st.integers(0, 1000),
    faults=st.sampled_from([0.0, 0.3]),
)


@settings(max_examples=12, deadline=None)
@given(PARTNERSHIPS)
def test_a_partnership_of_any_size_and_time_is_made(partnership: Partnership) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        rows = generate(partnership, out)
        assert sum(rows.values()) > 0
        delivered = {path.name for path in (out / "landing" / "council" / "E06000045").iterdir()}
        assert delivered == {quarter.path for quarter in partnership.delivered}
        yearly = [path.parent.name for path in out.rglob("cin_census.xml")]
        assert all(name.endswith("Q4") for name in yearly)
        with (out / "truth" / "indicators.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                numerator, denominator = int(row["numerator"]), row["denominator"]
                assert numerator >= 0
                if denominator and row["indicator_id"] != "camhs_wait_days":
                    assert numerator <= int(denominator)
        if not partnership.faults:
            for quarter in partnership.delivered:
                (path,) = out.glob(f"landing/police/*/{quarter.path}/missing_episodes.csv")
                begin, end = (str(np.datetime64(edge, "D")) for edge in (quarter.year_start, quarter.end))
                with path.open(encoding="utf-8") as file:
                    assert all(begin <= row["reported_at"][:10] <= end for row in csv.DictReader(file))
