"""A partnership whose true counts are those of Southampton's report for 2019-20, as far as whole children allow.

Here: from the report's cells to the counts a run must show, and the proof that it shows them. Not here: the running
(`assets.synthetic.lives`). The children are made up; the counts are the published report's.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl

from assets.synthetic.attendance import Absence
from assets.synthetic.flows import Flows, drawn_flows
from assets.synthetic.generate import NUMBERS, Due, Rows, check_out, places, write_area, write_calendar, write_sums
from assets.synthetic.lives import Order, live
from assets.synthetic.timeline import Quarter
from assets.synthetic.truth import area_indicators
from assets.synthetic.truth_files import TruthFiles

CHILDREN, SEED = 50_600, 2020
FIRST, LAST = Quarter(2018, 1), Quarter(2019, 4)
LOOK_BACK = Quarter(2017, 4)
"""The year before is delivered too: its last quarter tells all of it, and rolling windows then miss nothing."""
AUTUMN = "2019-20 Autumn term"
PROTECTED = (10, 9, 10, 9)
"""The year's children taken into police protection, by quarter: the report prints their sum alone."""


@dataclass(frozen=True)
class Unmet:
    """A printed cell that no whole number of children gives, and why."""

    indicator: str
    period: str
    printed: str
    why: str


class NotTheReportError(Exception):
    """The lives do not show a count of the report they should show; the message names the cells."""


@cache
def targets() -> Mapping[tuple[str, str, str, str], str]:
    """The report's cells of the area itself: by indicator, breakdown, period and measure, as printed."""
    text = (files("assets.synthetic") / "data" / "southampton_2019_20.csv").read_text(encoding="utf-8")
    return {
        (row["indicator_id"], row["breakdown"], row["period"], row["measure"]): row["printed"]
        for row in csv.DictReader(text.splitlines())
    }


