"""Which delivery speaks for which period, and how far back the deliveries so far reach.

Here: the rulings on what a delivery speaks for, on precedence and on look-backs, as temporary tables a unit's queries
join. Not here: the counting itself (`assets.marts.derived.compiler`), nor what an uncovered figure says
(`assets.marts.derived.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from assets.core.periods import TERMS, quarter_period
from assets.marts.derived.model import Derived
from assets.marts.derived.readable import Readable
from warehouse.ledger import ACCEPTED
from warehouse.quarters import FinancialQuarter
from warehouse.units import define_scope

TERM_OF_QUARTER: Mapping[int, str] = {1: "spring", 3: "summer", 4: "autumn"}
"""A census tells of the term before: the summer census of spring, the autumn's of summer, the spring's of autumn."""
MONTHS_OF_Q4 = (12, 1, 2)
"""Months whose participation is added up for the fourth quarter; for the others the last month is taken."""


@dataclass(frozen=True)
class Reading:
    """A table as an indicator reads it: from any extract that has it, or from those the indicator names."""

    table: Readable
    extracts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from other readings."""
        return ",".join((self.table.name, *self.extracts))

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True)
class Window:
    """A span of days a period's rows lie in; a period of several months has several."""

    kind: str
    period_type: str
    period: str
    quarter: str
    """The quarter whose deliveries, or later ones of its year, speak for it."""
    period_start: date
    period_end: date
    first_day: date
    last_day: date
    school_year: date


def kind_of(derived: Derived) -> str:
    """The kind of windows a figure has: a rolling one's are as long as it says."""
    return f"rolling_{derived.months}" if derived.kind == "rolling" else derived.kind


def windows(quarter: FinancialQuarter) -> list[Window]:
    """The windows of every kind that a delivery of a quarter speaks for."""
    found = []
    number_of_quarters = range(1, quarter.number + 1)
    for each in (FinancialQuarter(quarter.start_year, number) for number in number_of_quarters):
        school_year = _school_year(each.end)
        for kind, period_type in (("flow", "quarter"), ("snapshot", "snapshot"), ("rolling_12", "rolling_12_months")):
            period = quarter_period(each, period_type)
            # A quarter's periods all have days.
            start, end = period.start or each.start, period.end or each.end
            first = start if kind == "rolling_12" else each.start
            found.append(Window(kind, period_type, each.label, each.label, start, end, first, each.end, school_year))
        for month in MONTHS_OF_Q4 if each.number == 4 else (each.end.month,):
            first = date(each.end.year - (month > each.end.month), month, 1)
            last = _month_end(first)
            # A month that another quarter's delivery was the first to hold is read from there where it is needed.
            held = FinancialQuarter.containing(last).label
            found.append(
                Window("months", "quarter", each.label, held, each.start, each.end, first, last, _school_year(last))
            )
    if quarter.number == 4:
        start, end = quarter.year_start, quarter.end
        label = quarter.year_label
        found.append(Window("year", "year", label, quarter.label, start, end, start, end, _school_year(end)))
    if (term := TERM_OF_QUARTER.get(quarter.number)) is not None:
        (first_month, first_day), (last_month, last_day) = TERMS[term]
        year = quarter.start_year
        first, last = date(year, first_month, first_day), date(year, last_month, last_day)
        begins = _school_year(last).year
        label = f"{begins}-{(begins + 1) % 100:02d} {term.capitalize()} term"
        found.append(Window("term", "term", label, quarter.label, first, last, first, last, date(begins, 8, 31)))
    return found


def _school_year(day: date) -> date:
    return date(day.year if day.month >= 9 else day.year - 1, 8, 31)


