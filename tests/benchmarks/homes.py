"""Homes to measure on: the shipped example, the same example for many areas, and many quarters of history.

Here: files laid into `landing/` as agencies would. Not here: running anything.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from assets.core.periods import read_quarter
from assets.intake.recognition import recognise
from assets.reference.areas import areas
from expectations.contract import REFERENCE, ContractRegistry
from pipelines.example import land_example
from warehouse.home import Home
from warehouse.quarters import FIRST_QUARTER, FinancialQuarter

SOUTHAMPTON = "E06000045"
REPORTED = FinancialQuarter(2019, 4)
_RECEIVED = datetime(2020, 5, 1, tzinfo=UTC)


def local_authorities(number: int) -> list[str]:
    """Southampton and as many others as are asked for, in the look-up's order."""
    others = [area.area_code for area in areas().values() if area.delivers and area.valid_to is None]
    return [SOUTHAMPTON, *(code for code in others if code != SOUTHAMPTON)][:number]


def example_home(root: Path, codes: Sequence[str] = (SOUTHAMPTON,), *, statistics: bool = True) -> Home:
    """The shipped example, its files copied for every area under its own code, with populations for all.

    Without statistics it is the agencies' returns and populations: nothing published to set beside them.
    """
    home = Home(root)
    land_example(home)
    if not statistics:
        _take_statistics_away(home)
    sources = [path for path in sorted(home.landing.rglob("*")) if path.is_file()]
    for path in sources:
        for code in (code for code in codes if code != SOUTHAMPTON):
            if SOUTHAMPTON in path.parts:
                place = Path(*(code if part == SOUTHAMPTON else part for part in path.relative_to(home.landing).parts))
                _land(home.landing / place, _of_area(path, code), path.stat().st_mtime_ns)
        if path.suffix == ".csv" and path.parent.parent.name == "population":
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            more = [line.replace(SOUTHAMPTON, code) for code in codes if code != SOUTHAMPTON for line in lines[1:]]
            moment = path.stat().st_mtime_ns
            path.write_text("".join([*lines, *more]), encoding="utf-8")
            os.utime(path, ns=(moment, moment))
    return home


def _take_statistics_away(home: Home) -> None:
    for data_set in (home.landing / REFERENCE).iterdir():
        if data_set.name != "population":
            shutil.rmtree(data_set)


def _of_area(path: Path, code: str) -> bytes:
    content = path.read_bytes()
    return content.replace(SOUTHAMPTON.encode(), code.encode()) if path.suffix == ".csv" else content


def _land(target: Path, content: bytes, moment: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    os.utime(target, ns=(moment, moment))


def quarters_begun(at_most: int, on: datetime) -> list[FinancialQuarter]:
    """The quarters deliveries can report, oldest first: Dagster has partitions up to the clock's quarter, no more."""
    found = [FIRST_QUARTER]
    while len(found) < at_most and found[-1].shift(1).start <= on.date():
        found.append(found[-1].shift(1))
    return found


class History:
    """One area's return, quarter after quarter: each the example's figures moved to its own eight quarters."""

    def __init__(self, root: Path, quarters: Sequence[FinancialQuarter], *, statistics: bool = True) -> None:
        self.home = example_home(root, statistics=statistics)
        [source] = [path for path in self.home.landing.rglob("*") if path.is_file() and "council" in path.parts]
        [(_, rows)] = recognise(source, ContractRegistry.load()).batches()
        self._columns, self._rows = rows.columns, rows.values
        shutil.rmtree(self.home.landing / "council")
        shutil.rmtree(self.home.landing / "police")
        as_of = (quarters[-1].end + timedelta(days=60)).isoformat()
        self.home.settings_file.write_text(yaml.safe_dump({"as_of": as_of}), encoding="utf-8")
        self.newest = quarters[-1]
        for quarter in quarters:
            self.deliver(quarter, 0)

    def deliver(self, quarter: FinancialQuarter, edition: int) -> None:
        """Land the quarter's return; another edition is another file, one figure changed."""
        steps = (quarter.start.year - REPORTED.start.year) * 4 + (quarter.start.month - REPORTED.start.month) // 3
        period, value = self._columns.index("period"), self._columns.index("value")
        place = self.home.landing / "council" / SOUTHAMPTON / str(quarter).replace(" ", "-")
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"return-{edition}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(self._columns)
            for number, row in enumerate(self._rows):
                cells = list(row)
                standing = read_quarter(cells[period] or "")
                cells[period] = standing.shift(steps).label if standing else cells[period]
                if number == 0:
                    cells[value] = str(400 + edition)
                writer.writerow(cells)
        moment = (_RECEIVED + timedelta(days=91 * (steps + 1), hours=edition)).timestamp()
        os.utime(path, (moment, moment))
