"""How long the readers take of large files, beside the barest reading there is (`python -m tests.benchmarks.readers`).

Here: one measurement of XML records and of regular text. Not here: the pipeline's (`tests.benchmarks.pipeline`).
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from lxml import etree

from assets.raw.readers.delimited_frame import read_regular
from assets.raw.readers.xml_regular import read_natively
from tests.census_files import SHAPES, write_census

CHILDREN = 68_000
ROWS = 1_000_000
COLUMNS = 14
TIMES = 3


def bare_xml(path: Path) -> None:
    """Every element told and let go."""
    for _, element in etree.iterparse(path, events=("end",)):
        element.clear()


def records(path: Path) -> None:
    """Every record as a row of a frame."""
    for _ in read_natively(path, SHAPES):
        pass


def bare_text(path: Path) -> None:
    """The rows in a table, all text."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE bare AS FROM read_csv(?, all_varchar = true)", [str(path)])


def write_text(path: Path) -> Path:
    """So many rows of so many columns, a part of them quoted."""
    cells = [f'"value, {index}"' if index == 3 else f"value {index}" * (index % 3) for index in range(COLUMNS - 1)]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(f"column {index}" for index in range(COLUMNS)) + "\n")
        file.writelines(",".join((str(row), *cells)) + "\n" for row in range(ROWS))
    return path


def best(read: Callable[[Path], object], path: Path) -> tuple[float, float]:
    """The least seconds of the clock, and of the processor, that a reading took."""
    taken = []
    for _ in range(TIMES):
        clock, processor = time.perf_counter(), time.process_time()
        read(path)
        taken.append((time.perf_counter() - clock, time.process_time() - processor))
    return min(clock for clock, _ in taken), min(processor for _, processor in taken)


def told(name: str, path: Path, ours: Callable[[Path], object], bare: Callable[[Path], object]) -> None:
    """Print what the two readings took; ours goes first, so that the peak of memory is its own."""
    own = best(ours, path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    floor = best(bare, path)
    print(
        f"{name}: {path.stat().st_size / 1e6:.0f} MB, {own[0]:.2f} s (processor {own[1]:.2f}), bare {floor[0]:.2f} s "
        f"(processor {floor[1]:.2f}), ratio {own[0] / floor[0]:.2f} ({own[1] / floor[1]:.2f}), peak so far {peak} MB"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        told("XML records", write_census(Path(folder) / "census.xml", CHILDREN), records, bare_xml)
        told("regular text", write_text(Path(folder) / "rows.csv"), read_regular, bare_text)
