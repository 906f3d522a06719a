"""Running headless: the same definitions the page shows, executed in this process against the home's instance.

Here: what is to be run, in which order, and what came of it. Not here: the words printed (`pipelines.commands`), or
what any step does (`assets`).
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock

from assets.intake.take_in import new_files
from expectations.contract import REFERENCE, ContractRegistry
from expectations.quarantine import expectation_of
from pipelines.job_names import PUBLISH, QUARTER, TAKE_IN
from pipelines.job_names import REFERENCE as REFERENCE_JOB
from warehouse.connection import Warehouse
from warehouse.home import HOME_VARIABLE, Home
from warehouse.ledger import (
    Receipt,
    add_work,
    extracts_received,
    keep_setting,
    places_with_deliveries,
    receipts,
    release_awaited,
    setting,
    work,
)
from warehouse.quarters import FinancialQuarter, quarter_or_none

if TYPE_CHECKING:
    import dagster as dg

_FINGERPRINT = "definitions"
_TABLES_MADE = "tables-made"
Say = Callable[[str], None]


class RunFailedError(Exception):
    """A run did not finish; the message names the step and where to see it."""


@dataclass(frozen=True)
class SetAside:
    """Rows of one file that broke one rule and stand in quarantine."""

    file_name: str
    rule: str
    rows: int
    first_location: str
    says: str
    remedy: str


@dataclass
class RunReport:
    """What a run did: the receipts it judged, the quarters it made, and the release in force after it."""

    entered: list[Receipt] = field(default_factory=list)
    waiting: int = 0
    quarters: list[FinancialQuarter] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    did_anything: bool = False
    release_before: Path | None = None
    release: Path | None = None

    @property
    def refused(self) -> list[Receipt]:
        """The receipts that were stopped or not recognised."""
        return [receipt for receipt in self.entered if receipt.outcome in ("stopped", "unrecognised")]

    @property
    def exit_code(self) -> int:
        """0 = done, 2 = something was stopped or not recognised."""
        return 2 if self.refused else 0


def run(
    home: Home, *, quarters: Sequence[FinancialQuarter] = (), everything: bool = False, say: Say = lambda _: None
) -> RunReport:
    """Take in what is new, make what it affects (or the quarters named, or all), and publish.

    Raises RunFailedError where a step failed; what was in force stays in force.
    """
    home.create()
    report = RunReport()
    with Warehouse(home).open("looking for work") as connection:
        fresh = bool(new_files(connection, home))
        _notice_new_definitions(connection, home)
        pending = bool(work(connection)) or release_awaited(connection)
        last = _last_receipt(connection)
        # A run that failed may have entered files without judging them: this one speaks of them too.
        unjudged = [receipt.receipt_id for receipt in receipts(connection, "outcome IS NULL")]
    report.release_before = report.release = _current(home)
    if not (fresh or pending or quarters or everything):
        return report
    report.did_anything = True
    with _dagster(home) as (definitions, instance):
        runner = _Runner(definitions, instance, say)
        if fresh:
            runner.run(TAKE_IN, "taking in files")
        with Warehouse(home).open("looking for work") as connection:
            entered = unjudged + [receipt.receipt_id for receipt in receipts(connection) if receipt.receipt_id > last]
            reference = any(place.agency == REFERENCE for place in work(connection))
        if reference or everything:
            runner.run(REFERENCE_JOB, "loading published data", extracts=_delivered(home, REFERENCE))
        for quarter, areas in _to_make(home, quarters, everything).items():
            # A quarter that was named is made whole, so that the page shows every partition of it as made.
            extracts = None if quarters else _delivered(home, quarter.label)
            runner.run(QUARTER, f"making {quarter.label}", quarter=quarter, areas=areas, extracts=extracts)
            report.quarters.append(quarter)
        runner.run(PUBLISH, "publishing")
    with Warehouse(home).open("reading the ledger") as connection:
        report.entered = receipts(connection, "list_contains(?::VARCHAR[], receipt_id)", [entered])
        report.set_aside = _set_aside(connection, entered)
        report.waiting = len(new_files(connection, home))
    report.release = _current(home)
    return report


def _set_aside(connection: duckdb.DuckDBPyConnection, receipt_ids: Sequence[str]) -> list[SetAside]:
    contracts = ContractRegistry.load()
    rows = connection.execute(
        """
        SELECT file_name, extract, table_name, rule, count(*), arg_min(location, row_number)
        FROM (SELECT receipt.file_name, receipt.received_at, row.* EXCLUDE (rules), unnest(row.rules) AS rule
              FROM ops.quarantine AS row JOIN ops.receipt AS receipt USING (receipt_id)
              WHERE list_contains(?::VARCHAR[], receipt_id) AND receipt.judged <> 'stopped')
        GROUP BY received_at, receipt_id, file_name, extract, table_name, rule ORDER BY received_at, receipt_id, rule
        """,
        [list(receipt_ids)],
    ).fetchall()
    found = []
    for file_name, extract, table, rule, count, location in rows:
        expectation = expectation_of(contracts[extract].table(table), rule)
        if expectation is not None and expectation.quarantines:
            found.append(SetAside(file_name, rule, count, location, expectation.says, expectation.remedy))
    return found


def _to_make(home: Home, named: Sequence[FinancialQuarter], everything: bool) -> dict[FinancialQuarter, list[str]]:
    """The quarters to make and, where only some are affected, their areas (an empty list means all)."""
    with Warehouse(home).open("looking for work") as connection:
        if everything:
            places = places_with_deliveries(connection)
            return {quarter: [] for quarter in sorted({FinancialQuarter.parse(place.quarter) for place in places})}
        if named:
            return {quarter: [] for quarter in sorted(named)}
        affected: dict[FinancialQuarter, list[str]] = {}
        for place in work(connection):
            quarter = quarter_or_none(place.quarter) if place.agency != REFERENCE else None
            if quarter is not None and place.area_code not in affected.setdefault(quarter, []):
                affected[quarter].append(place.area_code)
    return dict(sorted(affected.items()))


def _delivered(home: Home, place: str) -> set[str]:
    with Warehouse(home).open("looking for work") as connection:
        return extracts_received(connection, place)


def _notice_new_definitions(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Where contracts, catalogue or rules are not those the figures were made by, every figure is to be made anew."""
    now = definitions_fingerprint(home)
    before = setting(connection, _FINGERPRINT)
    if before is not None and before != now:
        add_work(connection, places_with_deliveries(connection))
    if before != now:
        keep_setting(connection, _FINGERPRINT, now)


