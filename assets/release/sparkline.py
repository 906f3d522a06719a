"""A line small enough to stand in a table row. Here: its geometry and its words; not here: its drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 96, 26
_MARGIN = 3.5


@dataclass(frozen=True)
class Sparkline:
    """The line's pieces, broken where a figure is absent, in SVG units; and what it shows, in words."""

    segments: Sequence[str]
    dots: Sequence[tuple[str, str]]
    """Figures with no neighbour to be joined to."""
    last: tuple[str, str] | None
    """The latest quarter's point; None where it has no figure."""
    words: str


def sparkline(values: Sequence[float | None], printed: Sequence[str]) -> Sparkline | None:
    """Draw values from left to right, gaps left open; None where there are fewer than two.

    `printed` says each value in words.
    """
    present = [value for value in values if value is not None]
    if len(present) < 2:
        return None
    said = [text for value, text in zip(values, printed, strict=True) if value is not None]
    lowest, highest = min(present), max(present)
    points = [None if value is None else _point(i, value, values, lowest, highest) for i, value in enumerate(values)]
    runs: list[list[tuple[str, str]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    gaps = len(values) - len(present)
    least, greatest = said[present.index(lowest)], said[present.index(highest)]
    words = f"from {said[0]} to {said[-1]}; lowest {least}, highest {greatest}"
    return Sparkline(
        segments=[" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1],
        dots=[run[0] for run in runs if len(run) == 1],
        last=points[-1],
        words=words + (f"; {gaps} of {len(values)} quarters absent" if gaps else ""),
    )


def _point(index: int, value: float, values: Sequence[float | None], lowest: float, highest: float) -> tuple[str, str]:
    across = index / (len(values) - 1)
    up = (value - lowest) / (highest - lowest) if highest > lowest else 0.5
    x = _MARGIN + across * (WIDTH - 2 * _MARGIN)
    y = HEIGHT - _MARGIN - up * (HEIGHT - 2 * _MARGIN)
    return f"{x:.1f}", f"{y:.1f}"
