"""The scorecard as people read it: the mart's rows in words, with their gaps named and their lines drawn.

Here: everything the scorecard's tables show, as plain values. Not here: the page around them
(`assets.release.report`) and how it looks (`templates/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import duckdb

from assets.release.sparkline import Sparkline, sparkline
from warehouse.quarters import FinancialQuarter

QUARTERS_ACROSS = 8

UNIT_WORDS: Mapping[str, str] = {
    "count": "number",
    "persons": "persons",
    "per_10000": "rate per 10,000",
    "per_100000": "rate per 100,000",
    "percent": "per cent",
    "mean": "mean",
    "rank": "rank",
    "gbp": "pounds",
}
BASIS_WORDS: Mapping[str, str] = {
    "return": "as returned",
    "recomputed": "recomputed by us",
    "derived": "counted by us from records",
    "official": "official statistics",
}
STATUS_WORDS: Mapping[str, str] = {
    "missing": "missing",
    "suppressed": "suppressed",
    "low": "low",
    "not_applicable": "n/a",
    "stopped": "stopped",
}
_DIRECTIONS = {"up": ("▲", "up"), "down": ("▼", "down"), "level": ("▬", "level")}
_RECENT = {
    "increasing": "rising over five quarters",
    "decreasing": "falling over five quarters",
    "no_significant_change": "no trend over five quarters",
}
_SIGNALS = {
    "outside_limits": "outside its limits",
    "seven_point_trend": "seven in one direction",
    "two_of_three_near_limit": "two of three near a limit",
    "seven_on_one_side": "seven on one side",
}
_AGAINST = ("better", "similar", "worse", "higher", "lower")
_COMPARATORS = ("statistical_neighbours", "england", "south_east")
_MEASURE_ORDER = ("count", "rate", "percent", "mean", "rank", "gbp")


@dataclass(frozen=True)
class Cell:
    """A figure as printed, or the name of its absence; `note` is the footnote that says why."""

    text: str
    is_gap: bool
    note: int | None = None
    small: bool = False
    """Whether it is a count of 1 to 5, or a share of fewer than 20."""


@dataclass(frozen=True)
class Direction:
    """Direction of travel: arrow and word; `judgement` is `better` or `worse` only where polarity says so.

    `recent` is the trend of the last five points and `signal` what the control chart says, where they say anything.
    """

    arrow: str
    word: str
    judgement: str | None
    changes: str
    recent: str | None = None
    signal: str | None = None


@dataclass(frozen=True)
class Beside:
    """A comparator as the return printed it and as published, with how the area stands to it where that may be said."""

    printed: Cell
    official: str | None
    against: str | None
    official_note: int | None


@dataclass(frozen=True)
class Line:
    """One measure of one indicator on one basis, eight quarters across."""

    measure: str
    basis: str
    breakdown: str | None
    cells: Sequence[Cell]
    trend: Sparkline | None
    direction: Direction | None
    interval: str | None
    alone: str | None
    """The period of a figure that has no quarters: of a year, a term, or one the agency does not state."""
    comparators: Sequence[Beside]
    findings: int
    doubted: bool


@dataclass(frozen=True)
class IndicatorLines:
    """An indicator with its measures and bases one below the other."""

    id: str
    title: str
    agency: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class ThemeTable:
    """One theme of one area."""

    theme: str
    quarters: Sequence[str]
    indicators: Sequence[IndicatorLines]
    notes: Sequence[str]


@dataclass(frozen=True)
class AreaScorecard:
    """One area's themes."""

    code: str
    name: str
    latest_quarter: str
    themes: Sequence[ThemeTable]

    @property
    def has_figures(self) -> bool:
        """Whether any figure is more than the name of its absence."""
        lines = (line for theme in self.themes for indicator in theme.indicators for line in indicator.lines)
        return any(not cell.is_gap for line in lines for cell in line.cells)


