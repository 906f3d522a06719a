"""Core tables of events: rows of several extracts' typed tables, in one table's words, with who decides.

Here: the model of an event's declaration (`assets/core/events/<event>.yml`), making the tables of a quarter, and
counting where extracts differ. Not here: the typed tables themselves (`assets.core.validation`), nor any figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field

from expectations.contract import ContractRegistry, DataType
from expectations.ddl import DUCKDB_TYPES, PLACE_COLUMNS, ROW_COLUMNS, typed_name
from expectations.declarations import read_declaration
from expectations.expectation import literal
from warehouse.ledger import ACCEPTED
from warehouse.units import define_scope, ensure_tables, quote, replace_unit


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EventColumn(_Declared):
    """A column of an event: its name, type and meaning."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: DataType = "text"
    description: str


class Source(_Declared):
    """Where an event comes from: a typed table, which of its rows are the event, and a SQL expression a column."""

    extract: str
    table: str
    where: str = "TRUE"
    covers: Literal["year_to_date", "last_day", "term"] = "year_to_date"
    """Which days a delivery's rows speak for: 1 April to the quarter's end, its last day alone, or a school term."""
    needs: tuple[str, ...] = ()
    """Further tables of the extract its SQL looks into: without them the event is not covered."""
    joined: str = ""
    """A join of what those say, in SQL; the table itself is called as in the warehouse, without its schema."""
    or_else: tuple[str, ...] = ()
    """Further tables that may hold the event in the same columns: of one that stands in several rows of a delivery, the
    first is taken, in the order of the tables."""
    columns: Mapping[str, str]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it is read from."""
        return (self.table, *self.or_else)


class Companion(_Declared):
    """Another event that a child with this one should have too, in the same quarter's deliveries of the same area."""

    says: str
    """What a child without it is, in the plural: `looked-after children without an open case of need`."""
    where: str
    """The rows of this event that should have a companion, as a SQL condition."""
    event: str
    companion_where: str
    """The other event's rows that are one."""
    extracts: Mapping[str, str]
    """By each extract of this event, the extract of the other that is looked into."""
    likely_cause: str


class Event(_Declared):
    """An event: what one row of it is, which columns tell events of a child apart, and its sources in precedence."""

    event: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    grain: str
    key: tuple[str, ...] = Field(min_length=1)
    """Columns by which the same event is known in two extracts."""
    columns: tuple[EventColumn, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)
    """The extract that stands first decides where several cover one event."""
    companions: tuple[Companion, ...] = ()

    @property
    def table(self) -> str:
        """The table's name."""
        return f"core.{self.event}"

    def compared(self) -> list[tuple[str, Source, Source]]:
        """Every column two sources of different extracts both carry, with the two."""
        return [
            (name, first, later)
            for number, first in enumerate(self.sources)
            for later in self.sources[number + 1 :]
            if later.extract != first.extract
            for name in first.columns
            if name in later.columns and name not in self.key
        ]


class EventError(Exception):
    """Every problem of every declaration of an event."""


@cache
def events() -> tuple[Event, ...]:
    """Every event, by name. Raises pydantic's ValidationError."""
    root = files("assets.core") / "events"
    found = [
        Event.model_validate(read_declaration(path.read_text(encoding="utf-8")))
        for path in root.iterdir()
        if path.name.endswith(".yml")
    ]
    return tuple(sorted(found, key=lambda event: event.event))


def problems_of_events(contracts: ContractRegistry) -> list[str]:
    """What in the declarations does not fit the contracts: unknown extracts, tables or columns."""
    problems = []
    for event in events():
        names = {column.name for column in event.columns}
        for source in event.sources:
            where = f"{event.event} from {source.extract}.{source.table}"
            if source.extract not in contracts:
                problems.append(f"{where}: there is no such extract")
            elif set(source.tables) - {table.name for table in contracts[source.extract].tables}:
                problems.append(f"{where}: there is no such table")
            problems += [f"{where}: {name} is no column of the event" for name in source.columns if name not in names]
            problems += [f"{where}: gives no {name}" for name in event.key if name not in source.columns]
        problems += [
            f"{event.event}: {extract} does not give its companion {companion.event}"
            for companion in event.companions
            for extract in companion.extracts.values()
            if not any(other.event == companion.event and extract in _extracts(other) for other in events())
        ]
    return problems


def _extracts(event: Event) -> set[str]:
    return {source.extract for source in event.sources}


def event_columns(event: Event) -> dict[str, str]:
    """The columns of an event's table with their DuckDB types."""
    return {
        **PLACE_COLUMNS,
        "extract": "VARCHAR",
        **ROW_COLUMNS,
        **{column.name: DUCKDB_TYPES[column.type] for column in event.columns},
        "dq_status": "VARCHAR",
        "decides": "BOOLEAN",
    }


