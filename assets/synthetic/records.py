"""Records kept column by column, and choosing among them.

Here: a growing table, weighted choice, random days. Not here: what is recorded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from assets.synthetic.timeline import Days

Index = npt.NDArray[np.int64]


class Ledger:
    """A table that grows: a column a name, with what stands in it unless something is given."""

    def __init__(self, **defaults: Any) -> None:
        self._defaults = defaults
        self._columns = {name: np.zeros(0, np.asarray(value).dtype) for name, value in defaults.items()}
        self.count = 0

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name]

    def add(self, **given: Any) -> None:
        """Append rows; at least one value is an array, and single values stand in every row."""
        size = next(np.size(value) for value in given.values() if np.ndim(value))
        for name, column in self._columns.items():
            value = np.broadcast_to(np.asarray(given.get(name, self._defaults[name]), column.dtype), (size,))
            self._columns[name] = np.concatenate([column, value])
        self.count += size

    def drop_last(self, rows: int) -> None:
        """Take the last rows away."""
        self._columns = {name: column[: self.count - rows] for name, column in self._columns.items()}
        self.count -= rows

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Every column by name."""
        return dict(self._columns)


def text_where(here: npt.NDArray[np.bool_], text: npt.NDArray[Any] | str) -> npt.NDArray[np.object_]:
    """Text in some rows and nothing (None) in the others."""
    found = np.full(here.size, None, object)
    found[here] = text if isinstance(text, str) else text[here]
    return found


def choose(among: Index, wanted: int, weights: npt.NDArray[np.float64] | None, rng: np.random.Generator) -> Index:
    """Up to `wanted` different ones of `among`, by weight, in order.

    Weights are those of `among`, or of everybody, of whom `among` are indices.
    """
    if wanted <= 0 or among.size == 0:
        return among[:0]
    if wanted >= among.size:
        return among
    draws = rng.random(among.size)
    if weights is not None:
        own = weights if weights.size == among.size else weights[among]
        # The smallest of exponential waiting times are a weighted choice without repetition.
        draws = -np.log1p(-draws) / np.maximum(own, 1e-9)
    return np.sort(among[np.argpartition(draws, wanted - 1)[:wanted]])


def days_between(first: Days | int, last: Days | int, rng: np.random.Generator, count: int | None = None) -> Days:
    """A day drawn evenly from each span, both ends among them; the first day where the span is empty."""
    first, last = np.asarray(first), np.asarray(last)
    size = np.broadcast(first, last).shape if count is None else (count,)
    return first + np.floor(rng.random(size) * np.maximum(1, last - first + 1)).astype(np.int64)
