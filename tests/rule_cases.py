"""Cases of rules: a row that is right, the smallest change that breaks a rule, and which rules that breaks.

Here: the way from such rows to the rules they break, which is a delivery's own. Not here: any contract's cases
(`tests/spec/contracts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import polars as pl

from assets.core.stage import Unit, faults_name, stage_rows
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Contract, ContractRegistry, Table
from expectations.ddl import raw_columns
from tests.homes import SOUTHAMPTON
from warehouse.connection import migrate

CONTRACTS, CATALOGUE = ContractRegistry.load(), Catalogue.load()
Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Case:
    """Changes to the good row (or a second row beside it) that break one rule; `also` names those broken with it.

    `companions` are rows of other tables of the same delivery, by table; a rule that needs a table that is not among
    them is not evaluated.
    """

    change: Row
    beside: Row | None = None
    also: frozenset[str] = frozenset()
    layout: str = "quarters_across"
    ragged: bool = False
    quarter: str = "2019-20 Q4"
    companions: Mapping[str, Sequence[Row]] = field(default_factory=dict)


def broken(extract: str, table_name: str | None, rows: Sequence[Row], case: Case) -> list[list[str]]:
    """The rules each row of a table (default: the extract's first) breaks, by a delivery's way from raw on."""
    contract = CONTRACTS[extract]
    table = contract.table(table_name) if table_name else contract.tables[0]
    raw = {name: _raw(contract, contract.table(name), others, case) for name, others in case.companions.items()}
    raw[table.name] = _raw(contract, table, rows, case)
    unit = Unit(contract, case.quarter, (SOUTHAMPTON,))
    with duckdb.connect() as connection:
        migrate(connection)
        stage_rows(connection, unit, raw, CATALOGUE)
        found = connection.execute(f"SELECT row_number, broken FROM {faults_name(table)}").fetchall()
    by_row = dict(found)
    return [by_row.get(number, []) for number in range(1, len(rows) + 1)]


def _raw(contract: Contract, table: Table, rows: Sequence[Row], case: Case) -> pl.DataFrame:
    names = [name for name in raw_columns(table) if name != "ragged"]
    records = [
        {
            **dict.fromkeys(names),
            **row,
            "receipt_id": "R000001",
            "area_code": SOUTHAMPTON,
            "agency": contract.agencies[0],
            "quarter": case.quarter,
            "row_number": number,
            "location": str(number),
            "ragged": case.ragged,
            "layout": case.layout,
        }
        for number, row in enumerate(rows, start=1)
    ]
    types = {"row_number": pl.Int64, "ragged": pl.Boolean}
    return pl.DataFrame(records, schema={name: types.get(name, pl.String) for name in (*names, "ragged", "layout")})
