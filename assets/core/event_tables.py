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
    columns: Mapping[str, str]


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
            elif source.table not in {table.name for table in contracts[source.extract].tables}:
                problems.append(f"{where}: there is no such table")
            problems += [f"{where}: {name} is no column of the event" for name in source.columns if name not in names]
            problems += [f"{where}: gives no {name}" for name in event.key if name not in source.columns]
    return problems


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
    place = ", ".join(PLACE_COLUMNS)
    key = ", ".join(quote(name) for name in event.key)
    ranks = {extract: rank for rank, extract in enumerate(dict.fromkeys(source.extract for source in event.sources))}
    of_sources = " UNION ALL BY NAME ".join(
        f"SELECT {place}, {literal(source.extract)} AS extract, row_number, dq_status, "
        f"{ranks[source.extract]} AS rank, "
        + ", ".join(f"({sql})::{event_columns(event)[name]} AS {quote(name)}" for name, sql in source.columns.items())
        + f" FROM {typed_name(contracts[source.extract], contracts[source.extract].table(source.table))} "
        f"{source.joined} WHERE quarter = getvariable('scope_quarter') "
        f"AND list_contains(getvariable('scope_areas'), area_code) AND ({source.where})"
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
