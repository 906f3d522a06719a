"""The proof "pipeline": a run from landing to release beside its floor, for one area, for many, and as its past grows.

Here: measuring, and the section of the evidence page. Not here: the homes (`tests.benchmarks.homes`) or how
statements are recorded (`tests.benchmarks.recording`).
"""

from __future__ import annotations

import csv
import io
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import fastexcel

import assets.core.unit
import pipelines.running
from expectations.suites import validate
from pipelines.running import run
from tests.benchmarks.homes import SOUTHAMPTON, History, example_home, local_authorities, quarters_begun
from tests.benchmarks.recording import Recording, Replayed, bare, replay
from tests.benchmarks.stopwatch import Stopwatch
from warehouse.connection import Warehouse, migrate
from warehouse.home import HOME_VARIABLE, Home
from warehouse.quarters import FinancialQuarter

NAME = "pipeline"
TITLE = "What a run costs beside the bare SQL of it"

GX, SECOND_LOOK, OPENING = "Great Expectations", "release: second look", "opening the warehouse"
DAGSTER, INSTANCE, LOOKING = "Dagster, around the steps", "Dagster, definitions and instance", "looking for work"
MARTS = (
    "indicator_values",
    "benchmarks",
    "dataset",
    "indicators",
    "areas",
    "periods",
    "scorecard",
    "deliveries",
    "quality",
)
STAGES: tuple[tuple[str, tuple[str, str]], ...] = (
    (LOOKING, ("pipelines.running", "new_files")),
    (LOOKING, ("pipelines.running", "definitions_fingerprint")),
    (DAGSTER, ("pipelines.running", "_Runner.run")),
    ("intake", ("pipelines.layers.intake", "take_in")),
    ("raw", ("pipelines.layers.raw", "load_raw")),
    ("staging and SQL rules", ("assets.core.stage", "_write_staged")),
    ("staging and SQL rules", ("assets.core.stage", "_derive")),
    ("staging and SQL rules", ("assets.core.validation", "count_rules")),
    (GX, ("assets.core.unit", "validate")),
    ("core write", ("assets.core.unit", "write")),
    ("marts", ("pipelines.layers.marts", "prepare_marts")),
    *(("marts", ("pipelines.layers.marts", f"write_{name}")) for name in MARTS),
    ("findings", ("pipelines.layers.marts", "write_findings")),
    ("release", ("pipelines.layers.release", "prepare_marts")),
    ("release", ("pipelines.layers.release", "build_release")),
    (SECOND_LOOK, ("assets.release.release", "check_files")),
    ("Data Docs", ("pipelines.layers.release", "validation_records")),
    ("Data Docs", ("pipelines.layers.release", "write_data_docs")),
)


@dataclass(frozen=True)
class Measured:
    """A run's seconds in all and by stage, and its floor's."""

    areas: int
    rows: int
    total: float
    stages: Mapping[str, float]
    reading: float
    replayed: Replayed

    @property
    def floor(self) -> float:
        """The bare reading of the files and the bare SQL."""
        return self.reading + self.replayed.floor

    @property
    def ratio(self) -> float:
        """How many times its floor a run costs."""
        return self.total / self.floor


def import_everything() -> None:
    """Load what a run loads on its way, so that no import is in a measurement."""
    import expectations.gx_engine
    import expectations.gx_pages  # noqa: F401
    import pipelines.build  # noqa: F401


@contextmanager
def _stages(watch: Stopwatch) -> Iterator[None]:
    """Time every stage, the opening of warehouse and instance among them."""
    with ExitStack() as patches:
        functions = [stage for stage in STAGES if "." not in stage[1][1]]
        patches.enter_context(watch.over(functions))
        runner = pipelines.running._Runner
        patches.enter_context(mock.patch.object(runner, "run", watch._timed(DAGSTER, runner.run)))
        patches.enter_context(
            mock.patch.object(pipelines.running, "_dagster", _timed_entry(watch, INSTANCE, pipelines.running._dagster))
        )
        patches.enter_context(mock.patch.object(Warehouse, "open", _timed_entry(watch, OPENING, Warehouse.open)))
        yield


