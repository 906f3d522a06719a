"""Conditions as Ibis expressions: what a test of a row means, blanks included.

Here: subjects, tests, and relations of a row to others of its table as windows over it. Not here: which rows are read
and where they are placed (`assets.marts.derived.compiler`).
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, cast

import ibis

from assets.marts.derived.model import (
    CHILD_AGE,
    DELIVERY_END,
    MOMENTS,
    Condition,
    Earlier,
    Inside,
    Related,
    Repeated,
    Span,
    alternatives,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

AREA = ("area_code",)
_LONG_AGO, _FAR = ibis.date("1000-01-01"), ibis.date("9999-12-31")


def day(rows: ir.Table, name: str) -> Any:
    """A column as a day."""
    column = rows[name]
    return column if column.type().is_date() else column.cast("date")


def age(born: Any, on: Any) -> Any:
    """Whole years of age on a day. Someone born on 29 February is a year older on 1 March of other years."""
    not_yet = (on.month() * 100 + on.day()) < (born.month() * 100 + born.day())
    return on.year() - born.year() - not_yet.cast("int32")


def every(parts: list[Any]) -> Any:
    """All of the parts; true of none."""
    return reduce(and_, parts) if parts else ibis.literal(True)


def holds(rows: ir.Table, condition: Condition, names: dict[Condition, str]) -> Any:
    """Whether a condition holds of a row: true or false, never null. `names` are the columns relations stand in."""
    if condition.any_of:
        return reduce(or_, [holds(rows, each, names) for each in condition.any_of])
    if condition.all_of:
        return every([holds(rows, each, names) for each in condition.all_of])
    if condition.relation is not None:
        found = rows[names[condition]].fill_null(False)
        return ~found if condition.no_earlier is not None else found
    if condition.months is not None:
        reached = day(rows, condition.months.end) >= _months_later(day(rows, condition.months.start), condition)
        return reached.fill_null(False)
    return every([_passes(rows, condition, test) for test in condition.tests])


def _months_later(start: Any, condition: Condition) -> Any:
    return (start + ibis.interval(months=cast(int, condition.at_least))).cast("date")


def _passes(rows: ir.Table, condition: Condition, test: str) -> Any:
    subject, to = _subject(rows, condition), condition.tests[test]
    if test == "is_null":
        return subject.isnull() if to else subject.notnull()
    if test == "not_equals":
        return (subject != to).fill_null(True)
    if test == "not_in":
        return subject.notin(to).fill_null(True)
    if test == "at_least" and condition.percent_of:
        passed = subject * 100 >= rows[condition.percent_of] * to
    elif test == "not_after":
        passed = day(rows, cast(str, condition.column)) <= day(rows, cast(str, to))
    else:
        passed = {
            "equals": lambda: subject == to,
            "in_": lambda: subject.isin(to),
            "at_least": lambda: subject >= to,
            "at_most": lambda: subject <= to,
            "above": lambda: subject > to,
            "below": lambda: subject < to,
        }[test]()
    return passed.fill_null(False)


def _subject(rows: ir.Table, condition: Condition) -> Any:
    if condition.span is None:
        return rows[cast(str, condition.column)]
    measure, span = condition.span
    if measure == "working_days":
        return rows[working_days_to(span.end)] - rows[working_days_to(span.start)]
    if measure == "age":
        return age(day(rows, span.start), day(rows, span.end))
    if measure == "hours":
        return _end(rows, span).delta(rows[span.start], unit="second") / 3600
    return day(rows, span.end).delta(day(rows, span.start), unit="day")


def _end(rows: ir.Table, span: Span) -> Any:
    if span.open_until is None:
        return rows[span.end]
    # To its end: the first moment of the day after.
    return ibis.coalesce(rows[span.end], (rows[DELIVERY_END] + ibis.interval(days=1)).cast("timestamp"))


def working_days_to(name: str) -> str:
    """The column that holds the working days up to a column's day."""
    return f"working_days_to__{name}"


def with_working_days(rows: ir.Table, conditions: list[Condition]) -> ir.Table:
    """The rows with the working days up to every day a condition counts from or to."""
    calendar = ibis.table({"day": "date", "working_days_to": "int32"}, name="working_day_calendar")
    spans = [condition.working_days for condition in conditions if condition.working_days is not None]
    for name in sorted({name for span in spans for name in (span.start, span.end)}):
        counted = calendar.select(day_of=calendar["day"], **{working_days_to(name): calendar["working_days_to"]})
        rows = rows.left_join(counted, [day(rows, name) == counted["day_of"]]).drop("day_of")
    return rows


