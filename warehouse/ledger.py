"""The ledger: what was received, what became of it, what is in force, and what work follows.

Here: receipts, gates, the list of places to be made anew, and the landed files already seen. A place is
(extract, agency, area, quarter); for published statistics data set and edition stand for area and quarter.
Not here: why a row or a file is at fault (`expectations`, `assets`), nor any row of an extract.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import duckdb

_AWAITED = "release_awaited"
ACCEPTED = ("accepted", "accepted_with_quarantine")


class NoSuchReceiptError(Exception):
    """The receipt named does not exist or cannot be withdrawn; the message says which."""


@dataclass(frozen=True)
class Receipt:
    """One file received. `judged` is None until its rows were checked."""

    receipt_id: str
    sha256: str | None
    agency: str | None
    area_code: str | None
    quarter: str | None
    received_at: datetime
    file_name: str
    extract: str | None = None
    table_name: str | None = None
    """The table it holds; None where a file of the extract holds several."""
    layout: str | None = None
    judged: str | None = None
    outcome: str | None = None
    rule: str | None = None
    reason: str | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    loaded: bool = False
    withdrawn: bool = False
    subject: str | None = None
    """What tells files of one data set and edition apart; None where a newer file replaces the older whatever it is."""


_COLUMNS = ", ".join(field.name for field in fields(Receipt))


@dataclass(frozen=True)
class Place:
    """Where a delivery belongs."""

    extract: str
    agency: str
    area_code: str
    quarter: str


def receipts(
    connection: duckdb.DuckDBPyConnection, where: str = "TRUE", parameters: Sequence[Any] = ()
) -> list[Receipt]:
    """Receipts that meet a SQL condition, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM ops.receipt WHERE {where} ORDER BY received_at, sha256, receipt_id", list(parameters)
    ).fetchall()
    return [Receipt(*row) for row in rows]


def next_receipt_id(connection: duckdb.DuckDBPyConnection) -> str:
    """The number of the next receipt: R000001, R000002, ..."""
    row = connection.execute("SELECT count(*) FROM ops.receipt").fetchone()
    return f"R{(row[0] if row else 0) + 1:06d}"


def record(connection: duckdb.DuckDBPyConnection, receipt: Receipt) -> None:
    """Enter a new receipt."""
    marks = ", ".join("?" for _ in fields(Receipt))
    connection.execute(
        f"INSERT INTO ops.receipt ({_COLUMNS}) VALUES ({marks})", [getattr(receipt, f.name) for f in fields(Receipt)]
    )


def quarantine_whole(connection: duckdb.DuckDBPyConnection, receipt: Receipt, locations: Sequence[str]) -> None:
    """Set aside every row of a receipt stopped before any was looked at, under the rule that stopped it."""
    connection.execute(
        """
        INSERT INTO ops.quarantine
        SELECT ?, ?, ?, ?, ?, ?, row_number, rtrim(replace(location, '{column}', ''), ':'), [?]
        FROM (SELECT unnest(?::VARCHAR[]) AS location, generate_subscripts(?::VARCHAR[], 1) AS row_number)
        """,
        [
            receipt.receipt_id,
            receipt.extract,
            receipt.table_name,
            receipt.agency,
            receipt.area_code,
            receipt.quarter,
            receipt.rule,
            list(locations),
            list(locations),
        ],
    )


def see(connection: duckdb.DuckDBPyConnection, path: str, size: int, modified_ns: int, receipt_id: str) -> None:
    """Note that a landed file was taken in as it is now."""
    connection.execute("DELETE FROM ops.landed_file WHERE path = ?", [path])
    connection.execute("INSERT INTO ops.landed_file VALUES (?, ?, ?, ?)", [path, size, modified_ns, receipt_id])


