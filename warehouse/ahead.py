"""Making batches ahead of the one who takes them.

Here: the order of the two. Not here: what the batches are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Batch = TypeVar("Batch")


def made_ahead(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, in order, each made in a thread of its own while the one before it is used."""
    making = iter(batches)

    def make() -> list[Batch]:
        return list(islice(making, 1))

    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(make)
        while made := coming.result():
            coming = ahead.submit(make)
            yield from made
