"""The statistical methods behind a fair comparison: intervals, significance, trends, neighbours, working days.

Here: their SQL macros together, for a connection. Each module has its functions and the source of its definition.
"""

from __future__ import annotations

import duckdb

from assets.marts.methods.comparison import define_comparison
from assets.marts.methods.intervals import define_intervals
from assets.marts.methods.neighbours import define_neighbours
from assets.marts.methods.trend import define_trend
from assets.marts.methods.working_days import define_working_days


def define_methods(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the macros of all methods on this connection."""
    define_intervals(connection)
    define_comparison(connection)
    define_trend(connection)
    define_working_days(connection)
    define_neighbours(connection)
