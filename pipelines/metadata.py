"""What Dagster keeps of a materialisation: schema and counts. Its event log is for ever, so never a value.

Here: tables' columns and counts as Dagster metadata. Not here: the columns themselves (`expectations.ddl`,
`assets.marts.schema`).
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from assets.core.event_tables import Event, event_columns
from assets.marts.schema import MartTable
from expectations.contract import Contract, Table
from expectations.ddl import core_columns


def core_schema_metadata(contract: Contract, table: Table) -> dict[str, dg.TableSchema]:
    """A core table's columns, described."""
    described = {column.name: column.description for column in table.core_columns}
    columns = core_columns(contract, table)
    return _schema([dg.TableColumn(name, kind, description=described.get(name)) for name, kind in columns.items()])


def event_schema_metadata(event: Event) -> dict[str, dg.TableSchema]:
    """An event table's columns, described."""
    described = {column.name: column.description for column in event.columns}
    return _schema(
        [dg.TableColumn(name, kind, description=described.get(name)) for name, kind in event_columns(event).items()]
    )


def mart_schema_metadata(table: MartTable) -> dict[str, dg.TableSchema]:
    """A mart table's columns, described."""
    return _schema([dg.TableColumn(c.name, c.type, description=c.description) for c in table.columns])


def _schema(columns: list[dg.TableColumn]) -> dict[str, dg.TableSchema]:
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def counts(rows: int, **more: int | str) -> Mapping[str, int | str]:
    """Row count in Dagster's own key, and other counts beside it."""
    return {"dagster/row_count": rows, **more}