@dataclass
class _Notes:
    """A table's footnotes in the order they are first needed, each text once."""

    texts: list[str] = field(default_factory=list)

    def number(self, text: str) -> int:
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def quarter_labels(latest: str) -> list[str]:
    """The labels of the eight quarters that end with this one, oldest first."""
    quarter = FinancialQuarter.parse(latest)
    return [quarter.shift(number - QUARTERS_ACROSS + 1).label for number in range(QUARTERS_ACROSS)]


def in_words(name: str) -> str:
    """A name as people read it: `social_care` becomes `Social care`."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def read_scorecards(database: duckdb.DuckDBPyConnection) -> list[AreaScorecard]:
    """Every area's scorecard, from a release's own database; areas by name, themes and indicators by title."""
    relation = database.sql("SELECT * FROM marts.scorecard")
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    figures = _read_figures(database, sorted({row["latest_quarter"] for row in rows}))
    rows.sort(key=_reading_order)
    areas = []
    for (name, code, latest), of_area in groupby(
        rows, key=lambda row: (row["area_name"] or row["area_code"], row["area_code"], row["latest_quarter"])
    ):
        themes = [
            _theme_table(theme, latest, list(of_theme), figures)
            for theme, of_theme in groupby(of_area, key=lambda row: row["theme"])
        ]
        areas.append(AreaScorecard(code, name, latest, themes))
    return areas


def _reading_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    measure, basis = row["measure"], row["basis"]
    return (
        row["area_name"] or row["area_code"],
        row["area_code"],
        row["latest_quarter"],
        row["theme"],
        row["title"],
        row["indicator_id"],
        row["breakdown_type"] != "all",
        row["breakdown_type"],
        row["breakdown"],
        _MEASURE_ORDER.index(measure) if measure in _MEASURE_ORDER else len(_MEASURE_ORDER),
        list(BASIS_WORDS).index(basis) if basis in BASIS_WORDS else len(BASIS_WORDS),
    )


_Key = tuple[str, str, str, str, str, str]


def _read_figures(database: duckdb.DuckDBPyConnection, latest_quarters: Sequence[str]) -> dict[_Key, dict[str, Any]]:
    """The newest report of every figure: (indicator, area, breakdown type, breakdown, basis, period) to the figure.

    Only what the scorecard shows is read, so that the page costs the same however long the history is.
    """
    shown = sorted({label for latest in latest_quarters for label in quarter_labels(latest)})
    relation = database.sql(
        """
        SELECT indicator_id, area_code, breakdown_type, breakdown, basis, period,
               numerator, value, reason, small_n
        FROM marts.indicator_values
        SEMI JOIN marts.scorecard USING (indicator_id, area_code, breakdown_type, breakdown, basis)
        WHERE is_latest AND period_type IN ('quarter', 'snapshot', 'rolling_12_months') AND period IN (SELECT unnest(?))
        """,
        params=[shown],
    )
    names = relation.columns[6:]
    return {row[:6]: dict(zip(names, row[6:], strict=True)) for row in relation.fetchall()}


def _theme_table(
    theme: str, latest: str, rows: Iterable[Mapping[str, Any]], figures: Mapping[_Key, Mapping[str, Any]]
) -> ThemeTable:
    quarters, notes = quarter_labels(latest), _Notes()
    indicators = []
    for (indicator_id, title, agency), lines in groupby(
        rows, key=lambda row: (row["indicator_id"], row["title"], row["agency"])
    ):
        made = [_line(row, quarters, figures, notes) for row in lines]
        indicators.append(IndicatorLines(indicator_id, title, in_words(agency), made))
    return ThemeTable(in_words(theme), quarters, indicators, notes.texts)


def _line(
    row: Mapping[str, Any], quarters: Sequence[str], figures: Mapping[_Key, Mapping[str, Any]], notes: _Notes
) -> Line:
    cells: list[Cell] = []
    values: list[float | None] = []
    alone = row["latest_period"] if row["latest_period"] not in (None, *quarters) else None
    for number, quarter in enumerate(quarters, start=1):
        if alone and number < QUARTERS_ACROSS:
            # No gap: there is no such figure of a quarter.
            cells.append(Cell("", is_gap=True))
            values.append(None)
            continue
        key = (row["indicator_id"], row["area_code"], row["breakdown_type"], row["breakdown"], row["basis"], quarter)
        figure = figures.get(key, {})
        cells.append(_cell(row[f"quarter_{number}"], figure, notes))
        values.append(None if cells[-1].is_gap else _drawn(row["measure"], figure))
    return Line(
        measure=UNIT_WORDS.get(row["unit"], row["unit"]),
        basis=BASIS_WORDS.get(row["basis"], row["basis"]),
        breakdown=None if row["breakdown_type"] == "all" else in_words(row["breakdown"]),
        cells=cells,
        trend=sparkline(values, [cell.text for cell in cells]),
        direction=_direction(row),
        interval=_interval(row),
        alone=alone,
        comparators=[_beside(row, name, notes) for name in _COMPARATORS],
        findings=row["findings"] or 0,
        doubted=row["dq_status"] == "warn",
    )


def _cell(printed: str | None, figure: Mapping[str, Any], notes: _Notes) -> Cell:
    """A quarter's cell: a figure the scorecard does not have is missing, and is called so."""
    text = printed if printed is not None else "missing"
    if text not in STATUS_WORDS:
        return Cell(text, is_gap=False, small=bool(figure.get("small_n")))
    reason = figure.get("reason")
    return Cell(STATUS_WORDS[text], is_gap=True, note=notes.number(reason) if reason else None)


