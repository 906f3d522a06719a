"""`python -m tests.benchmarks [--date 2026-01-31] [--only NAME ...]`: run the proofs and write `docs/evidence.md`.

Here: which proofs there are, and the page they make together: figures, machine, commit, date. A proof that is not asked
for keeps the section it has, which says when and of which commit it was measured. Not here: any proof.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import indicators, pipeline, report, statutory, synthetic, truths

PROOFS = (report, pipeline, statutory, indicators, truths, synthetic)
PAGE = Path("docs") / "evidence.md"
LIBRARIES = ("dagster", "duckdb", "ibis-framework", "polars", "pyarrow", "great-expectations", "fastexcel", "lxml")


def main() -> int:
    """Run the proofs asked for; the page is written when all of them are through."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Run the proofs with a clock.")
    parser.add_argument("--date", type=date.fromisoformat, default=date.today(), help="the date on the page")
    parser.add_argument("--only", nargs="+", choices=[proof.NAME for proof in PROOFS], help="these proofs alone")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    for proof in PROOFS:
        if given.only and proof.NAME not in given.only:
            continue
        print(f"{proof.NAME}: {proof.TITLE} ...", flush=True)
        with tempfile.TemporaryDirectory(prefix="sightline-proof-") as workplace:
            proven = f"{_measured(given.date)}\n\n{proof.prove(Path(workplace))}"
        # Read and written here, so that a proof that fails, or runs beside this one, loses none of the others.
        standing = _sections(PAGE.read_text(encoding="utf-8")) if PAGE.is_file() else {}
        standing[proof.TITLE] = proven
        _write({proof.TITLE: standing[proof.TITLE] for proof in PROOFS if proof.TITLE in standing})
    print(f"written: {PAGE}")
    return 0


def _sections(page: str) -> dict[str, str]:
    """The sections of a page, by title."""
    parts = (part.partition("\n") for part in page.split("\n## ")[1:])
    return {title.strip(): text.strip() for title, _, text in parts}


def _write(sections: Mapping[str, str]) -> None:
    body = "".join(f"\n## {title}\n\n{text}\n" for title, text in sections.items())
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(_HEAD + body, encoding="utf-8")


_HEAD = """# Evidence

Measured by `make prove` (`python -m tests.benchmarks`). Seconds are a machine's at that hour; what is promised are
ratios, taken within one process.
"""


def _measured(day: date) -> str:
    """When, of what and on what a section was measured."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"Measured on {day.isoformat()} of commit {_commit()}; {_processor()}, {os.cpu_count()} cores, "
        f"{_memory():.0f} GB of memory, {platform.system()}, Python {platform.python_version()}, {libraries}; "
        f"{_load()}."
    )


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{PAGE}")
        return git("rev-parse", "--short=12", "HEAD") + (", with changes not committed" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return f"none (version {version('sightline')})"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _load() -> str:
    """Processes that wanted a core in the last quarter of an hour: beyond the number of cores, seconds are too many."""
    return f"{os.getloadavg()[2]:.1f} processes wanted a core, on average, in the quarter of an hour before"


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


if __name__ == "__main__":
    sys.exit(main())
