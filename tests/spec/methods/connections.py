"""A connection with the methods defined, and rows of a test as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from assets.marts.methods import define_methods

VECTORS = Path(__file__).parent / "vectors"


CONNECTION = duckdb.connect()
define_methods(CONNECTION)


def evaluate(expression: str, *arguments: object) -> object:
    """One SQL expression over `?` parameters."""
    return CONNECTION.execute(f"SELECT {expression}", list(arguments)).fetchall()[0][0]


def keyed(rows: Iterator[dict[str, str]], *names: str) -> dict[tuple[str, ...], list[dict[str, str]]]:
    """Rows by the values of some columns, in their order."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups
