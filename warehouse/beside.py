"""Work on the warehouse beside the one who asks for it: in a thread and on a connection of its own.

Here: the thread and the connection. Not here: what is done (`assets`), nor batches made ahead (`warehouse.ahead`). What
is to be seen there must have been committed, and be named with its database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

import duckdb

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Beside:
    """Does one thing after another, in the order in which they were asked for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, worker: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._worker = worker

    def ask(
        self,
        work: Callable[Concatenate[duckdb.DuckDBPyConnection, Given], Made],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Future[Made]:
        """Have something done that takes a connection first."""
        return self._worker.submit(work, self._connection, *given, **named)


@contextmanager
def beside(connection: duckdb.DuckDBPyConnection) -> Iterator[Beside]:
    """One at work beside a connection, who has done all that was asked for when the block ends."""
    with connection.cursor() as own, ThreadPoolExecutor(max_workers=1) as worker:
        yield Beside(own, worker)
