"""From a declaration to an Ibis expression: one query counts an indicator for every area and period of a unit.

Here: reading the deliveries that speak, placing rows in periods, and counting them, together and by breakdown.
Not here: what conditions mean (`assets.marts.derived.conditions`), nor what becomes of the counts
(`assets.marts.derived.figures`). The expression names tables and runs nowhere by itself: it is turned into SQL for the
connection a unit has, and could be for another engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ibis

from assets.marts.derived.conditions import (
    age,
    carried_on,
    children_with_several,
    day,
    different,
    every,
    holds,
    of_the_row,
    outside_others,
    seen_beside_others,
    with_working_days,
)
from assets.marts.derived.coverage import Reading, kind_of
from assets.marts.derived.model import CHILD_AGE, Amount, Condition, Derived, Earlier, Inside, Related, Repeated
from assets.marts.derived.readable import Readable

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "int64",
    "DECIMAL(18,6)": "decimal(18, 6)",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BOOLEAN": "boolean",
}
_ASKED = {
    "reading": "string",
    "kind": "string",
    "period": "string",
    "area_code": "string",
    "extract": "string",
    "delivered_in": "string",
    "first_day": "date",
    "last_day": "date",
    "period_end": "date",
    "delivery_end": "date",
    "school_year": "date",
}
_HISTORY = {
    "reading": "string",
    "area_code": "string",
    "extract": "string",
    "quarter": "string",
    "year_start": "date",
    "year_end": "date",
}
_CHILD = {"area_code": "string", "child_id": "string", "date_of_birth": "date", "sex": "string", "ethnicity": "string"}
_CHILD |= {"deprivation_decile": "string", "ward": "string"}
_SCHOOL = {"area_code": "string", "native_id": "string", "phase": "string"}
AGE_BANDS = ((1, "0"), (5, "1-4"), (10, "5-9"), (16, "10-15"), (18, "16-17"))
"""Under so many years of age, the band."""
NOT_KNOWN = "not known"
_FOUR_YEARS = "nursery_4yo"


def sql_of(derived: Derived, tables: Mapping[str, Readable]) -> str:
    """The declaration as DuckDB's SQL: a row an area, kind of window, period, breakdown_type and breakdown, with its
    numerator, denominator and the worst `dq_status` of the rows counted.
    """
    return _compiled(derived.model_dump_json(by_alias=True), _Tables(tables))


class _Tables(dict[str, Readable]):
    """Tables as a cache key: those of one process do not change."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self)))


@lru_cache(maxsize=512)
def _compiled(declared: str, tables: _Tables) -> str:
    expression = expression_of(Derived.model_validate_json(declared), tables)
    return str(ibis.to_sql(expression, dialect="duckdb"))


def expression_of(derived: Derived, tables: Mapping[str, Readable]) -> ir.Table:
    """The declaration as an Ibis expression over `core` and the tables of `assets.marts.derived.coverage`."""
    reading = Reading(tables[derived.table], derived.extracts)
    kinds = [kind_of(derived), *(["year"] if derived.also_year else [])]
    asked = ibis.table(_ASKED, name="derived_asked")
    asked = asked.filter(asked["reading"] == reading.name, asked["kind"].isin(kinds)).drop("reading")
    names = {
        condition: f"relation_{number}"
        for number, (_, condition) in enumerate(derived.conditions())
        if condition.relation is not None
    }
    rows = _read(derived, reading)
    rows = rows.filter(every([holds(rows, each, names) for each in derived.where if of_the_row(each)]))
    for condition in derived.where:
        if (inside := condition.not_inside) is not None:
            rows = outside_others(rows, _cases(inside, tables), inside, derived.date or str(derived.started))
    rows = rows.mutate(
        **{
            name: seen_beside_others(rows, condition.relation)
            for condition, name in names.items()
            if isinstance(condition.relation, Earlier | Repeated)
        }
    )
    rows = _placed(derived, reading, _of_own_area(rows, reading.table), asked)
    for condition, name in names.items():
        if isinstance(relation := condition.relation, Related):
            rows = _marked(rows, children_with_several(_of_history(reading, relation), asked, relation), name)
    about_children = any(condition.column == CHILD_AGE for _, condition in derived.conditions())
    if derived.child in reading.table.columns and (derived.breakdowns or about_children):
        rows = _with_child(derived, rows)
    rows = with_working_days(rows, [condition for _, condition in derived.conditions()])
    later = [each for each in derived.where if not of_the_row(each) and each.not_inside is None]
    rows = rows.filter(every([holds(rows, each, names) for each in later]))
    return _counted(derived, _with_breakdowns(derived, reading.table, rows), names)