def definitions_fingerprint(home: Home) -> str:
    """A hash over everything declared: contracts, rules, catalogue, mart schema, and the product's version."""
    digest = hashlib.sha256(version("sightline").encode())
    roots: list[Traversable | Path] = [files("expectations"), files("assets.marts")]
    if home.catalogue.is_dir():
        roots.append(home.catalogue)
    for root in roots:
        for path in _declarations(root):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _declarations(root: Traversable | Path) -> Iterator[Traversable | Path]:
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _declarations(entry)
        elif entry.name.endswith(".yml"):
            yield entry


def _last_receipt(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("SELECT coalesce(max(receipt_id), '') FROM ops.receipt").fetchone()
    return row[0] if row else ""


def _current(home: Home) -> Path | None:
    link = home.published / "current"
    return link.resolve() if link.exists() else None


def prepare_instance(home: Home) -> None:
    """Put the instance's settings and tables into the home where they are missing, and point this process at them.

    Webserver, daemon and code servers each make the tables they miss. Started at once on a new home, two of them may
    both write which version the tables have, and from then on no process can open them. So they are made here, by one.
    """
    home.create()
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ[HOME_VARIABLE] = str(home.root)
    settings, made = home.dagster / "dagster.yaml", home.dagster / _TABLES_MADE
    if settings.exists() and made.exists():
        return
    with FileLock(f"{made}.lock"):
        # Without them Dagster keeps what steps print, and reports on its use.
        if not settings.exists():
            shutil.copyfile(str(files("pipelines") / "instance" / "dagster.yaml"), settings)
        if not made.exists():
            with _instance():
                made.touch()


@contextmanager
def _instance() -> Iterator[dg.DagsterInstance]:
    """The instance this process points at; opening it makes what tables it lacks."""
    warnings.filterwarnings("ignore", module="dagster")
    import dagster as dg  # noqa: PLC0415 (three seconds that a command without work need not wait for)

    logging.getLogger("alembic").setLevel(logging.ERROR)
    with dg.DagsterInstance.get() as instance:
        yield instance


@contextmanager
def _dagster(home: Home) -> Iterator[tuple[dg.Definitions, dg.DagsterInstance]]:
    prepare_instance(home)
    with _instance() as instance:
        from pipelines.build import build_defs  # noqa: PLC0415 (as Dagster itself)
        from pipelines.resources import Partnership  # noqa: PLC0415

        yield build_defs(resource_overrides={"partnership": Partnership(root=str(home.root))}), instance


@dataclass
class _Runner:
    definitions: dg.Definitions
    instance: dg.DagsterInstance
    say: Say

    def run(
        self,
        name: str,
        words: str,
        *,
        quarter: FinancialQuarter | None = None,
        areas: Sequence[str] = (),
        extracts: Set[str] | None = None,
    ) -> None:
        """Execute a job in this process; every event of it goes to the home's instance.

        Steps of extracts other than those given have nothing to read and are left out.
        """
        from pipelines.layers.selection import without_other_extracts  # noqa: PLC0415
        from pipelines.quarters import partition_of  # noqa: PLC0415

        self.say(words)
        job = self.definitions.resolve_job_def(name)
        if extracts is not None:
            job = job.get_subset(asset_selection=without_other_extracts(job, extracts))
        config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        if areas:
            config["ops"] = {node.name: {"config": {"areas": sorted(areas)}} for node in job.nodes}
        result = job.execute_in_process(
            instance=self.instance,
            partition_key=partition_of(quarter) if quarter else None,
            run_config=config,
            tags={"sightline/quarter": quarter.label} if quarter else None,
            raise_on_error=False,
        )
        if not result.success:
            failed = [event for event in result.all_events if event.is_step_failure]
            causes = "; ".join(f"{event.step_key}: {_cause(event)}" for event in failed) or "see the run"
            raise RunFailedError(f"{words}: {causes}. The run {result.run_id} on the page has the rest (`make ui`).")


def _cause(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error is not None else "no message"
