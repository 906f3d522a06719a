"""A hundred random partnerships from file to figure, every derived value beside the truth.

Here: which partnerships, the work in processes of their own, and the counts on the page. Not here: how they are made,
taken in and compared (`tests.round_trip`), nor the clauses of definitions (`tests/spec/indicators`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.round_trip import counted, define_differences, draw, write_partnerships
from warehouse.home import Home

NAME = "truths"
TITLE = "A hundred random partnerships beside the truth"
SEEDS, IN_EACH = range(1, 5), 25
"""Partnerships stand side by side in a warehouse, as a nation's do: none may be told anything of another."""
NAMED = 40
"""Figures named on the page at most, should any be unequal."""


def prove(workplace: Path) -> str:
    """Count, and say so as Markdown."""
    # Each is a process: threads only wait for them.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as waiting:
        found = list(waiting.map(lambda seed: _measured(seed, workplace), SEEDS))
    outcomes, indicators, history, unmatched, of = (_together(found, name) for name in PARTS)
    drawn = [each for seed in SEEDS for each in draw(IN_EACH, seed)]
    years = sorted({each.quarters[-1].year_label for each in drawn})
    unequal = [line for each in found for line in each["unequal"]]
    total = sum(outcomes.values())
    lines = [
        f"{len(drawn):,} partnerships with different seeds, of {sum(len(each.areas) for each in drawn):,} areas "
        f"together: {_range(each.children for each in drawn)} children in an area, "
        f"{_range(len(each.quarters) for each in drawn)} quarters, the last of them in {', '.join(years)}; "
        f"{of['files']:,} files in the real formats, of which {of['late']:,} came later than they were due "
        f"and {of['in error']:,} told of other lives and were replaced. Each file was taken in, typed, judged and "
        "counted by the functions a run calls, without Dagster around them and without counting every rule a second "
        "time by Great Expectations.",
        "",
        "| true values | latest | as first told |",
        "|---|---|---|",
    ]
    lines += [
        f"| {says} | {outcomes['latest ' + name]:,} | {outcomes['first ' + name]:,} |"
        for name, says in OUTCOMES.items()
    ]
    lines += [
        "",
        f"**{outcomes['latest unequal'] + outcomes['first unequal']:,} of {total:,} unequal.** Equal by indicator: "
        + _counts(indicators)
        + ".",
        "",
        f"Missing for want of history, where a look-back reaches before the first year delivered: {_counts(history)}.",
        "",
        f"Without a counterpart, since the catalogue declares no such breakdown: {_counts(unmatched)}.",
        *(["", "Unequal (the first of them):", "", *(f"- {line}" for line in unequal[:NAMED])] if unequal else []),
    ]
    return "\n".join(lines)


OUTCOMES = {
    "equal": "equal",
    "history": "missing: history that nobody delivered is needed",
    "not_delivered": "missing: the yearly return that holds them is not due yet",
    "not_declared": "without a counterpart: a breakdown the catalogue does not declare",
    "unequal": "unequal",
}
PARTS = ("outcomes", "indicators", "history", "unmatched", "of")


def _together(found: list[dict], name: str) -> Counter[str]:
    return sum((Counter(each[name]) for each in found), Counter())


def _range(numbers: Iterable[int]) -> str:
    given = list(numbers)
    return f"{min(given):,} to {max(given):,}"


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none"


def _measured(seed: int, workplace: Path) -> dict:
    words = [sys.executable, "-m", __name__, str(seed), str(workplace / str(seed))]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(told.stdout.splitlines()[-1])


def measure(seed: int, count: int, out: Path) -> dict:
    """Make, take in and compare so many partnerships in one warehouse: counts by outcome, and what is unequal."""
    write_partnerships(draw(count, seed), out)
    with counted(Home(out).create()) as connection:
        define_differences(connection, out / "truth")

        def counts(what: str, where: str = "true") -> dict[str, int]:
            query = f"SELECT {what}, count(*) FROM compared WHERE {where} GROUP BY ALL ORDER BY ALL"
            return dict(connection.execute(query).fetchall())

        unequal = connection.execute(
            "SELECT indicator_id, area_code, breakdown_type, breakdown, period, told, true_numerator, "
            "true_denominator, numerator, denominator, status, reason FROM compared WHERE outcome = 'unequal' "
            "ORDER BY ALL"
        ).fetchall()
        [(files, late, in_error)] = connection.execute(
            "SELECT count(*), count_if(received_at::DATE > quarter_last_day(quarter) + 45), "
            "count_if(file_name LIKE 'in-error-%') FROM ops.receipt"
        ).fetchall()
        return {
            "outcomes": counts("told || ' ' || outcome"),
            "indicators": counts("indicator_id", "outcome = 'equal'"),
            "history": counts("indicator_id", "outcome = 'history'"),
            "unmatched": counts("indicator_id || ' by ' || breakdown_type", "outcome = 'not_declared'"),
            "unequal": [
                f"{indicator} of {area}, {kind} {part}, {period} ({told}): {top} of {bottom} where the truth is "
                f"{true_top} of {true_bottom}; {status}, {reason}"
                for indicator, area, kind, part, period, told, true_top, true_bottom, top, bottom, status, reason in (
                    unequal
                )
            ],
            "of": {"files": files, "late": late, "in error": in_error},
        }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), IN_EACH, Path(sys.argv[2]))))
