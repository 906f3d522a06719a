"""Staged tables for tests: made from a contract, filled with made-up rows of which many break its rules.

Here: rows as the core layer stages them, without reading any file. Not here: deliveries (`assets.synthetic`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from expectations.contract import Column, Table
from expectations.ddl import DUCKDB_TYPES
from expectations.expectation import InCodeSet, quoted

_AREAS = ("E06000045", "E06000044")

Row = dict[str, str | None]


def faulty_rows(table: Table, count: int, seed: int = 0) -> list[Row]:
    """Rows as text by column, many of whose cells are at fault; some rows are repeated, whole or but for a cell."""
    chance = random.Random(f"{table.name} {seed}")
    pools = {column.name: _texts(table, column) for column in table.all_columns}
    rows: list[Row] = []
    for _ in range(count):
        row = {name: chance.choice(pool) for name, pool in pools.items()}
        kind = chance.random()
        if rows and kind < 0.1:
            row = chance.choice(rows)
        elif rows and kind < 0.2:
            changed = chance.choice(list(pools))
            row = {**chance.choice(rows), changed: row[changed]}
        rows.append(row)
    return rows


def stage(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Row], seed: int = 0) -> str:
    """Create the staged table of these rows, of two areas and three receipts; its qualified name comes back."""
    chance = random.Random(seed)
    receipts = [chance.randrange(3) for _ in rows]
    names = [column.name for column in table.all_columns]
    texts = {f"{name}__text": pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    texts["receipt"] = pa.array(receipts, pa.int64())
    texts["number"] = pa.array(range(len(rows)), pa.int64())
    connection.register("rows_as_text", pa.table(texts))
    declared = [_typed(column) for column in table.all_columns]
    declared += [quoted(f"{column.name}__text") for column in table.columns]
    declared += [f"{_of_type[derived.type]} AS {quoted(derived.name)}" for derived in table.derived]
    fingerprint = ", ".join(quoted(f"{name}__text") for name in names)
    connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
    connection.execute(f"""
        CREATE OR REPLACE TABLE staging.{quoted(table.name)} AS
        SELECT {", ".join(declared)},
            'R' || receipt AS receipt_id, 'police' AS agency,
            CASE receipt WHEN 0 THEN '{_AREAS[0]}' ELSE '{_AREAS[1]}' END AS area_code,
            '2019-20 Q4' AS quarter, DATE '2020-01-01' AS quarter_start, DATE '2020-03-31' AS quarter_end,
            number AS row_number, 'row ' || number AS location, number % 7 = 3 AS ragged,
            hash([{fingerprint}]) AS row_fingerprint
        FROM rows_as_text
    """)
    connection.unregister("rows_as_text")
    return f"staging.{table.name}"


_of_type = {
    "yes_no": "number % 3 = 1", "date": "DATE '2020-01-01' + (number % 90)::INTEGER", "whole_number": "number % 5",
    "text": "'a'", "code": "'a'", "decimal": "1::DECIMAL(18,6)", "timestamp": "TIMESTAMP '2020-01-01'",
}  # fmt: skip
"""A derived column of made-up values, for what it is made of is not here."""


def _typed(column: Column) -> str:
    text = quoted(f"{column.name}__text")
    folded = {"none": text, "lower": f"lower({text})", "upper": f"upper({text})"}[column.fold]
    return f"TRY_CAST({folded} AS {DUCKDB_TYPES[column.type]}) AS {quoted(column.name)}"


def _texts(table: Table, column: Column) -> list[str | None]:
    """What the column's cells are drawn from: blanks, its example, text of another form, and values near its rules."""
    pool: list[str | None] = [None, column.example or None, "zz top"]
    match column.type:
        case "date" | "timestamp":
            pool += [
                "2006-01-31",
                "2020-01-31 21:30:00",
                "2020-01-31",
                "2020-05-05 00:00:00",
                "31/01/2020",
                "1999-12-31",
                "1985-06-30",
                "2031-01-01",
            ]
        case "whole_number" | "decimal":
            pool += ["-1", "0", "1", "0.5", "7.0", "99.999999", "100", "100.000001", "1980", "1981", "2100", "2101"]
        case "yes_no":
            pool += ["true", "false"]
        case _:
            pool += ["a", "b", *_AREAS, *_literals_beside(table, column)]
            pool += [code.swapcase() for code in pool if code]
    return pool


def _literals_beside(table: Table, column: Column) -> list[str]:
    """The codes and SQL literals that rules compare the column with."""
    found: list[str] = []
    for expectation in table.expectations:
        if isinstance(expectation, InCodeSet) and expectation.column == column.name:
            found += expectation.codes
        elif column.name in expectation.reads():
            found += re.findall(r"'([^']*)'", expectation.failing())
    return found
