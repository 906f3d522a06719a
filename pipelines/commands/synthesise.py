"""`sightline synthesise`: a partnership that does not exist, in real file formats, with the truth about it.

Here: the command's words and what it prints. Not here: the partnership (`assets.synthetic`).
"""

from __future__ import annotations

import csv
from pathlib import Path

from assets.synthetic.generate import Partnership, Rows, generate
from assets.synthetic.southampton import Unmet, generate_southampton
from pipelines.commands.terminal import print_table

LIKE = ("southampton-2019-20",)
"""The reports a partnership can be made to equal."""


def synthesise_command(out: Path, partnership: Partnership, like: str | None) -> int:
    """Write the partnership; 0 done. Raises OutNotEmptyError and TooManyPersonsError."""
    unmet: list[Unmet] = []
    if like:
        rows = generate_southampton(out, partnership.faults, unmet.append, print)
    else:
        rows = generate(partnership, out, print)
    _print_rows(rows)
    with (out / "truth" / "faults.csv").open(encoding="utf-8") as file:
        print(f"{sum(1 for _ in file) - 1:,} faults planted, each with its rule in truth/faults.csv")
    _print_lifts(out)
    for cell in unmet:
        print(f"not met: {cell.indicator} {cell.period}, printed {cell.printed}: {cell.why}")
    print(f"written: {out} (a home: landing/ and its calendar; truth/ beside them)")
    return 0


def _print_rows(rows: Rows) -> None:
    print_table(("agency", "extract", "table", "rows"), [(*key, f"{count:,}") for key, count in sorted(rows.items())])
    print(f"{sum(rows.values()):,} rows")


def _print_lifts(out: Path) -> None:
    """How much likelier one thing is after another, as measured on the lives that were made."""
    with (out / "truth" / "lifts.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    print_table(
        ("children with", "are likelier to have", "times"),
        # Nobody without the first has the second, or nobody has the first: no number says how much likelier.
        [(row["first"], row["then"], "too few to tell" if row["lift"] == "NaN" else row["lift"]) for row in found],
    )