def of_the_row(condition: Condition) -> bool:
    """Whether a condition can be told from the row alone, before it is placed in a period or set beside others."""
    parts = (*condition.any_of, *condition.all_of)
    if parts:
        return all(of_the_row(each) for each in parts)
    if condition.relation is not None or condition.working_days is not None:
        return False
    named = [condition.column, condition.not_after]
    if condition.span is not None:
        span = condition.span[1]
        named += [span.start, span.end, span.open_until]
    return not any(name in (*MOMENTS, CHILD_AGE) for name in named)


def seen_beside_others(rows: ir.Table, relation: Earlier | Repeated) -> Any:
    """Whether a row has an earlier one, or is the last of several: by a window over the rows of the same child."""
    if isinstance(relation, Repeated):
        order = day(rows, relation.order)
        by = [rows[name] for name in (*AREA, *relation.same)]
        first = order.lag(relation.rows - 1).over(group_by=by, order_by=order)
        return order.delta(first, unit="day") < relation.within_days
    order = day(rows, relation.order)
    by = [rows[name] for name in (*(() if relation.any_area else AREA), *relation.same)]
    if relation.within_months is None:
        return order.min().over(group_by=by) < order
    measured = day(rows, relation.measured_from or relation.order)
    before = ibis.range_window(preceding=(None, ibis.interval(days=1)), group_by=by, order_by=order)
    reach = (order - ibis.interval(months=relation.within_months)).cast("date")
    return measured.max().over(before) >= reach


def outside_others(rows: ir.Table, cases: ir.Table, relation: Inside, at: str) -> ir.Table:
    """The rows that do not lie inside a case of the same child in the same delivery."""
    begun = cases.select(
        case_area=cases["area_code"],
        case_extract=cases["extract"],
        case_quarter=cases["quarter"],
        case_child=cases["child_id"],
        case_started=cases[relation.started],
        # Comparisons alone can be hashed; whether a case is open yet would be asked pair by pair.
        case_ended=ibis.coalesce(cases[relation.ended], _FAR),
    )
    return rows.anti_join(
        begun,
        [
            rows["area_code"] == begun["case_area"],
            rows["extract"] == begun["case_extract"],
            rows["quarter"] == begun["case_quarter"],
            rows["child_id"] == begun["case_child"],
            begun["case_started"] < rows[at],
            begun["case_ended"] > rows[at],
        ],
    )


def carried_on(rows: ir.Table, relation: Related) -> ir.Table:
    """The rows with the day on which what goes on in each was begun: its own, or the last before it that began one."""
    began = ibis.cases((every([holds(rows, each, {}) for each in relation.begins]), rows[relation.started]))
    by = [rows[name] for name in (*AREA, *relation.same)]
    so_far = ibis.cumulative_window(group_by=by, order_by=rows[relation.started])
    # What was begun before the first row known is one thing, whenever that was.
    return rows.mutate(begun_on=ibis.coalesce(began.max().over(so_far), _LONG_AGO))


def children_with_several(rows: ir.Table, asked: ir.Table, relation: Related) -> ir.Table:
    """The children of a period of whom enough things begun went on at some time of the months to its end."""
    spans = asked.select(
        span_area=asked["area_code"], of_kind=asked["kind"], of_period=asked["period"], span_end=asked["last_day"]
    ).distinct()
    since = (spans["span_end"] - ibis.interval(months=relation.during_months)).cast("date")
    within = rows.join(
        spans,
        [
            rows["area_code"] == spans["span_area"],
            rows[relation.started] <= spans["span_end"],
            rows[relation.ended].isnull() | (rows[relation.ended] > since),
        ],
    )
    counted = within.group_by(["area_code", *relation.same, "of_kind", "of_period"]).agg(
        several=within["begun_on"].nunique()
    )
    return counted.filter(counted["several"] >= relation.at_least)


def different(rows: ir.Table, names: tuple[str, ...], where: Any = None) -> Any:
    """How many different values of the columns together there are."""
    texts = [ibis.coalesce(*(rows[name].cast("string") for name in alternatives(several))) for several in names]
    return reduce(lambda left, right: left + "|" + right, texts).nunique(where=where)