def seen(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Landed files already taken in: path to (size, modification time)."""
    rows = connection.execute("SELECT path, size, modified_ns FROM ops.landed_file").fetchall()
    return {path: (size, modified_ns) for path, size, modified_ns in rows}


@dataclass(frozen=True)
class Part:
    """One table of one file, as it stands in raw; `headers` is where its columns stood, as JSON."""

    receipt_id: str
    table_name: str
    headers: str
    rows_read: int


def mark_loaded(connection: duckdb.DuckDBPyConnection, receipt_id: str, parts: Sequence[Part]) -> None:
    """Note that a receipt's rows stand in raw."""
    connection.execute("DELETE FROM ops.part WHERE receipt_id = ?", [receipt_id])
    for part in parts:
        connection.execute(
            "INSERT INTO ops.part (receipt_id, table_name, headers, rows_read) VALUES (?, ?, ?, ?)",
            [part.receipt_id, part.table_name, part.headers, part.rows_read],
        )
    connection.execute(
        "UPDATE ops.receipt SET loaded = TRUE, rows_read = ? WHERE receipt_id = ?",
        [sum(part.rows_read for part in parts), receipt_id],
    )


def refuse(connection: duckdb.DuckDBPyConnection, receipt_id: str, rule: str, reason: str) -> None:
    """Stop a receipt whose file turned out not to be readable to its end. None of its rows stands anywhere."""
    connection.execute(
        "UPDATE ops.receipt SET judged = 'stopped', outcome = 'stopped', rule = ?, reason = ? WHERE receipt_id = ?",
        [rule, reason, receipt_id],
    )


def judge(
    connection: duckdb.DuckDBPyConnection,
    receipt_id: str,
    *,
    rows_read: int,
    rows_quarantined: int,
    stopped: tuple[str, str] | None = None,
) -> None:
    """Record what the checks said of a receipt; `stopped` is the rule and the reason.

    A stopped delivery's rows all count as quarantined, whatever they are.
    """
    quarantined = rows_read if stopped else rows_quarantined
    outcome = "stopped" if stopped else ("accepted_with_quarantine" if quarantined else "accepted")
    rule, reason = stopped or (None, None)
    connection.execute(
        "UPDATE ops.receipt SET judged = ?, outcome = ?, rule = ?, reason = ?, rows_read = ?, rows_accepted = ?, "
        "rows_quarantined = ? WHERE receipt_id = ?",
        [outcome, outcome, rule, reason, rows_read, rows_read - quarantined, quarantined, receipt_id],
    )


IN_FORCE = f"""
    SELECT receipt_id, table_name FROM (
        SELECT part.receipt_id, part.table_name, row_number() OVER (
            PARTITION BY extract, part.table_name, agency, area_code, quarter, subject, covers_from, covers_to
            ORDER BY received_at DESC, sha256 DESC, receipt_id DESC
        ) AS newest
        FROM ops.part AS part JOIN ops.receipt AS receipt USING (receipt_id)
        WHERE judged IN {ACCEPTED} AND NOT withdrawn
    ) WHERE newest = 1
"""
"""The receipts in force, table by table, where a newer delivery replaces the whole earlier one."""


def settle(
    connection: duckdb.DuckDBPyConnection, extract: str, quarter: str, areas: Sequence[str], in_force: Iterable[str]
) -> None:
    """Bring outcomes and gates of an extract's places up to date, given the receipts whose rows are in force."""
    place = [extract, quarter, list(areas)]
    where = "extract = ? AND quarter = ? AND area_code IN (SELECT unnest(?::VARCHAR[]))"
    connection.execute(
        f"UPDATE ops.receipt SET outcome = CASE WHEN receipt_id IN (SELECT unnest(?::VARCHAR[])) THEN judged "
        f"ELSE 'superseded' END WHERE {where} AND judged IN {ACCEPTED}",
        [list(in_force), *place],
    )
    connection.execute(f"DELETE FROM ops.gate WHERE {where}", place)
    connection.execute(
        f"""
        INSERT INTO ops.gate
        SELECT extract, agency, area_code, quarter, receipt_id, rule, reason FROM (
            SELECT *, row_number() OVER (
                PARTITION BY extract, table_name, agency, area_code, quarter, subject
                ORDER BY received_at DESC, sha256 DESC, receipt_id DESC
            ) AS newest
            FROM ops.receipt WHERE {where} AND NOT withdrawn AND judged IS NOT NULL
        ) WHERE newest = 1 AND judged = 'stopped'
        """,
        place,
    )


def withdraw(connection: duckdb.DuckDBPyConnection, receipt_id: str) -> Receipt:
    """Take a delivery out. Its place is put on the list of work.

    Raises NoSuchReceiptError where there is no such receipt, or nothing of it that could be withdrawn.
    """
    found = receipts(connection, "receipt_id = ?", [receipt_id])
    if not found:
        raise NoSuchReceiptError(f"there is no receipt {receipt_id}; `sightline status` lists them")
    receipt = found[0]
    if receipt.withdrawn:
        raise NoSuchReceiptError(f"{receipt_id} was withdrawn before")
    if receipt.judged not in (*ACCEPTED, "stopped") or not receipt.extract:
        state = receipt.outcome or "not judged yet (`sightline run` does that)"
        raise NoSuchReceiptError(f"{receipt_id} is {state}: it has no figures to take out")
    connection.execute(
        "UPDATE ops.receipt SET withdrawn = TRUE, outcome = 'superseded' WHERE receipt_id = ?", [receipt_id]
    )
    if receipt.loaded:
        # A delivery stopped for its place has no figures anywhere: there is nothing to make anew.
        add_work(connection, [place_of(receipt)])
    await_release(connection)
    return receipt


def place_of(receipt: Receipt) -> Place:
    """The place a recognised receipt belongs to."""
    return Place(str(receipt.extract), str(receipt.agency), str(receipt.area_code), str(receipt.quarter))


def add_work(connection: duckdb.DuckDBPyConnection, places: Iterable[Place]) -> None:
    """Put places on the list of those to be made anew."""
    for place in places:
        values = [place.extract, place.agency, place.area_code, place.quarter]
        connection.execute(
            "INSERT INTO ops.work SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM ops.work "
            "WHERE extract = ? AND agency = ? AND area_code = ? AND quarter = ?)",
            values + values,
        )


def extracts_received(connection: duckdb.DuckDBPyConnection, place: str) -> set[str]:
    """The extracts of which a file was ever received for a quarter (`2019-20-Q3`) or from an agency (`reference`)."""
    rows = connection.execute(
        "SELECT DISTINCT extract FROM ops.receipt WHERE extract IS NOT NULL AND ? IN (quarter, agency)", [place]
    ).fetchall()
    return {extract for (extract,) in rows}


def places_with_deliveries(connection: duckdb.DuckDBPyConnection) -> list[Place]:
    """Every agency's place that has a delivery to make figures from."""
    rows = connection.execute(
        "SELECT DISTINCT extract, agency, area_code, quarter FROM ops.receipt "
        "WHERE agency <> 'reference' AND loaded AND NOT withdrawn"
    ).fetchall()
    return [Place(*row) for row in rows]


def work(connection: duckdb.DuckDBPyConnection) -> list[Place]:
    """The places to be made anew, in order."""
    rows = connection.execute(
        "SELECT extract, agency, area_code, quarter FROM ops.work ORDER BY quarter, area_code, agency, extract"
    ).fetchall()
    return [Place(*row) for row in rows]


def finish_work(connection: duckdb.DuckDBPyConnection, quarter: str, areas: Sequence[str]) -> None:
    """Take a quarter's places of some areas off the list."""
    connection.execute(
        "DELETE FROM ops.work WHERE quarter = ? AND area_code IN (SELECT unnest(?::VARCHAR[]))", [quarter, list(areas)]
    )


def setting(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """A value kept under a key, if there is one."""
    row = connection.execute("SELECT value FROM ops.setting WHERE key = ?", [key]).fetchone()
    return row[0] if row else None


def keep_setting(connection: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Keep a value under a key."""
    connection.execute("DELETE FROM ops.setting WHERE key = ?", [key])
    connection.execute("INSERT INTO ops.setting VALUES (?, ?)", [key, value])


def changed_periods(connection: duckdb.DuckDBPyConnection) -> dict[str, set[date | None]]:
    """The periods of each mart written since the last release; a mart not named is unchanged."""
    changed: dict[str, set[date | None]] = {}
    for table, period in connection.execute(
        "SELECT DISTINCT table_name, period_start FROM ops.changed_period"
    ).fetchall():
        changed.setdefault(table, set()).add(period)
    return changed


def await_release(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that the ledger or a mart changed since the last release: the next run publishes, even if this one fails."""
    keep_setting(connection, _AWAITED, "yes")


def release_awaited(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether anything changed since the last release."""
    return setting(connection, _AWAITED) == "yes"


def released(connection: duckdb.DuckDBPyConnection) -> None:
    """A release holds everything now."""
    connection.execute("DELETE FROM ops.changed_period")
    keep_setting(connection, _AWAITED, "no")
