"""Opening the private warehouse: one process at a time, at the newest version of its tables.

Here: the file lock, the connection, migrations, transactions and threads. Not here: what the tables hold
(`warehouse.ledger`, and the layers in `assets`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from warehouse.home import Home

LOCK_SECONDS = 120
"""How long to wait for another process; a step holds the warehouse for seconds, not minutes."""


class WarehouseBusyError(Exception):
    """Another process holds the warehouse; the message names it."""


CHECKPOINT_AT = "16MB"
"""From how much on a transaction is written into the file at once, rather than beside it first."""


STORAGE = "v1.5.0"
"""How a new warehouse is written: nobody else opens it, and this form is written in half the time of the oldest one.
A warehouse that stands keeps the form it has."""


GROUP_ROWS = 122_880
"""How many rows DuckDB keeps and compresses together."""


class WarehouseVersionError(Exception):
    """The warehouse was written by a newer version of the product."""


@dataclass(frozen=True)
class Warehouse:
    """The private DuckDB file of a home."""

    home: Home
    lock_seconds: float = LOCK_SECONDS

    @contextmanager
    def open(self, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that no other process has, with every migration applied; `purpose` is shown to those who wait.

        Raises WarehouseBusyError after `lock_seconds`, WarehouseVersionError where the file is too new.
        """
        self.home.create()
        lock = FileLock(str(self.home.root / "warehouse.lock"))
        holder = self.home.root / "warehouse.lock.holder"
        try:
            lock.acquire(timeout=self.lock_seconds)
        except Timeout as error:
            raise WarehouseBusyError(
                f"the warehouse is in use by {_describe(holder)}; try again when it is done"
            ) from error
        try:
            holder.write_text(
                json.dumps(
                    {"pid": os.getpid(), "purpose": purpose, "since": datetime.now(UTC).isoformat("T", "seconds")}
                ),
                encoding="utf-8",
            )
            connection = duckdb.connect(str(self.home.warehouse), config={"storage_compatibility_version": STORAGE})
            try:
                self.home.warehouse.chmod(0o600)
                migrate(connection)
                yield connection
            finally:
                connection.close()
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


def _describe(holder: Path) -> str:
    try:
        held = json.loads(holder.read_text(encoding="utf-8"))
        return f"process {held['pid']} ({held['purpose']}, since {held['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the warehouse's own tables to the newest version, each migration in one transaction.

    Migrations are the files `migrations/NNNN_<name>.sql`, applied in order and never edited once released.
    """
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET wal_autocheckpoint = '{CHECKPOINT_AT}'")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE SCHEMA IF NOT EXISTS ops")
    connection.execute("CREATE TABLE IF NOT EXISTS ops.schema_version (version INTEGER, name VARCHAR)")
    row = connection.execute("SELECT coalesce(max(version), 0) FROM ops.schema_version").fetchone()
    current = row[0] if row else 0
    scripts = sorted(
        (entry for entry in (files("warehouse") / "migrations").iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    newest = int(scripts[-1].name.split("_")[0])
    if current > newest:
        raise WarehouseVersionError(
            f"the warehouse is at version {current} and this product knows {newest}: use the newer product"
        )
    for script in scripts:
        version, _, name = script.name.removesuffix(".sql").partition("_")
        if int(version) > current:
            with transaction(connection):
                connection.execute(script.read_text(encoding="utf-8"))
                connection.execute("INSERT INTO ops.schema_version VALUES (?, ?)", [int(version), name])
    # Staged rows are worked on and thrown away: written to the file they would cost as much again as what is kept.
    connection.execute("ATTACH IF NOT EXISTS ':memory:' AS staging (COMPRESS)")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it or none of it."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def threads_for(connection: duckdb.DuckDBPyConnection, rows: int) -> Iterator[None]:
    """As many threads as there are whole groups in so many rows, but one at least and no more than there are.

    Of fewer rows a thread would fill a part of a group, which is kept twice until the transaction ends. It is the whole
    warehouse that is told so, with all its connections.
    """
    before = _threads(connection)
    connection.execute(f"SET threads = {max(1, min(before, rows // GROUP_ROWS))}")
    try:
        yield
    finally:
        connection.execute(f"SET threads = {before}")


def _threads(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT current_setting('threads')").fetchone()
    return int(row[0]) if row else 1