def _month_end(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def define_coverage(
    connection: duckdb.DuckDBPyConnection, readings: Mapping[Reading, int], quarter: str, areas: Sequence[str]
) -> None:
    """Define what a unit's queries join, all of it temporary, for readings and how many years back each looks at most.

    `derived_window` holds the windows. `derived_sent` is a row an extract a reading may come from. `derived_asked` says
    of every reading, kind, area and window which extract's delivery of which quarter is read: of those that cover it
    the extract declared first, and of its deliveries the newest so far. `derived_history` says which delivery holds
    each financial year of an area, the unit's own among them, and whether it holds the year whole. `derived_receipt`
    names the receipts of all deliveries so far.
    """
    define_scope(connection, quarter, areas)
    _load(connection, "derived_window", [vars(window) for window in windows(FinancialQuarter.parse(quarter))])
    sent = [
        {
            "reading": reading.name,
            "extract": each.extract,
            "agency": agency,
            "part": part,
            "parts": len(each.tables),
            "covers": each.covers,
            "rank": rank,
            "years_back": years_back,
        }
        for reading, years_back in readings.items()
        for rank, each in enumerate(reading.table.of_extracts(reading.extracts))
        for agency in each.agencies
        for part in each.tables
    ]
    _load(connection, "derived_sent", sent)
    for name, query in (
        ("derived_receipt", _RECEIPTS),
        ("derived_delivery", _DELIVERIES),
        ("derived_month", _MONTHS),
        ("derived_asked", _ASKED),
        ("derived_history", _HISTORY),
    ):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def _load(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    connection.register("rows_of_table", pa.Table.from_pylist([dict(row) for row in rows]))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM rows_of_table")
    connection.unregister("rows_of_table")


_OF_YEAR = "left({0}, 7) = left(getvariable('scope_quarter'), 7)"
"""Quarters of one financial year begin alike."""

_RECEIPTS = f"""
    SELECT receipt.extract, receipt.agency, receipt.area_code, receipt.quarter, part.table_name, receipt.receipt_id,
           receipt.sha256
    FROM ops.receipt AS receipt JOIN ops.part AS part USING (receipt_id)
    WHERE receipt.outcome IN {ACCEPTED} AND NOT receipt.withdrawn
      AND receipt.quarter <= getvariable('scope_quarter')
      AND list_contains(getvariable('scope_areas'), receipt.area_code)
      AND receipt.extract IN (SELECT extract FROM derived_sent)
"""

_DELIVERIES = """
    SELECT sent.reading, sent.extract, sent.rank, sent.covers, sent.years_back, receipt.area_code, receipt.quarter
    FROM derived_sent AS sent
    JOIN derived_receipt AS receipt
      ON receipt.extract = sent.extract AND receipt.agency = sent.agency AND receipt.table_name = sent.part
    GROUP BY ALL
    HAVING count(DISTINCT sent.part) = min(sent.parts)
"""
"""An extract is delivered for a place where every table needed of it is."""

_MONTHS = f"""
    SELECT DISTINCT area_code, quarter, month_end FROM core.participation_month
    WHERE list_contains(getvariable('scope_areas'), area_code) AND quarter <= getvariable('scope_quarter')
      AND {_OF_YEAR.format("quarter")}
"""
"""The months a delivery of participation holds rows of."""

_ASKED = f"""
    SELECT delivery.reading, span.*, delivery.area_code, delivery.extract, delivery.quarter AS delivered_in,
           quarter_last_day(delivery.quarter) AS delivery_end
    FROM derived_window AS span
    JOIN derived_delivery AS delivery
      ON {_OF_YEAR.format("delivery.quarter")} AND delivery.quarter >= span.quarter
     AND CASE delivery.covers
              WHEN 'year_to_date' THEN span.kind IN ('flow', 'snapshot', 'rolling_12', 'year')
              WHEN 'last_day' THEN span.kind = 'snapshot' AND delivery.quarter = span.quarter
              WHEN 'term' THEN span.kind = 'term'
              WHEN 'months' THEN span.kind = 'months' AND EXISTS (
                  FROM derived_month AS month WHERE month.area_code = delivery.area_code
                   AND month.quarter = delivery.quarter AND month.month_end = span.last_day) END
    QUALIFY row_number() OVER (
        PARTITION BY delivery.reading, span.kind, span.period, span.first_day, delivery.area_code
        ORDER BY delivery.rank, delivery.quarter DESC) = 1
"""

_HISTORY = """
    WITH of_years AS (
        SELECT *, left(quarter, 7) AS year_label FROM derived_delivery WHERE covers = 'year_to_date'
    ), chosen AS (
        SELECT reading, area_code, extract, quarter FROM of_years
        WHERE year_label < left(getvariable('scope_quarter'), 7)
          -- What lies further back than any look-back costs nothing, however much of it there is.
          AND left(year_label, 4)::INTEGER >= left(getvariable('scope_quarter'), 4)::INTEGER - years_back
        -- The newest delivery of a year holds all of it; where two extracts reach as far, the one that decides.
        QUALIFY row_number() OVER (PARTITION BY reading, area_code, year_label ORDER BY quarter DESC, rank) = 1
        UNION
        SELECT reading, area_code, extract, delivered_in FROM derived_asked WHERE kind NOT IN ('term', 'months')
    )
    SELECT reading, area_code, extract, quarter, year_first_day(quarter) AS year_start,
           year_last_day(quarter) AS year_end, right(quarter, 1) = '4' AS is_whole
    FROM chosen
"""
