"""The council's statutory files at size, from file to validated core, beside the barest reading there is.

Here: a census of about 90,000 children (100 MB of XML) and a looked-after return of a million rows, each at a tenth of
the size too, every measurement in a process of its own. Not here: the readers alone (`tests.benchmarks.readers`).
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from xml.etree.ElementTree import iterparse

import duckdb

from assets.core.stage import Unit
from assets.core.unit import make_unit
from assets.intake.take_in import take_in
from assets.marts.catalogue_model import Catalogue
from assets.raw.load import load_raw, receipts_of
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from tests.census_files import write_census
from tests.homes import SOUTHAMPTON
from warehouse.archive import Archive
from warehouse.connection import Warehouse
from warehouse.home import Home

NAME = "statutory"
TITLE = "Statutory files from file to validated core"
CHILDREN, LOOKED_AFTER = 68_000, 100_000
"""Children of the census (100 MB), and of the return (ten rows each)."""
EXTRACTS = ("cin_census", "ssda903")
_EPISODE = [
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
    "PL_POST", "URN",
]  # fmt: skip


def prove(workplace: Path) -> str:
    """Measure both files at full size and at a tenth, and say so as Markdown."""
    lines = [
        "The file is archived, recognised, loaded into raw, staged, put to every rule by SQL and by Great "
        "Expectations, judged and written. Peak memory is the process's, of which libraries take about 310 MB. The "
        "floor of "
        "the census is a bare `xml.etree` iterparse that lets every child go; that of the return a bare "
        "`read_csv(all_varchar)` of its files into a DuckDB file. Of both the faster of two runs is taken.",
        "",
        "| file | size | rows read | seconds | floor | ratio | peak memory | ten times the rows take |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for extract, children, promised in (("cin_census", CHILDREN, 3), ("ssda903", LOOKED_AFTER, 4)):
        small, full = (measured(extract, count, workplace) for count in (children // 10, children))
        lines.append(
            f"| {extract} | {full['bytes'] / 1e6:,.0f} MB | {full['rows']:,} | {full['seconds']:.1f} | "
            f"{full['floor']:.2f} | {full['seconds'] / full['floor']:.1f} (promised {promised}) | "
            f"{full['memory']:,.0f} MB | {full['seconds'] / small['seconds']:.1f} times as long |"
        )
    return "\n".join(lines)


def measured(extract: str, children: int, workplace: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", __name__, extract, str(children), str(workplace)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(told.stdout.splitlines()[-1])


def measure(extract: str, children: int, workplace: Path) -> dict[str, float]:
    """Write the files, read them barely, then bring them to core. Sizes in bytes and MB, times in seconds."""
    folder = workplace / f"{extract}-{children}"
    folder.mkdir(parents=True)
    files = _census(folder, children) if extract == "cin_census" else write_return(folder, children)
    floor = min(_seconds(lambda: _bare(extract, files, workplace)) for _ in range(2))
    import expectations.gx_engine  # noqa: F401 (libraries are no part of the work)

    rows, seconds = 0, float("inf")
    for attempt in ("first", "second"):
        home = _landed(Home(folder / attempt), files)
        begun = time.perf_counter()
        rows = to_core(home, extract)
        seconds = min(seconds, time.perf_counter() - begun)
    return {
        "rows": rows, "seconds": seconds, "floor": floor,
        "bytes": sum(file.stat().st_size for file in files),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def _landed(home: Home, files: list[Path]) -> Home:
    """A new home with the files in its landing, as long ago as they must lie there."""
    place = home.create().landing / "council" / SOUTHAMPTON / "2023-24-Q4"
    place.mkdir(parents=True)
    for file in files:
        os.utime(shutil.copy(file, place), (1e9, 1e9))
    return home


def to_core(home: Home, extract: str) -> int:
    """What a run does with a council's files between landing and core. Returns the rows read."""
    contracts, catalogue = ContractRegistry.load(), Catalogue.load()
    contract = contracts[extract]
    with Warehouse(home).open("a proof") as connection:
        take_in(connection, home, contracts, areas(), date(2026, 1, 31))
        received = receipts_of(connection, extract, "council")
        load_raw(connection, Archive(home.archive), contracts, contract, received)
        outcome = make_unit(connection, Unit(contract, "2023-24 Q4", (SOUTHAMPTON,)), catalogue)
    if outcome.stopped:
        raise RuntimeError(f"the proof's own file was stopped: {outcome.stopped}")
    return outcome.rows_read


def _bare(extract: str, files: list[Path], workplace: Path) -> None:
    if extract == "cin_census":
        for _, element in iterparse(files[0]):
            if element.tag == "Child":
                element.clear()
        return
    database = workplace / "bare.duckdb"
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        for file in files:
            connection.execute(f"CREATE TABLE {file.stem} AS FROM read_csv(?, all_varchar = true)", [str(file)])


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _census(folder: Path, children: int) -> list[Path]:
    return [write_census(folder / "census.xml", children)]


def write_return(folder: Path, children: int) -> list[Path]:
    """An invented return: a header row, six episodes and three reviews a child."""
    chance = random.Random(3)
    born = [date(2008, 1, 1) + timedelta(chance.randrange(5000)) for _ in range(children)]
    files = {
        "header": (["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"], _headers(born, chance)),
        "episodes": (_EPISODE, _episodes(children, chance)),
        "reviews": (["CHILD", "DOB", "REVIEW", "REVIEW_CODE"], _reviews(born)),
    }
    for name, (titles, rows) in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(titles)
            writer.writerows(rows)
    return [folder / f"{name}.csv" for name in files]


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _headers(born: list[date], chance: random.Random) -> list[list[str]]:
    return [
        [f"INV{number:06}", chance.choice("12"), _day(day), "WBRI", "UN1", "", ""] for number, day in enumerate(born)
    ]


def _episodes(children: int, chance: random.Random) -> list[list[str]]:
    rows = []
    for number in range(children):
        begin = date(2022, 4, 10) + timedelta(chance.randrange(100))
        for step in range(6):
            end = begin + timedelta(60)
            last = step == 5
            rows.append(
                [f"INV{number:06}", _day(begin), "P" if step else "S", "C2", "N1", "U6", "PR1", _day(end),
                 "E4A" if last else "X1", "" if last else "CARPL", "ZZ1 1AA", "ZZ2 2BB", "1234567"]
            )  # fmt: skip
            begin = end
    return rows


def _reviews(born: list[date]) -> list[list[str]]:
    return [
        [f"INV{number:06}", _day(day), _day(date(2022, 7, 30) + timedelta(90 * step)), "PN1"]
        for number, day in enumerate(born)
        for step in range(3)
    ]


if __name__ == "__main__":
    wanted, size, place = sys.argv[1:]
    print(json.dumps(measure(wanted, int(size), Path(place))))
