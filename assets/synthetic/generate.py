"""A synthetic partnership on disk: area by area, lives are lived, cut at each quarter's end, written, and let go.

Here: the order of work and the sums of it. One area is held in memory at a time. Not here: lives, formats, truth.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl

from assets.synthetic.faults import notices, plant
from assets.synthetic.formats import council, education, health, police
from assets.synthetic.formats.census import write_census
from assets.synthetic.formats.delivery import Delivery, receive, write_csvs, write_workbook
from assets.synthetic.lifts import Lift, lifts
from assets.synthetic.lives import Lives, Order, live
from assets.synthetic.people import Place
from assets.synthetic.timeline import Quarter
from assets.synthetic.truth_files import TruthFiles, WhoIsWho, fault_rows, rows_table, tell_truth
from assets.synthetic.view import View

NUMBERS = 50_000_000
"""NHS numbers there are to share among areas."""
WRITERS = {"csv": write_csvs, "xlsx": write_workbook, "cin_census": write_census}
Rows = Counter[tuple[str, str, str]]
"""Rows by agency, extract and table."""
Due = dict[tuple[str, str, str], list[Quarter]]
"""The quarters each extract is delivered in, by agency, extract and area."""
DUE_DAYS = 45
LATE = 0.06
"""Share of deliveries that come after they are due."""


def _silent(line: str) -> None:
    del line


class OutNotEmptyError(Exception):
    """Something stands where a partnership is to be written; the message says what to do."""


@dataclass(frozen=True)
class Partnership:
    """What is to be generated."""

    areas: int = 1
    children: int = 10_000
    quarters: int = 8
    last: Quarter = field(default_factory=lambda: Quarter(2019, 4))
    seed: int = 1
    faults: float = 0.0

    @property
    def delivered(self) -> tuple[Quarter, ...]:
        """The quarters delivered."""
        return tuple(self.last.shift(by - self.quarters + 1) for by in range(self.quarters))


def places(count: int) -> Iterator[Place]:
    """So many areas: those there are (2019-20), then ones that are not."""
    text = (files("assets.synthetic") / "data" / "areas.csv").read_text(encoding="utf-8")
    known = [
        Place(row["area_code"], row["area_name"], row["dfe_code"], number)
        for number, row in enumerate(csv.DictReader(text.splitlines()))
    ]
    for number in range(count):
        yield (
            known[number]
            if number < len(known)
            else Place(f"E99{number:06}", f"Invented {number}", str(100 + number % 100), number)
        )


def generate(partnership: Partnership, out: Path, tell: Callable[[str], None] = _silent) -> Rows:
    """Write a partnership under `out`; rows by agency, extract and table. Raises OutNotEmptyError."""
    check_out(out)
    truth, rows, raised = TruthFiles(out / "truth"), Rows(), None
    due: Due = {}
    order = Order(partnership.children, partnership.delivered, partnership.seed)
    block = NUMBERS // max(partnership.areas, 100)
    for place in places(partnership.areas):
        of_area, gained = write_area(live(place, order, block), out, truth, partnership.faults, due, tell)
        rows += of_area
        raised = gained if raised is None else [one + other for one, other in zip(raised, gained, strict=True)]
    write_sums(truth, rows, raised or [])
    write_calendar(out, due)
    return rows


def check_out(out: Path) -> None:
    """Raises OutNotEmptyError where something stands in the folder already: what is generated is never mixed."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutNotEmptyError(f"{out} is not empty: choose another folder with --out")


def write_area(
    lives: Lives, out: Path, truth: TruthFiles, rate: float, due: Due, tell: Callable[[str], None]
) -> tuple[Rows, list[Lift]]:
    """Write an area's deliveries and its truth; its rows and lifts."""
    known = WhoIsWho(lives)
    rows = deliver(lives, out, known, truth, rate, due)
    tell_truth(truth, lives, known)
    place = lives.people.place
    tell(f"{place.code} {place.name}: {lives.people.count:,} persons, {sum(rows.values()):,} rows")
    return rows, list(lifts(lives))


def write_calendar(out: Path, due: Due) -> None:
    """Write what is due from whom, as a home's calendar: an extract is due in the quarters it was made for."""
    with (out / "calendar.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["agency", "extract", "area", "from", "to", "due_days"])
        for (agency, extract, area), quarters in sorted(due.items()):
            # Yearly returns and the census are told quarter by quarter, everything else as one span.
            whole = len(quarters) == quarters[-1].minus(quarters[0]) + 1
            spans = [(quarters[0], quarters[-1])] if whole else [(quarter, quarter) for quarter in quarters]
            for first, last in spans:
                writer.writerow([agency, extract, area, first.label, last.label, DUE_DAYS])


def write_sums(truth: TruthFiles, rows: Rows, raised: list[Lift]) -> None:
    """Write the rows per table and the lifts of all areas together."""
    truth.append("rows", rows_table(rows))
    found = [
        (of.first, of.then, round(of.ratio, 2), of.with_first, of.both, of.without_first, of.then_alone)
        for of in raised
    ]
    names = ["first", "then", "lift", "with_first", "both", "without_first", "then_alone"]
    truth.append("lifts", pl.DataFrame(found, schema=names, orient="row"))


def deliver(lives: Lives, out: Path, known: WhoIsWho, truth: TruthFiles, rate: float, due: Due) -> Rows:
    """Write every delivery of an area, with faults at a rate; rows by agency, extract and table."""
    rows = Rows()
    rng = np.random.default_rng([lives.order.seed, lives.people.place.number, 9])
    planted, noticed = [], []
    for quarter in lives.order.quarters:
        view = View(lives, quarter)
        for make in (council.deliveries, police.deliveries, health.deliveries, education.deliveries):
            for made in make(view):
                delivery = made
                due.setdefault((made.agency, made.extract, lives.people.place.code), []).append(quarter)
                known.see(delivery)
                if rate:
                    delivery, found = plant(delivery, rate, rng)
                    planted += _placed(delivery, lives, found)
                noticed += _placed(delivery, lives, notices(delivery))
                folder = out / "landing" / delivery.agency / lives.people.place.code / quarter.path
                folder.mkdir(parents=True, exist_ok=True)
                receive(WRITERS[delivery.form](delivery, folder), received_at(delivery, lives))
                for table, frame in delivery.tables.items():
                    rows[delivery.agency, delivery.extract, table] += frame.height
    truth.append("faults", fault_rows(planted))
    truth.append("notices", fault_rows(noticed))
    return rows


def _placed(
    delivery: Delivery, lives: Lives, found: list[tuple[str, int, str, str]]
) -> list[tuple[str, str, str, str, str, int, str, str]]:
    """Rows of a delivery with the file they stand in."""
    area, quarter = lives.people.place.code, delivery.quarter
    folder = f"{delivery.agency}/{area}/{quarter.path}"
    return [
        (f"{folder}/{delivery.file_of(table)}", delivery.extract, table, area, quarter.label, row, rule, severity)
        for table, row, rule, severity in found
    ]


def received_at(delivery: Delivery, lives: Lives) -> datetime:
    """When a delivery comes: two to six weeks after its quarter, a few later than they are due."""
    rng = np.random.default_rng(
        [
            lives.order.seed,
            lives.people.place.number,
            *delivery.extract.encode(),
            delivery.quarter.year,
            delivery.quarter.number,
        ]
    )
    after = int(rng.integers(14, 40)) + (int(rng.integers(20, 45)) if rng.random() < LATE else 0)
    return datetime(1970, 1, 1) + timedelta(
        days=delivery.quarter.end + after, minutes=int(rng.integers(8 * 60, 17 * 60))
    )