def generate_southampton(out: Path, rate: float, unmet: Callable[[Unmet], None], tell: Callable[[str], None]) -> Rows:
    """Write the partnership; rows by agency, extract and table. Raises NotTheReportError."""
    check_out(out)
    lives = live(next(places(1)), order_like_southampton(), NUMBERS // 100)
    wrong = list(differences(area_indicators(lives)))
    if wrong:
        raise NotTheReportError("; ".join(wrong))
    truth = TruthFiles(out / "truth")
    due: Due = {}
    rows, raised = write_area(lives, out, truth, rate, due, tell)
    write_sums(truth, rows, raised)
    write_calendar(out, due)
    for cell in impossible():
        unmet(cell)
    return rows


def order_like_southampton() -> Order:
    """What is to be lived so that the report is true."""
    quarters = tuple(LOOK_BACK.shift(by) for by in range(LAST.minus(LOOK_BACK) + 1))
    plain = Order(CHILDREN, quarters, SEED)
    return replace(plain, flows=_flows(plain.lived), absence=_absence())


def impossible() -> Iterator[Unmet]:
    """Printed cells no whole number of children on the population in effect gives."""
    for (indicator, _, period, measure), printed in targets().items():
        if indicator == "fte_youth_justice":
            yield Unmet(
                indicator,
                period,
                printed,
                "no whole number of first outcomes on any 10-17 population gives the printed rates; counts are free",
            )
        elif (indicator, period, measure) == ("cpp_open", "2018-19 Q2", "rate"):
            yield Unmet(
                indicator,
                period,
                printed,
                "272 children, as printed beside it, give 54; the count is met, the rate cannot be",
            )


def differences(figures: pl.DataFrame) -> Iterator[str]:
    """Counts and shares of the report that true figures do not show."""
    found = {
        (row["indicator_id"], row["breakdown"], row["period"], row["period_type"]): (
            row["numerator"],
            row["denominator"],
        )
        for row in figures.filter(pl.col("breakdown_type").is_in(["all", "phase"])).iter_rows(named=True)
    }
    types = {"cin_open": "snapshot", "cpp_open": "snapshot", "lac_open": "snapshot"}
    for (indicator, breakdown, period, measure), printed in targets().items():
        if indicator == "fte_youth_justice" or measure == "rate":
            continue
        kind = (
            "term" if breakdown != "all" else "year" if period == LAST.year_label else types.get(indicator, "quarter")
        )
        top, bottom = found.get((indicator, breakdown, period, kind), (None, None))
        shown = None if top is None else as_printed(top, bottom) if measure == "percent" else str(top)
        if shown != printed:
            yield f"{indicator} {breakdown} {period} {measure}: {printed} printed, {shown} true ({top}/{bottom})"


def as_printed(top: int, bottom: int) -> str:
    """A share in percent with one decimal, rounded half up."""
    return str((Decimal(100) * top / Decimal(bottom)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def share_near(printed: str, near: int, *, at_most: bool = False) -> tuple[int, int]:
    """A numerator and denominator that print as a share, the denominator as near to a number as can be."""
    for away in range(near):
        for bottom in (near - away,) if at_most else (near - away, near + away):
            top = round(float(printed) * bottom / 100)
            if as_printed(top, bottom) == printed:
                return top, bottom
    raise NotTheReportError(f"no whole numbers near {near} print as {printed} %")


def _printed(indicator: str, measure: str) -> list[str | None]:
    """An indicator's cells of the eight quarters, None where nothing is printed."""
    return [targets().get((indicator, "all", FIRST.shift(by).label, measure)) for by in range(8)]


def _flows(lived: Sequence[Quarter]) -> Flows:
    """The counts of every quarter lived: drawn before the report's first quarter, the report's from there."""
    before = lived.index(FIRST)
    drawn = drawn_flows(CHILDREN, len(lived), np.random.default_rng(SEED))
    given: dict[str, list[int | None]] = {
        "referrals": _whole("cin_referrals", "count"),
        "cases_open": _whole("cin_open", "count"),
        "enquiries": _whole("s47_started", "count"),
        "plans_open": _whole("cpp_open", "count"),
        "in_care": _whole("lac_open", "count"),
        "missing_episodes": _whole("missing_episodes_u18", "count"),
        "missing_repeaters": _whole("missing_persons_3plus_90d", "count"),
        "away_a_day": _whole("lac_missing_24h_plus", "count"),
        "assessed_in_time": _whole("single_assessments_45wd", "numerator"),
        "protected": [None] * 4 + list(PROTECTED),
    }
    shares = [
        share_near_top(int(top or 0), printed)
        for top, printed in zip(given["assessed_in_time"], _printed("single_assessments_45wd", "percent"), strict=True)
    ]
    given["assessed"] = list(shares)
    conferences = [
        share_near(str(printed), round(0.37 * int(of or 0)))
        for printed, of in zip(_printed("icpc_15wd", "percent"), given["enquiries"], strict=True)
    ]
    given["conferences_in_time"], given["conferences"] = (
        [top for top, _ in conferences],
        [bottom for _, bottom in conferences],
    )
    given["no_further_action"] = [round(0.16 * int(referrals or 0)) for referrals in given["referrals"]]
    given["moved_in_with_plan"] = [2] * 8
    given["plans_started"] = [round(0.86 * int(of or 0)) + 2 for of in given["conferences"]]
    given["care_started"] = [45] * 8
    columns = {field.name: np.array(getattr(drawn, field.name)) for field in fields(drawn)}
    # Before the report everything is as in its first quarter, a little more or less.
    for name, values in given.items():
        usual = next(value for value in values if value is not None)
        columns[name][:before] = np.rint(usual * np.linspace(0.96, 1.0, before)).astype(np.int64)
        columns[name][before:] = [usual if value is None else value for value in values]
    columns["moved_in_with_plan"][:before] = 2
    columns["not_learning"][before:] = [
        float(str(printed)) / 100 for printed in _printed("neet_or_nk_16_17", "percent")
    ]
    return Flows(**columns)


def _whole(indicator: str, measure: str) -> list[int | None]:
    return [None if printed is None else int(printed) for printed in _printed(indicator, measure)]


def share_near_top(top: int, printed: str | None) -> int:
    """The smallest denominator that prints as a share with a numerator."""
    bottom = max(top, int(100 * top / (float(str(printed)) + 0.06)))
    while as_printed(top, bottom) != printed:
        bottom += 1
        if bottom > 20 * top:
            raise NotTheReportError(f"no whole number prints as {printed} % with {top}")
    return bottom


def _absence() -> dict[str, dict[str, Absence]]:
    """The autumn term's shares by phase: authorised and unauthorised moved within their rounding to sum to overall."""
    found = {}
    for group in ("primary", "secondary", "special", "pru"):
        overall, authorised, unauthorised, persistent = (
            float(targets()[f"absence_{kind}", group, AUTUMN, "percent"])
            for kind in ("overall", "authorised", "unauthorised", "persistent_10pct")
        )
        apart = (overall - authorised - unauthorised) * 0.4
        found[group] = Absence((authorised + apart) / 100, (unauthorised + apart) / 100, persistent / 100)
    overall = float(targets()["absence_overall", "nursery_4yo", AUTUMN, "percent"])
    found["nursery_4yo"] = Absence(0.78 * overall / 100, 0.22 * overall / 100, 0.15)
    return {AUTUMN: found}
