"""`sightline synthesise`: a partnership that does not exist, in real file formats, with the truth about it.

Here: the command's words and what it prints. Not here: the partnership (`assets.synthetic`).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from assets.synthetic.generate import OutNotEmptyError, Partnership, generate
from assets.synthetic.southampton import Unmet, generate_southampton
from pipelines.commands.terminal import print_table

LIKE = ("southampton-2019-20",)
"""The reports a partnership can be made to equal."""


def synthesise_command(out: Path, partnership: Partnership, like: str | None) -> int:
    """Write the partnership; 0 done. Raises OutNotEmptyError."""
    unmet: list[Unmet] = []
    if like:
        rows = generate_southampton(out, partnership.faults, unmet.append, print)
    else:
        rows = generate(partnership, out, print)
    _print_rows(rows)
    for cell in unmet:
        print(f"not met: {cell.indicator} {cell.period}, printed {cell.printed}: {cell.why}")
    print(f"written: {out} (landing/ for a home, truth/ beside it)")
    return 0


def _print_rows(rows: Counter[tuple[str, str, str]]) -> None:
    print_table(("agency", "extract", "table", "rows"), [(*key, f"{count:,}") for key, count in sorted(rows.items())])
    print(f"{sum(rows.values()):,} rows")


__all__ = ["LIKE", "OutNotEmptyError", "synthesise_command"]
