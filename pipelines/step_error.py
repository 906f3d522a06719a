"""An error that is not ours, told without its words: they may quote a row, and what is told may be kept for ever.

Here: the kind of error and where in our code it came up. Not here: our own errors, whose words are written to be read.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars
import pyarrow

ENGINE_ERRORS = (duckdb.Error, polars.exceptions.PolarsError, pyarrow.ArrowException)
_OURS = Path(__file__).parents[1]
_ROOMS = ("assets", "expectations", "pipelines", "warehouse")
_BEFORE_ANY_ROW = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
"""Errors of binding are raised before any row is read: their words are of the query alone."""


class StepError(Exception):
    """A step failed: which one, where in our code, and the kind of error, without words that may hold data."""

    def __init__(self, purpose: str, error: Exception) -> None:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_OURS)
        ]
        where = f"{Path(frames[-1].filename).relative_to(_OURS)}:{frames[-1].lineno}" if frames else "unknown"
        words = str(error) if isinstance(error, _BEFORE_ANY_ROW) else "its message may hold data and is not kept"
        super().__init__(f"{purpose}: {type(error).__name__} at {where} ({words})")


@contextmanager
def without_foreign_words(purpose: str) -> Iterator[None]:
    """Raise StepError in the place of any error that is not one of ours."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.split(".")[0] in _ROOMS:
            raise
        raise StepError(purpose, error) from None
