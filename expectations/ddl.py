"""A contract's tables as DuckDB columns, layer by layer.

Here: raw (all text, as sent), staged (typed value beside its text) and core (typed values with their receipt).
Not here: making the tables (`warehouse.units`) nor Dagster's form of the same columns (`pipelines.metadata`).
"""

from __future__ import annotations

import re

from expectations.contract import Contract, DataType, Table
from expectations.expectation import text_of

DUCKDB_TYPES: dict[DataType, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "whole_number": "BIGINT",
    "decimal": "DECIMAL(18,6)",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "yes_no": "BOOLEAN",
}
PLACE_COLUMNS = {"receipt_id": "VARCHAR", "agency": "VARCHAR", "area_code": "VARCHAR", "quarter": "VARCHAR"}
"""Which delivery a row came in: on every row of every layer."""
ROW_COLUMNS = {"row_number": "BIGINT"}
"""Which row of its table in the delivery it is."""
_TEXT = re.compile(rf"(?P<name>\w+{text_of('')})\b(?P<only_whether>\"?\s+IS\s+(?:NOT\s+)?NULL\b)?")
"""A text column in a rule, and whether all that is asked there is if there is one."""


def raw_name(contract: Contract, table: Table) -> str:
    """The raw table's name: the extract's, with the table's where it has several."""
    return f"raw.{contract.extract}" if table.name == contract.extract else f"raw.{contract.extract}_{table.name}"


def staged_name(contract: Contract, table: Table) -> str:
    """The staging table's name: staging is a database of its own, in memory, and `main` its one schema."""
    return "staging.main." + raw_name(contract, table).removeprefix("raw.")


def typed_name(contract: Contract, table: Table) -> str:
    """Where accepted rows stand typed: the table's own in core or, where core tables are made of several extracts, in
    `validated`.
    """
    return f"core.{table.core}" if table.core else "validated." + raw_name(contract, table).removeprefix("raw.")


def raw_columns(table: Table) -> dict[str, str]:
    """Raw columns: every declared one as text, and unknown ones together as JSON."""
    return {
        **PLACE_COLUMNS,
        **ROW_COLUMNS,
        "location": "VARCHAR",
        "ragged": "BOOLEAN",
        "layout": "VARCHAR",
        **{column.name: "VARCHAR" for column in table.columns},
        "extra": "VARCHAR",
    }


def staged_columns(contract: Contract, table: Table) -> dict[str, str]:
    """Staged columns: each declared one typed and, where the contract's rules ask for it, its text beside it.

    Where they ask no more than whether there is one, it is TRUE or null in the text's place: a tenth of its size.
    """
    read = _texts_read(contract)
    columns = {**PLACE_COLUMNS, "quarter_start": "DATE", "quarter_end": "DATE", **ROW_COLUMNS, **_location(contract)}
    columns["ragged"] = "BOOLEAN"
    for column in table.columns:
        columns[column.name] = DUCKDB_TYPES[column.type]
        # Shapes of their own read the texts themselves.
        kind = "VARCHAR" if contract.shape != "flat" else read.get(text_of(column.name))
        if kind:
            columns[text_of(column.name)] = kind
    for column in table.staged:
        columns[column.name] = DUCKDB_TYPES[column.type]
    for derived in table.derived:
        columns[derived.name] = DUCKDB_TYPES[derived.type]
    columns["row_fingerprint"] = "UBIGINT"
    return columns


def _texts_read(contract: Contract) -> dict[str, str]:
    """The text columns that the SQL of any of a contract's rules and derived columns names, and the type each needs."""
    rules = (rule.failing() for table in contract.tables for rule in table.expectations)
    made = (derived.sql for table in contract.tables for derived in table.derived)
    named = [match for sql in (*rules, *made) for match in _TEXT.finditer(sql)]
    said = {match["name"] for match in named if not match["only_whether"]}
    return {match["name"]: "VARCHAR" if match["name"] in said else "BOOLEAN" for match in named}


def _location(contract: Contract) -> dict[str, str]:
    """Of a figure its cell goes with it as its source; of any other row raw tells where it stood."""
    return {} if contract.shape == "flat" else {"location": "VARCHAR"}


def core_columns(contract: Contract, table: Table) -> dict[str, str]:
    """Core columns: the delivery and row, the typed values, and the worst outcome of the checks on the row."""
    return {
        **PLACE_COLUMNS,
        **ROW_COLUMNS,
        **_location(contract),
        **{column.name: DUCKDB_TYPES[column.type] for column in table.core_columns},
        "dq_status": "VARCHAR",
    }
