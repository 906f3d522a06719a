"""Great Expectations' SQL engine, made to work on a DuckDB connection that is already open.

Here: the adapter, and nothing that knows of contracts. Importing this module imports Great Expectations,
which takes seconds and hundreds of megabytes: import it only inside the function that needs it.
Not here: suites and their outcomes (`expectations.suites`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import duckdb
import sqlalchemy
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.expectations.core import UnexpectedRowsExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.validator.validator import Validator

# Its log repeats failing SQL, bound parameters and DuckDB's messages, which quote the value that did not fit.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)


class _LentConnection(ConnectionWrapper):
    """The caller's connection, whose transaction and life are the caller's own.

    Without this the pool would roll back the caller's transaction on every return, and the engine would
    close the warehouse when it is collected.
    """

    def begin(self) -> None:
        """Nothing to begin: statements join whatever transaction the caller is in."""

    def commit(self) -> None:
        """Nothing to commit: the engine only reads."""

    def rollback(self) -> None:
        """Nothing to roll back: the engine only reads."""

    def close(self) -> None:
        """Left open for the caller."""


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Great Expectations over one open DuckDB connection: no copy of the data, no second handle on the file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        engine = sqlalchemy.create_engine(
            "duckdb://",
            creator=lambda: _LentConnection(connection),
            poolclass=sqlalchemy.StaticPool,
            pool_reset_on_return=None,
        )
        super().__init__(engine=engine, create_temp_table=False)
        self._kept: sqlalchemy.Connection | None = None

    def load(self, table: str, schema: str | None) -> None:
        """Make a table (or view) what the metrics are computed on."""
        data = SqlAlchemyBatchData(execution_engine=self, table_name=table, schema_name=schema, create_temp_table=False)
        self.load_batch_data(batch_id=table, batch_data=data)

    @contextmanager
    def get_connection(self) -> Iterator[sqlalchemy.Connection]:
        """The one connection, kept: the base class hands it back before its caller has fetched the rows."""
        if self._kept is None:
            self._kept = self.engine.connect()
        yield self._kept


class _MatchesInDuckDB(ColumnMapMetricProvider):
    """The regex metric, for which Great Expectations has no form of DuckDB's."""

    condition_metric_name = "column_values.match_regex"
    condition_value_keys = ("regex",)

    @column_condition_partial(engine=DuckDBExecutionEngine)
    def _duckdb(cls, column: Any, regex: str, **_: Any) -> Any:  # noqa: N805 (the decorator passes the class)
        return sqlalchemy.func.regexp_matches(column, sqlalchemy.literal(regex))


class RowsThatBreakTheRule(UnexpectedRowsExpectation):
    """A rule over rows, as SQL that selects the ones breaking it; only their number is ever asked for.

    The base class runs the query a second time to fetch up to 200 of the rows, which nobody here may see.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"observed_value": count}}


def quiet_validator(engine: DuckDBExecutionEngine) -> Validator:
    """A validator over what the engine has loaded, without progress bars and without a data context.

    A data context would write its project to disk and bring stores for results; nothing here needs one.
    """
    validator = Validator(execution_engine=engine)
    validator.metrics_calculator.show_progress_bars = False
    return validator
