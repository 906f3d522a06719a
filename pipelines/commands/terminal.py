"""Writing to a terminal: plain text and aligned tables that survive a pipe.

Here: layout only. Not here: any content.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns aligned by their widest cell."""
    texts = [[("" if cell is None else str(cell)) for cell in row] for row in rows]
    widths = [max(len(heading), *(len(row[i]) for row in texts), 0) for i, heading in enumerate(headings)]
    for row in (list(headings), ["-" * width for width in widths], *texts):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def progress() -> Iterator[_Progress]:
    """Shows the step that runs on a terminal; says nothing where the output is piped."""
    if not sys.stderr.isatty():
        yield _Progress(None)
        return
    from rich.console import Console  # noqa: PLC0415 (only a terminal needs it)

    with Console(stderr=True).status("looking for work") as status:
        yield _Progress(status.update)


class _Progress:
    def __init__(self, update: object) -> None:
        self._update = update

    def __call__(self, words: str) -> None:
        if callable(self._update):
            self._update(words)
