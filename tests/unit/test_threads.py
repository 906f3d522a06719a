"""How many threads a statement gets: as many as there are whole groups of rows, and all of them again afterwards."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.connection import GROUP_ROWS, threads_for


def _threads(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT current_setting('threads')").fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize(
    ("rows", "threads"), [(0, 1), (GROUP_ROWS, 1), (2 * GROUP_ROWS - 1, 1), (3 * GROUP_ROWS, 3), (10**9, 4)]
)
def test_a_thread_for_each_whole_group_of_rows(rows: int, threads: int) -> None:
    with duckdb.connect(config={"threads": 4}) as connection:
        with threads_for(connection, rows):
            assert _threads(connection) == threads
        assert _threads(connection) == 4


def test_all_threads_are_there_again_after_an_error() -> None:
    with duckdb.connect(config={"threads": 4}) as connection:
        with pytest.raises(ValueError, match="within"), threads_for(connection, 0):
            raise ValueError("within")
        assert _threads(connection) == 4
