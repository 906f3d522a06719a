"""The synthetic partnership at size: an area, a nation, and how much of what was planted is found.

Here: measuring, every measurement in a process of its own. Not here: what the generator promises of its files
(`tests/spec/synthetic`).
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from assets.synthetic.generate import Partnership, generate

NAME = "synthetic"
TITLE = "A partnership that does not exist, at size"
CHILDREN, AREAS = 50_000, 152
"""Children of the one area, and areas of the nation."""
SMALL = 2_000
"""Children of each area of the nation: what is to be seen is that areas add up and do not pile up."""
FAULTS = 0.05


def prove(workplace: Path) -> str:
    """Measure, and say so as Markdown."""
    area = measured(workplace / "area", Partnership(children=CHILDREN))
    quarter, nation = (
        measured(workplace / f"areas-{areas}", Partnership(areas=areas, children=SMALL, quarters=4))
        for areas in (AREAS // 4, AREAS)
    )
    lines = [
        "Files in all formats with the truth beside them, written by one process. Peak memory is the process's.",
        "",
        "| | areas | children in each | quarters | rows | files | seconds | peak memory |",
        "|---|---|---|---|---|---|---|---|",
        _line("one area (promised: under a minute)", 1, CHILDREN, 8, area),
        _line("a quarter of the nation", AREAS // 4, SMALL, 4, quarter),
        _line("a nation", AREAS, SMALL, 4, nation),
        "",
        f"Four times the areas took {nation['seconds'] / quarter['seconds']:.1f} times as long and "
        f"{nation['memory'] / quarter['memory']:.2f} times the memory (promised: linear, and memory of one area).",
        "",
        "Rows of the nation by extract: "
        + ", ".join(f"{name} {count:,}" for name, count in nation["by_extract"].items())
        + ".",
        "",
        found_of_planted(workplace / "faulty"),
    ]
    return "\n".join(lines)


def measured(out: Path, partnership: Partnership) -> dict:
    """One measurement in a process of its own."""
    words = [str(out), str(partnership.areas), str(partnership.children), str(partnership.quarters)]
    told = subprocess.run([sys.executable, "-m", __name__, *words], capture_output=True, text=True, check=True)
    return json.loads(told.stdout.splitlines()[-1])


def measure(out: Path, partnership: Partnership) -> dict:
    """Generate once: rows, files, seconds, and peak memory in MB."""
    begun = time.perf_counter()
    rows = generate(partnership, out)
    seconds = time.perf_counter() - begun
    by_extract: Counter[str] = Counter()
    for (_, extract, _), count in rows.items():
        by_extract[extract] += count
    return {
        "seconds": seconds,
        "rows": sum(rows.values()),
        "files": sum(path.is_file() for path in (out / "landing").rglob("*")),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "by_extract": dict(by_extract.most_common()),
    }


def found_of_planted(out: Path) -> str:
    """How many planted faults the product finds, and what it finds beside them."""
    from tests.synthetic import taken_in
    from warehouse.home import Home

    generate(Partnership(children=5_000, quarters=4, faults=FAULTS), out)

    def told(name: str) -> set[tuple[str, ...]]:
        with (out / "truth" / f"{name}.csv").open(encoding="utf-8") as file:
            names = ("extract", "table", "area_code", "quarter", "row", "rule", "severity")
            return {tuple(row[name] for name in names) for row in csv.DictReader(file)}

    planted, notices = told("faults"), told("notices")
    with taken_in(Home(out).create()) as taken:
        found = {(f.extract, f.table, f.area, f.quarter, str(f.row), f.rule, f.severity) for f in taken.found}
    lines = [
        f"Of 5,000 children and four quarters, {FAULTS:.0%} of rows at fault: {len(planted):,} faults planted under "
        f"{len({(one[0], one[1], one[5]) for one in planted})} rules, {len(planted & found):,} found under their rule, "
        f"{len(found - planted - notices):,} found that were not planted.",
        "",
        "| severity | planted | recall | precision |",
        "|---|---|---|---|",
    ]
    for severity in ("critical", "warning"):
        of, had = ({one for one in these if one[-1] == severity} for these in (planted, found - notices))
        lines.append(f"| {severity} | {len(of):,} | {len(of & had) / len(of):.3f} | {len(of & had) / len(had):.3f} |")
    return "\n".join(lines)


def _line(name: str, areas: int, children: int, quarters: int, of: dict) -> str:
    return (
        f"| {name} | {areas} | {children:,} | {quarters} | {of['rows']:,} | {of['files']:,} | {of['seconds']:.1f} | "
        f"{of['memory']:,.0f} MB |"
    )


if __name__ == "__main__":
    place, areas, children, quarters = sys.argv[1:]
    given = Partnership(areas=int(areas), children=int(children), quarters=int(quarters))
    print(json.dumps(measure(Path(place), given)))
