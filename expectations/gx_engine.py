"""Great Expectations' SQL engine, made to work on a DuckDB connection that is already open.

Here: the adapter, and nothing that knows of contracts. Importing this module imports Great Expectations,
which takes seconds and hundreds of megabytes: import it only inside the function that needs it.
Not here: suites and their outcomes (`expectations.suites`).
"""

from __future__ import annotations

from expectations import gx_light  # noqa: F401 (it makes Great Expectations lighter, if it comes first)

# isort: split
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import duckdb
import sqlalchemy
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.expectations.core import UnexpectedRowsExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from expectations.expectation import BATCH

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


class _RowsThatBreakTheRule(TableMetricProvider):
    """How many rows break a rule, counted beside whatever else is asked of the same table."""

    metric_name = "table.rows_that_break_the_rule"
    value_keys = ("count",)

    @metric_partial(
        engine=DuckDBExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _duckdb(cls, execution_engine: DuckDBExecutionEngine, **asked: Any) -> Any:  # noqa: N805 (as above)
        batch, *_domain = execution_engine.get_compute_domain(asked["metric_domain_kwargs"], MetricDomainTypes.TABLE)
        count = asked["metric_value_kwargs"]["count"].replace(BATCH, str(batch))
        # No template of any kind: what looks like a bound parameter in it is not one.
        return sqlalchemy.literal_column(count), asked["metric_domain_kwargs"], {}


class RowsThatBreakTheRule(UnexpectedRowsExpectation):
    """A rule over rows, as SQL that selects the ones breaking it; only their number is ever asked for."""

    counted_by: ClassVar[str] = _RowsThatBreakTheRule.metric_name
    count: str
    """The same rule as an aggregate of the table, which `BATCH` stands for."""