def _drawn(measure: str, figure: Mapping[str, Any]) -> float | None:
    """The number a line is drawn through: the count of a count, the value of everything else."""
    if measure == "count" and figure.get("numerator") is not None:
        return figure["numerator"]
    return figure.get("value")


def _direction(row: Mapping[str, Any]) -> Direction | None:
    """The direction in words; None where the quarters cannot be compared."""
    way = row["direction_of_travel"]
    if way not in _DIRECTIONS:
        return None
    arrow, word = _DIRECTIONS[way]
    judgement = row["rating"] if row["rating"] in ("better", "worse") else None
    places = _places(row)
    spans = (("on quarter", row["change_on_quarter"]), ("on year", row["change_on_year"]))
    changes = ", ".join(f"{_signed(change, places)} {span}" for span, change in spans if change is not None)
    signal = _SIGNALS.get(row["signal"])
    if signal and row["trial_limits"]:
        signal += " (trial limits)"
    return Direction(arrow, word, judgement, changes, _RECENT.get(row["recent_trend"]), signal)


def _places(row: Mapping[str, Any]) -> int:
    """The decimals of the latest figure as printed."""
    return len((row[f"quarter_{QUARTERS_ACROSS}"] or "").partition(".")[2])


def _interval(row: Mapping[str, Any]) -> str | None:
    """The latest figure's 95 % interval, with its decimals."""
    if row["lower_ci"] is None or row["upper_ci"] is None:
        return None
    places = _places(row)
    return f"{row['lower_ci']:.{places}f} to {row['upper_ci']:.{places}f}"


def _signed(change: float, places: int) -> str:
    text = f"{abs(change):.{places}f}"
    if float(text) == 0:
        return text
    return ("+" if change > 0 else "−") + text


def _beside(row: Mapping[str, Any], name: str, notes: _Notes) -> Beside:
    """A comparator as the return printed it and as published; one that is not like for like says why."""
    official = row[f"official_{name}"]
    note = None
    if official is not None:
        why = "" if row["official_like_for_like"] else f" Not like for like. {row['official_note'] or ''}".rstrip()
        note = notes.number(f"Published: {row['official_source']}.{why}")
    against = row[f"against_{name}"]
    return Beside(_comparator(row, name, notes), official, against if against in _AGAINST else None, note)


def _comparator(row: Mapping[str, Any], name: str, notes: _Notes) -> Cell:
    """A comparator as the return printed it; one that is not like for like carries the note that says why."""
    text = row[name]
    if text is None:
        return Cell("", is_gap=True)
    if row["like_for_like"]:
        return Cell(text, is_gap=False)
    note = row["comparator_note"] or "It is not known whether this compares like with like."
    return Cell(text, is_gap=False, note=notes.number(f"Not like for like. {note}"))
