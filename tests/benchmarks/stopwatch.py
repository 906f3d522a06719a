"""Where a run's time goes: the product's own functions, each under its stage, timed without the stages inside.

Here: wrapping functions by name for as long as a measurement lasts. Not here: which functions (the proofs).
"""

from __future__ import annotations

import importlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

Place = tuple[str, str]
"""A module and the name in it that callers look up."""


class _OfThread(threading.local):
    """What a thread is in the middle of."""

    def __init__(self) -> None:
        self.open: list[float] = []
        self.stage: str | None = None


class Stopwatch:
    """Seconds by stage. A stage inside another is taken off the outer one; threads go on beside each other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._now = _OfThread()
        self._own_thread = threading.get_ident()
        self.beside = 0.0
        """Seconds of stages that other threads were in, while this one went on."""

    @property
    def stage(self) -> str | None:
        """The innermost stage this thread is in."""
        return self._now.stage

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Count what happens inside as the stage's."""
        now = self._now
        begun, outer = time.perf_counter(), now.stage
        now.stage = stage
        now.open.append(0.0)
        try:
            yield
        finally:
            passed, inside = time.perf_counter() - begun, now.open.pop()
            self.seconds[stage] += passed - inside
            if threading.get_ident() != self._own_thread:
                self.beside += passed - inside
            if now.open:
                now.open[-1] += passed
            now.stage = outer

    @contextmanager
    def over(self, stages: Iterable[tuple[str, Place]]) -> Iterator[None]:
        """Time every call of the named functions while inside."""
        with ExitStack() as patches:
            for stage, (module, name) in stages:
                home = importlib.import_module(module)
                patches.enter_context(mock.patch.object(home, name, self._timed(stage, getattr(home, name))))
            yield

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            with self.time(stage):
                return function(*given, **named)

        return timed