def prepare_events(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every event table that is missing."""
    ensure_tables(connection, {event.table: event_columns(event) for event in events()})


def write_event(
    connection: duckdb.DuckDBPyConnection, contracts: ContractRegistry, event: Event, quarter: str, areas: Sequence[str]
) -> int:
    """Replace an event's rows of a quarter's deliveries for some areas. Returns rows; in the caller's transaction.

    Every row of every source stands. Where several extracts have the same event (`key`) in one delivery of one area,
    the rows of the one declared first `decide`; of the others the column is false.
    """
    key = ", ".join(quote(name) for name in event.key)
    ranks = {extract: rank for rank, extract in enumerate(dict.fromkeys(source.extract for source in event.sources))}
    of_sources = " UNION ALL BY NAME ".join(
        f"SELECT *, {ranks[source.extract]} AS rank FROM ({_rows_of(contracts, event, source, key)})"
        for source in event.sources
    )
    define_scope(connection, quarter, areas)
    return replace_unit(
        connection,
        event.table,
        quarter=quarter,
        areas=areas,
        quarter_column="quarter",
        select=f"SELECT * EXCLUDE (rank), rank = min(rank) OVER (PARTITION BY area_code, {key}) AS decides "
        f"FROM ({of_sources})",
    )


def _rows_of(contracts: ContractRegistry, event: Event, source: Source, key: str) -> str:
    """A source's rows of a unit as the event's."""
    contract, types = contracts[source.extract], event_columns(event)
    columns = ", ".join(f"({sql})::{types[name]} AS {quote(name)}" for name, sql in source.columns.items())
    rows = " UNION ALL ".join(
        f"SELECT {', '.join(PLACE_COLUMNS)}, {literal(source.extract)} AS extract, row_number, dq_status, "
        f"{number} AS in_table, {columns} FROM {typed_name(contract, contract.table(table))} {source.joined} "
        "WHERE quarter = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code) "
        f"AND ({source.where})"
        for number, table in enumerate(source.tables)
    )
    first = (
        f"QUALIFY row_number() OVER (PARTITION BY area_code, {key} ORDER BY in_table, row_number, receipt_id) = 1"
        if source.or_else
        else ""
    )
    return f"SELECT * EXCLUDE (in_table) FROM ({rows}) {first}"


def define_event_differences(connection: duckdb.DuckDBPyConnection, quarter: str, areas: Sequence[str]) -> None:
    """Define `event_difference`: where two extracts of one delivery have the same event, how often a field differs.

    A row an event, field, pair of extracts and area, with how many were `compared` and how many are `differing`. A day
    that one of them lacks differs: it says that something has not happened. Anything else that is blank is not said,
    and so compares with nothing. Counts alone: whose event it is stands nowhere.
    """
    define_scope(connection, quarter, areas)
    empty = (
        "SELECT NULL::VARCHAR AS event, NULL::VARCHAR AS title, NULL::VARCHAR AS field, "
        "NULL::VARCHAR AS first_extract, "
        "NULL::VARCHAR AS later_extract, NULL::VARCHAR AS area_code, 0::BIGINT AS compared, 0::BIGINT AS differing "
        "WHERE FALSE"
    )
    parts = [empty, *(_difference(event, *pair) for event in events() for pair in event.compared())]
    connection.execute("CREATE OR REPLACE TEMP TABLE event_difference AS " + " UNION ALL ".join(parts))


def _difference(event: Event, name: str, first: Source, later: Source) -> str:
    key = ", ".join(quote(column) for column in event.key)
    scope = "quarter = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code)"

    def of(source: Source) -> str:
        # An event that stands twice in one extract has no one value to set against the other's.
        return (
            f"(SELECT area_code, {key}, min({quote(name)}) AS value FROM {event.table} "
            f"WHERE extract = {literal(source.extract)} AND {scope} GROUP BY ALL HAVING count(*) = 1)"
        )

    [kind] = [column.type for column in event.columns if column.name == name]
    said = "TRUE" if kind in ("date", "timestamp") else "first.value IS NOT NULL AND later.value IS NOT NULL"
    return (
        f"SELECT {literal(event.event)}, {literal(event.title)}, {literal(name)}, {literal(first.extract)}, "
        f"{literal(later.extract)}, area_code, count(*), count_if(first.value IS DISTINCT FROM later.value) "
        f"FROM {of(first)} AS first JOIN {of(later)} AS later USING (area_code, {key}) "
        f"WHERE {said} GROUP BY area_code"
    )


def define_event_companions(connection: duckdb.DuckDBPyConnection, quarter: str, areas: Sequence[str]) -> None:
    """Define `event_companion`: of the children with an event that should have another too, how many have none.

    A row a companion declared, pair of extracts and area that delivered both: `says`, `likely_cause`, `extract`,
    `companion_extract`, `area_code`, `children` and `alone`. Counts alone: which children stands nowhere.
    """
    define_scope(connection, quarter, areas)
    empty = (
        "SELECT NULL::VARCHAR AS says, NULL::VARCHAR AS likely_cause, NULL::VARCHAR AS extract, "
        "NULL::VARCHAR AS companion_extract, NULL::VARCHAR AS area_code, 0::BIGINT AS children, 0::BIGINT AS alone "
        "WHERE FALSE"
    )
    parts = [
        _alone(event, companion, extract, other)
        for event in events()
        for companion in event.companions
        for extract, other in companion.extracts.items()
    ]
    connection.execute("CREATE OR REPLACE TEMP TABLE event_companion AS " + " UNION ALL ".join([empty, *parts]))


def _alone(event: Event, companion: Companion, extract: str, other: str) -> str:
    def children(table: str, of: str, where: str) -> str:
        return (
            f"SELECT DISTINCT area_code, child_id FROM core.{table} WHERE extract = {literal(of)} "
            "AND quarter = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code) "
            f"AND ({where})"
        )

    # Where nobody sent the other extract nothing can be said; where it was sent and holds no such event, much can.
    delivered = (
        f"SELECT area_code FROM ops.receipt WHERE extract = {literal(other)} AND NOT withdrawn "
        f"AND quarter = getvariable('scope_quarter') AND judged IN {ACCEPTED}"
    )
    return (
        f"SELECT {literal(companion.says)}, {literal(companion.likely_cause)}, {literal(extract)}, {literal(other)}, "
        "child.area_code, count(*), count_if(companion.child_id IS NULL) "
        f"FROM ({children(event.event, extract, companion.where)}) AS child "
        f"LEFT JOIN ({children(companion.event, other, companion.companion_where)}) AS companion "
        f"USING (area_code, child_id) WHERE child.area_code IN ({delivered}) GROUP BY child.area_code"
    )