def _table(readable: Readable, *, of_any_area: bool = False) -> ir.Table:
    table = ibis.table(
        {name: _TYPES[kind] for name, kind in readable.columns.items()}, name=readable.name, database="core"
    )
    if "extract" not in readable.columns:
        table = table.mutate(extract=ibis.literal(readable.sent[0].extract))
    return table if of_any_area else _of_own_area(table, readable)


def _of_own_area(rows: ir.Table, readable: Readable) -> ir.Table:
    """The rows about the area a delivery is for: another's stand in it too, and count nowhere until that delivers."""
    if readable.area_column is None:
        return rows
    own = rows[readable.area_column]
    return rows.filter(own.isnull() | (own == rows["area_code"]))


def _history(reading: Reading) -> ir.Table:
    history = ibis.table(_HISTORY, name="derived_history")
    return history.filter(history["reading"] == reading.name).drop("reading")


def _read(derived: Derived, reading: Reading) -> ir.Table:
    """The rows to be looked at: the unit's own deliveries, or with those of earlier years, or of every area."""
    table = _table(reading.table)
    beside = [c.relation for _, c in derived.conditions() if isinstance(c.relation, Earlier | Repeated)]
    if not beside:
        return table
    if any(isinstance(relation, Earlier) and relation.any_area for relation in beside):
        scope = ibis.table({"until": "string"}, name="derived_scope")
        table = _table(reading.table, of_any_area=True)
        return table.join(scope, [table["quarter"] <= scope["until"]]).drop("until")
    rows = _delivered(table, reading)
    return _in_their_year(rows, derived) if any(isinstance(each, Repeated) for each in beside) else rows


def _delivered(rows: ir.Table, reading: Reading) -> ir.Table:
    return rows.join(_history(reading), ["area_code", "extract", "quarter"])


def _in_their_year(rows: ir.Table, derived: Derived) -> ir.Table:
    """Each row in the delivery of the year it happened in, so that none counts twice."""
    happened = day(rows, str(derived.date))
    return rows.filter(happened >= rows["year_start"], happened <= rows["year_end"])


def _of_history(reading: Reading, relation: Related) -> ir.Table:
    return carried_on(_delivered(_table(reading.table), reading), relation)


def _cases(inside: Inside, tables: Mapping[str, Readable]) -> ir.Table:
    cases = _table(tables[inside.table])
    return cases.filter(every([holds(cases, each, {}) for each in inside.where]))


def _placed(derived: Derived, reading: Reading, rows: ir.Table, asked: ir.Table) -> ir.Table:
    """The rows with the periods they lie in: those of the delivery that speaks for the period."""
    asked = asked.rename(asked_area="area_code", asked_extract="extract")
    on = [rows["area_code"] == asked["asked_area"]]
    if derived.kind != "rolling":
        on += [rows["extract"] == asked["asked_extract"], rows["quarter"] == asked["delivered_in"]]
    elif "year_start" not in rows.columns:
        rows = _in_their_year(_delivered(rows, reading), derived)
        on = [rows["area_code"] == asked["asked_area"]]
    if derived.kind == "snapshot":
        started, ended = day(rows, str(derived.started)), day(rows, str(derived.ended))
        on += [started <= asked["last_day"], ended.isnull() | (ended > asked["last_day"])]
    elif derived.date:
        happened = day(rows, derived.date)
        on += [happened >= asked["first_day"], happened <= asked["last_day"]]
    return rows.join(asked, on).drop("asked_area", "asked_extract")


def _marked(rows: ir.Table, children: ir.Table, name: str) -> ir.Table:
    """The rows with a column that says whether their child is one of those of their period."""
    marks = children.select(
        mark_area=children["area_code"],
        mark_child=children["child_id"],
        mark_kind=children["of_kind"],
        mark_period=children["of_period"],
        **{name: ibis.literal(True)},
    )
    on = [
        rows["area_code"] == marks["mark_area"],
        rows["child_id"] == marks["mark_child"],
        rows["kind"] == marks["mark_kind"],
        rows["period"] == marks["mark_period"],
    ]
    return rows.left_join(marks, on).drop("mark_area", "mark_child", "mark_kind", "mark_period")


def _with_child(derived: Derived, rows: ir.Table) -> ir.Table:
    """The rows with what is known of their child, and its age on the day."""
    child = ibis.table(_CHILD, name="derived_child")
    facts = {f"of_{name}": name for name in _CHILD if name not in ("area_code", "child_id")}
    children = child.select(of_area="area_code", of_child="child_id", **facts)
    on = [rows["area_code"] == children["of_area"], rows[derived.child] == children["of_child"]]
    rows = rows.left_join(children, on).drop("of_area", "of_child")
    return rows.mutate(**{CHILD_AGE: age(rows["of_date_of_birth"], _day_of(derived, rows))})


def _day_of(derived: Derived, rows: ir.Table) -> Any:
    """The day a row's ages are taken on."""
    if derived.date is not None:
        return day(rows, derived.date)
    return rows["school_year"] if derived.kind == "term" else rows["last_day"]