def _timed_entry(watch: Stopwatch, stage: str, opening: Callable[..., Any]) -> Callable[..., Any]:
    @contextmanager
    def timed(*given: Any, **named: Any) -> Iterator[Any]:
        opened = opening(*given, **named)
        with watch.time(stage):
            inside = opened.__enter__()
        try:
            yield inside
        except BaseException as error:
            if not opened.__exit__(type(error), error, error.__traceback__):
                raise
        else:
            with watch.time(stage):
                opened.__exit__(None, None, None)

    return timed


@contextmanager
def _environment() -> Iterator[None]:
    """A run points its process at a home; afterwards the process's environment is as it was."""
    with mock.patch.dict(os.environ):
        for name in ("DAGSTER_HOME", HOME_VARIABLE, "SIGHTLINE_AS_OF"):
            os.environ.pop(name, None)
        yield


def timed_run(home: Home) -> tuple[float, dict[str, float]]:
    """A run's seconds in all, and by stage; the rest stands under its own name."""
    watch = Stopwatch()
    with _environment(), _stages(watch):
        begun = time.perf_counter()
        run(home)
        total = time.perf_counter() - begun
    stages = dict(watch.seconds)
    stages["the rest"] = total - sum(stages.values()) + watch.beside
    return total, stages


def recorded_run(home: Home) -> Recording:
    """A run's statements, those of Great Expectations left out."""
    watch, recording = Stopwatch(), Recording()

    def unrecorded(connection: Any, *given: Any) -> Any:
        return validate(bare(connection), *given)

    with ExitStack() as patches:
        patches.enter_context(_environment())
        patches.enter_context(mock.patch.object(assets.core.unit, "validate", unrecorded))
        patches.enter_context(_stages(watch))
        patches.enter_context(recording.of_the_warehouse(lambda: watch.stage))
        run(home)
    return recording


