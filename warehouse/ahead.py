"""Making batches ahead of the one who takes them.

Here: the order of the two. Not here: what the batches are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Batch = TypeVar("Batch")

AHEAD = 8
"""How many batches wait at most: as many as are often made of one piece of a file, all but the first in no time."""


def made_ahead(batches: Iterable[Batch], ahead: int = AHEAD) -> Iterator[Batch]:
    """The batches, in order, made in a thread of its own while the ones before them are used; so many wait at most."""
    making = iter(batches)

    def make() -> list[Batch]:
        return list(islice(making, 1))

    maker = ThreadPoolExecutor(max_workers=1)
    try:
        coming = deque(maker.submit(make) for _ in range(ahead))
        while made := coming.popleft().result():
            coming.append(maker.submit(make))
            yield from made
    finally:
        maker.shutdown(cancel_futures=True)
