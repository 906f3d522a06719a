"""Writing batches behind the one who makes them.

Here: the order of the two. Not here: what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")


def write_behind(batches: Iterable[Batch], write: Callable[[Batch], None]) -> None:
    """Write each batch, in order, in a thread of its own while the next is made. Raises what either of them raises."""
    with ThreadPoolExecutor(max_workers=1) as writer:
        writing: Future[None] | None = None
        for batch in batches:
            if writing is not None:
                writing.result()
            writing = writer.submit(write, batch)
        if writing is not None:
            writing.result()