def read_bare(home: Home) -> float:
    """Seconds to read every landed file with nothing but its library: fastexcel, or the csv module."""
    begun = time.perf_counter()
    for path in sorted(path for path in home.landing.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            workbook = fastexcel.read_excel(content)
            for name in workbook.sheet_names:
                workbook.load_sheet(name, header_row=None, dtypes="string").to_polars()
        else:
            list(csv.reader(io.StringIO(content.decode("utf-8", errors="replace"), newline=None)))
    return time.perf_counter() - begun


def floor_of(recording: Recording, folder: Path) -> tuple[Path, Replayed]:
    """A warehouse made by the bare statements alone, and what they cost."""
    folder.mkdir(parents=True)
    warehouse = folder / "floor.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        migrate(connection)
        replayed = replay(recording, connection, folder, skip=frozenset({GX, SECOND_LOOK}))
    return warehouse, replayed


ROUNDS = 3
"""How often product and floor take turns; the round whose ratio is the middle one stands for all."""


def measure(workplace: Path, codes: Sequence[str]) -> Measured:
    """Product and floor on the same files, in this process, taking turns: other work of the machine meets both."""
    recording = recorded_run(example_home(workplace / "recorded", codes))
    rounds = [_round(workplace / f"round-{number}", codes, recording) for number in range(ROUNDS)]
    return sorted(rounds, key=lambda measured: measured.ratio)[ROUNDS // 2]


def _round(workplace: Path, codes: Sequence[str], recording: Recording) -> Measured:
    home = example_home(workplace / "home", codes)
    total, stages = timed_run(home)
    reading = read_bare(home)
    _, replayed = floor_of(recording, workplace / "floor")
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        row = connection.execute("SELECT sum(rows_read)::BIGINT FROM ops.receipt").fetchone()
    assert row is not None
    return Measured(len(codes), row[0], total, stages, reading, replayed)


@dataclass(frozen=True)
class Redelivered:
    """Seconds of taking in one corrected file, several times over, with so many quarters of history."""

    quarters: int
    seconds: tuple[float, ...]
    stages: Mapping[str, float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)


def redeliver(workplace: Path, quarters: Sequence[FinancialQuarter], times: int) -> Redelivered:
    """Deliver a history, run; then deliver the newest quarter's return again and again, each a little different."""
    history = History(workplace, quarters)
    timed_run(history.home)
    measured = []
    for edition in range(1, times + 1):
        history.deliver(history.newest, edition)
        measured.append(timed_run(history.home))
    middle = sorted(measured, key=lambda pair: pair[0])[len(measured) // 2]
    return Redelivered(len(quarters), tuple(total for total, _ in measured), middle[1])


def prove(workplace: Path) -> str:
    """Measure everything at full size, and write the section."""
    import_everything()
    timed_run(example_home(workplace / "warm"))
    one = measure(workplace / "one", [SOUTHAMPTON])
    forty = measure(workplace / "forty", local_authorities(40))
    begun = quarters_begun(40, datetime.now(UTC))
    short = redeliver(workplace / "short", begun[-4:], 5)
    long = redeliver(workplace / "long", begun, 5)
    return "\n\n".join([_cost(one, forty), _shares(one, forty), _growth(short, long)])


def _cost(one: Measured, forty: Measured) -> str:
    lines = [
        "The pipeline step is everything between landing and release, in one process, on the shipped example: its "
        "files for one area, then the same returns under the codes of 40 areas, with populations for each. "
        "Imports are excluded (a warm-up run comes first). The floor is the same files read with nothing but "
        "fastexcel and the csv module, and the very statements the run put to the warehouse, recorded and put to a "
        "bare DuckDB again: without Dagster, ledger, Great Expectations, report, Data Docs or second look. Product "
        f"and floor are of one process and take turns {ROUNDS} times; the round with the middle ratio is shown.",
        "",
        "| areas | rows read | run | floor: reading | floor: SQL | floor | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {m.areas} | {m.rows:,} | {m.total:.2f} s | {m.reading:.3f} s | "
        f"{m.replayed.floor:.2f} s ({m.replayed.statements:,} statements) | {m.floor:.2f} s | {m.ratio:.1f} |"
        for m in (one, forty)
    ]
    lines += [
        "",
        f"{forty.areas} times the areas take {forty.total / one.total:.1f} times as long; each further "
        f"area costs {(forty.total - one.total) / (forty.areas - one.areas) * 1000:.0f} ms "
        f"(floor: {(forty.floor - one.floor) / (forty.areas - one.areas) * 1000:.0f} ms). The ledger's own statements, "
        f"which the floor leaves out, take {one.replayed.ledger:.2f} s and {forty.replayed.ledger:.2f} s.",
    ]
    return "\n".join(lines)


def _shares(one: Measured, forty: Measured) -> str:
    names = sorted({*one.stages, *forty.stages}, key=lambda name: -one.stages.get(name, 0))
    lines = [
        "Where the time goes, each stage without those inside it:",
        "",
        "| stage | 1 area | share | 40 areas | share |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        few, many = one.stages.get(name, 0.0), forty.stages.get(name, 0.0)
        lines.append(f"| {name} | {few:.2f} s | {few / one.total:.0%} | {many:.2f} s | {many / forty.total:.0%} |")
    return "\n".join(lines)


def _growth(short: Redelivered, long: Redelivered) -> str:
    lines = [
        "Delivering one area's return again, one figure corrected, in a warehouse with a short and with a long past "
        "(each return has eight quarters of its own; Dagster has no partitions beyond the clock's quarter, which "
        "bounds the past):",
        "",
        "| quarters of history | median | fastest to slowest |",
        "|---|---|---|",
    ]
    lines += [
        f"| {r.quarters} | {r.median:.2f} s | {min(r.seconds):.2f} to {max(r.seconds):.2f} s |" for r in (short, long)
    ]
    lines += [
        "",
        f"Ratio of the medians: {long.median / short.median:.2f}. By stage:",
        "",
        "| stage | short | long |",
        "|---|---|---|",
    ]
    for name in sorted(long.stages, key=lambda name: -long.stages[name]):
        lines.append(f"| {name} | {short.stages.get(name, 0.0):.2f} s | {long.stages[name]:.2f} s |")
    return "\n".join(lines)
