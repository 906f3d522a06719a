"""The floor under a run: the SQL it put to the warehouse, recorded, then put to a bare DuckDB again.

Here: recording statements with their parameters and the Arrow tables they read, and replaying them. Not here: what
is run while recording (`tests.benchmarks.pipeline`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pyarrow as pa

from warehouse.connection import Warehouse

_LEDGER_ALONE = re.compile(
    r"^\s*(INSERT INTO ops\.|UPDATE ops\.|DELETE FROM ops\.|"
    r"SELECT\b(?!.*\b(core|marts|raw|staging|judged|accepted)\b))",
    re.IGNORECASE | re.DOTALL,
)
_COPY_TO = re.compile(r"\) TO '(?:[^']|'')+'")


@dataclass(frozen=True)
class Statement:
    """One call on the connection: what was asked for (`execute`, `insert`, ...), with what, and in which stage."""

    kind: str
    given: tuple[Any, ...]
    stage: str | None
    opened: int

    @property
    def is_ledger(self) -> bool:
        """Whether it serves the ledger alone: replayed, because later statements read it, and not counted."""
        return self.kind == "execute" and bool(_LEDGER_ALONE.match(str(self.given[0])))


@dataclass
class Recording:
    """Statements in the order they were put."""

    statements: list[Statement] = field(default_factory=list)
    opened: int = 0

    @contextmanager
    def of_the_warehouse(self, stage: Callable[[], str | None]) -> Iterator[None]:
        """Record everything put to a warehouse while inside."""
        opening = Warehouse.open
        recording = self

        @contextmanager
        def recorded(warehouse: Warehouse, purpose: str) -> Iterator[Any]:
            with opening(warehouse, purpose) as connection:
                recording.opened += 1
                yield _Recorded(connection, recording, stage)

        with mock.patch.object(Warehouse, "open", recorded):
            yield


class _Recorded:
    """A connection that notes what it is asked."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, recording: Recording, stage: Callable[[], str | None]
    ) -> None:
        self.bare = connection
        self._recording = recording
        self._stage = stage

    def _note(self, kind: str, *given: Any) -> None:
        self._recording.statements.append(Statement(kind, given, self._stage(), self._recording.opened))

    def execute(self, query: str, parameters: Any = None) -> _Recorded:
        self._note("execute", query, parameters)
        self.bare.execute(query, parameters) if parameters is not None else self.bare.execute(query)
        return self

    def sql(self, query: str, **named: Any) -> Any:
        self._note("execute", query, named.get("params"))
        return self.bare.sql(query, **named)

    def register(self, name: str, rows: Any) -> None:
        self._note("register", name, rows)
        self.bare.register(name, rows)

    def unregister(self, name: str) -> None:
        self._note("unregister", name)
        self.bare.unregister(name)

    def from_arrow(self, rows: pa.Table) -> _RecordedRows:
        """Rows of which the inserting is noted."""
        return _RecordedRows(self.bare.from_arrow(rows), rows, self._note)

    def cursor(self) -> _Recorded:
        """Another connection to the same; what it is asked stands among the rest, in the order of asking."""
        return _Recorded(self.bare.cursor(), self._recording, self._stage)

    def __enter__(self) -> _Recorded:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.bare.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bare, name)


class _RecordedRows:
    """Arrow rows as a relation, which notes where they are inserted and as what."""

    def __init__(
        self, relation: duckdb.DuckDBPyRelation, rows: pa.Table, note: Callable[..., None], values: str = "*"
    ) -> None:
        self._relation = relation
        self._given = (rows, values)
        self._note = note
        self.columns = relation.columns

    def project(self, values: str) -> _RecordedRows:
        return _RecordedRows(self._relation.project(values), self._given[0], self._note, values)

    def insert_into(self, table: str) -> None:
        self._note("insert", *self._given, table)
        self._relation.insert_into(table)


def bare(connection: Any) -> duckdb.DuckDBPyConnection:
    """The DuckDB connection itself, for code that hands it on to a library."""
    return connection.bare if isinstance(connection, _Recorded) else connection


@dataclass(frozen=True)
class Replayed:
    """Seconds of the statements that are the floor, and of those that serve the ledger alone."""

    floor: float
    ledger: float
    statements: int


def replay(recording: Recording, connection: duckdb.DuckDBPyConnection, folder: Path, skip: frozenset[str]) -> Replayed:
    """Put every recorded statement to a bare connection, results fetched; stages in `skip` are left out.

    Parquet goes to `folder`. A connection of the product's begins without temporary tables: those that a statement
    would find standing from an earlier one are replaced, for every statement that makes one replaces it.
    """
    floor = ledger = 0.0
    number = 0
    for number, statement in enumerate(recording.statements):
        if statement.stage in skip:
            continue
        match statement.kind, statement.given:
            case "execute", (query, parameters):
                text = _COPY_TO.sub(f") TO '{folder / f'{number}.parquet'}'", query)
                begun = time.perf_counter()
                connection.execute(text, parameters) if parameters is not None else connection.execute(text)
                connection.fetchall()
                passed = time.perf_counter() - begun
            case "register", (name, rows):
                begun = time.perf_counter()
                connection.register(name, rows)
                passed = time.perf_counter() - begun
            case "insert", (rows, values, table):
                begun = time.perf_counter()
                connection.from_arrow(rows).project(values).insert_into(table)
                passed = time.perf_counter() - begun
            case _, (name,):
                begun = time.perf_counter()
                connection.unregister(name)
                passed = time.perf_counter() - begun
            case _:
                raise AssertionError(statement.kind)
        if statement.is_ledger:
            ledger += passed
        else:
            floor += passed
    return Replayed(floor, ledger, number + 1)
