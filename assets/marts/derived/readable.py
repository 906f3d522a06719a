"""What an indicator may be counted from: core tables of events, and core tables that are one extract's own.

Here: their columns, the extracts they come from in precedence, and which days a delivery of each speaks for; and what
of the catalogue's declarations does not fit them. Not here: which deliveries there are
(`assets.marts.derived.coverage`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from assets.core.event_tables import Event, event_columns, events
from assets.marts.catalogue_model import Catalogue, CatalogueError, Indicator
from assets.marts.derived.model import (
    CHILD_AGE,
    MOMENTS,
    Condition,
    Derived,
    Earlier,
    Inside,
    Related,
    Repeated,
    Span,
    alternatives,
)
from expectations.contract import Contract, ContractRegistry, Table
from expectations.ddl import core_columns

Covers = Literal["year_to_date", "last_day", "term", "months"]
_COVERS: Mapping[str, Covers] = {
    "year_to_date": "year_to_date",
    "quarter": "year_to_date",
    "snapshot": "last_day",
    "term": "term",
}
MONTHLY = frozenset({"participation"})
"""Extracts that speak for the months they hold rows of."""


@dataclass(frozen=True)
class Sent:
    """An extract a table comes from: who sends it, the tables it must have delivered, and the days it speaks for."""

    extract: str
    agencies: tuple[str, ...]
    tables: tuple[str, ...]
    covers: Covers


@dataclass(frozen=True)
class Readable:
    """A table that may be counted: its columns as DuckDB types and its extracts, the one that decides first."""

    name: str
    columns: Mapping[str, str]
    sent: tuple[Sent, ...]
    area_column: str | None = None
    """The column with a row's own area, where rows of other areas may stand in a delivery."""

    def of_extracts(self, extracts: Iterable[str]) -> tuple[Sent, ...]:
        """Its extracts, or those of them that are named."""
        named = tuple(extracts)
        return tuple(sent for sent in self.sent if not named or sent.extract in named)


def readable_tables(contracts: ContractRegistry) -> dict[str, Readable]:
    """Every table that may be counted, by its name in `core`."""
    tables = {event.event: _of_event(event, contracts) for event in events()}
    for contract, table in contracts.tables():
        if table.core and not contract.is_reference and contract.extract != "indicator_return":
            tables[table.core] = _of_extract(contract, table)
    return tables


def _of_event(event: Event, contracts: ContractRegistry) -> Readable:
    sent: dict[str, Sent] = {}
    for source in event.sources:
        # Of several tables of one extract that give the event, the first must have been delivered.
        sent.setdefault(
            source.extract,
            Sent(source.extract, contracts[source.extract].agencies, (source.table, *source.needs), source.covers),
        )
    return Readable(event.event, event_columns(event), tuple(sent.values()))


def _of_extract(contract: Contract, table: Table) -> Readable:
    covers = "months" if contract.extract in MONTHLY else _COVERS.get(contract.coverage, "year_to_date")
    return Readable(
        str(table.core),
        core_columns(contract, table),
        (Sent(contract.extract, contract.agencies, (table.name,), covers),),
        contract.area_column if table.column(contract.area_column or "") else None,
    )


def check_derivations(catalogue: Catalogue, contracts: ContractRegistry) -> None:
    """Raise CatalogueError with everything in the catalogue's `derived` blocks that does not fit the tables."""
    tables = readable_tables(contracts)
    problems = [
        f"{indicator.id}: derived: {problem}"
        for indicator in catalogue.values()
        if indicator.derived is not None
        for problem in _problems_of(indicator, indicator.derived, tables)
    ]
    if problems:
        raise CatalogueError(problems)


def _problems_of(indicator: Indicator, derived: Derived, tables: Mapping[str, Readable]) -> list[str]:
    if derived.table not in tables:
        return [f"there is no table {derived.table}"]
    table = tables[derived.table]
    problems = [f"{table.name} does not come from {name}" for name in derived.extracts if not table.of_extracts([name])]
    named = [derived.date, derived.started, derived.ended, *derived.by.values()]
    for amount in filter(None, (derived.numerator, derived.denominator)):
        told_apart = [name for several in amount.different for name in alternatives(several)]
        named += [amount.sum, *_of_span(amount.sum_days), *told_apart]
    problems += _unknown(named, table)
    for name in derived.breakdowns:
        column = "date_of_birth" if name == "age_band" else name
        if column not in table.columns and derived.child not in table.columns:
            problems.append(f"{table.name} has neither {column} nor a {derived.child} to look {name} up by")
    for name, condition in derived.conditions():
        if name not in tables:
            problems.append(f"there is no table {name}")
        else:
            problems += _unknown(_named_by(condition), tables[name])
            if isinstance(condition.relation, Inside) and condition.relation.table in tables:
                within = condition.relation
                problems += _unknown([within.started, within.ended], tables[within.table])
    if indicator.unit in ("percent", "mean") and derived.denominator is None:
        problems.append("what it is a share of is not declared")
    if indicator.measure == "rate" and not (indicator.denominator and indicator.denominator.population):
        problems.append("a derived rate is on a population")
    return problems


def _named_by(condition: Condition) -> list[str | None]:
    relation = condition.relation
    named: list[str | None] = [condition.column, condition.not_after, condition.percent_of]
    if condition.span is not None:
        named += _of_span(condition.span[1])
    if isinstance(relation, Earlier):
        named += [relation.order, relation.measured_from, *relation.same]
    elif isinstance(relation, Repeated):
        named += [relation.order, *relation.same]
    elif isinstance(relation, Related):
        named += [relation.started, relation.ended, *relation.same]
    return named


def _of_span(span: Span | None) -> list[str | None]:
    return [] if span is None else [span.start, span.end]


def _unknown(names: Iterable[str | None], table: Readable) -> list[str]:
    return [
        f"{table.name} has no column {name}"
        for name in names
        if name is not None
        and name not in (*table.columns, *MOMENTS, *([CHILD_AGE] if "child_id" in table.columns else []))
    ]