def _with_breakdowns(derived: Derived, readable: Readable, rows: ir.Table) -> ir.Table:
    """The rows with a column `by_<breakdown>` for every breakdown."""
    known = readable.columns
    for name in derived.breakdowns:
        rows = rows.mutate(**{f"by_{name}": _of_child(derived, known, rows, name).fill_null(NOT_KNOWN)})
    for name, column in derived.by.items():
        rows = rows.mutate(**{f"by_{name}": rows[column].fill_null(NOT_KNOWN)})
    if derived.only_by == "phase":
        rows = _with_phase(rows)
    return rows


def _of_child(derived: Derived, known: Mapping[str, str], rows: ir.Table, name: str) -> Any:
    if name != "age_band":
        return rows[name] if name in known else rows[f"of_{name}"]
    born = rows["date_of_birth" if "date_of_birth" in known else "of_date_of_birth"]
    on = _day_of(derived, rows)
    years = age(born, on)
    banded = ibis.cases(*((years < below, band) for below, band in AGE_BANDS), else_="18+")
    # A child known to the council before it is born has an expected date alone, or a day of birth still to come.
    return ibis.cases((born.isnull() | (born > on), "unborn"), else_=banded)


def _with_phase(rows: ir.Table) -> ir.Table:
    school = ibis.table(_SCHOOL, name="derived_school")
    schools = school.select(school_area="area_code", school_id="native_id", school_phase="phase")
    on = [rows["area_code"] == schools["school_area"], rows["native_id"] == schools["school_id"]]
    rows = rows.left_join(schools, on).drop("school_area", "school_id")
    years = age(rows["date_of_birth"], rows["school_year"])
    phase = ibis.cases(
        (years == 4, _FOUR_YEARS),
        ((rows["school_phase"] == "all_through") & (years < 11), "primary"),
        (rows["school_phase"] == "all_through", "secondary"),
        else_=rows["school_phase"],
    )
    return rows.mutate(by_phase=phase.fill_null(NOT_KNOWN))


def _counted(derived: Derived, rows: ir.Table, names: dict[Condition, str]) -> ir.Table:
    of_all = _group(derived, rows, names, None)
    parts = [_group(derived, rows, names, derived.only_by)] if derived.only_by else [of_all]
    # Pupils of four years are told apart by phase alone.
    told_apart = rows.filter(rows["by_phase"] != _FOUR_YEARS) if derived.only_by == "phase" else rows
    for name in derived.breakdowns:
        parts.append(_group(derived, told_apart, names, name))
    for name in derived.by:
        each = rows.mutate(**{f"by_{name}": rows[f"by_{name}"].split("|")}).unnest(f"by_{name}")
        parts.append(_of_all(_group(derived, each, names, name), of_all))
    return ibis.union(parts[0], *parts[1:]) if len(parts) > 1 else parts[0]


def _of_all(part: ir.Table, of_all: ir.Table) -> ir.Table:
    """A part beside what all of it is counted of: one row may be in several parts, or none."""
    whole = of_all.select(whole_area="area_code", whole_kind="kind", whole_period="period", whole="denominator")
    on = [
        part["area_code"] == whole["whole_area"],
        part["kind"] == whole["whole_kind"],
        part["period"] == whole["whole_period"],
    ]
    joined = part.drop("denominator").left_join(whole, on)
    return joined.select(*(joined["whole"].name("denominator") if n == "denominator" else n for n in part.columns))


def _group(derived: Derived, rows: ir.Table, names: dict[Condition, str], breakdown: str | None) -> ir.Table:
    keys = ["area_code", "kind", "period", *([f"by_{breakdown}"] if breakdown else [])]
    counted = rows.group_by(keys).agg(
        numerator=_amount(rows, derived.numerator, names),
        denominator=_amount(rows, derived.denominator, names) if derived.denominator else ibis.null("float64"),
        dq_status=rows["dq_status"].max(),
    )
    return counted.select(
        "area_code",
        "kind",
        "period",
        breakdown_type=ibis.literal(breakdown or "all"),
        breakdown=counted[f"by_{breakdown}"] if breakdown else ibis.literal("all"),
        numerator="numerator",
        denominator="denominator",
        dq_status="dq_status",
    )


def _amount(rows: ir.Table, amount: Amount, names: dict[Condition, str]) -> Any:
    where = every([holds(rows, each, names) for each in amount.where])
    if amount.different:
        found = different(rows, amount.different, where)
    elif amount.sum:
        found = rows[amount.sum].sum(where=where)
    elif amount.sum_days:
        found = day(rows, amount.sum_days.end).delta(day(rows, amount.sum_days.start), unit="day").sum(where=where)
    else:
        found = rows.count(where=where)
    return found.cast("float64").fill_null(0.0)
