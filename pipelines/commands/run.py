"""`sightline run`, `withdraw` and `example`: doing the work, and saying what came of it.

Here: the words. Not here: the work (`pipelines.running`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines.children_example import land_children_example
from pipelines.commands.terminal import print_table, progress
from pipelines.example import land_example
from pipelines.running import RunReport, run
from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.ledger import withdraw
from warehouse.quarters import FinancialQuarter


def run_command(home: Home, quarters: Sequence[FinancialQuarter], everything: bool) -> int:
    """Run, and print what came of it."""
    with progress() as say:
        report = run(home, quarters=quarters, everything=everything, say=say)
    print_report(home, report)
    return report.exit_code


def withdraw_command(home: Home, receipt_id: str) -> int:
    """Take a delivery out, and publish without it."""
    with Warehouse(home).open("withdrawing a delivery") as connection:
        receipt = withdraw(connection, receipt_id)
    print(f"{receipt_id} ({receipt.extract}, {receipt.area_code}, {receipt.quarter}) is withdrawn.")
    with progress() as say:
        report = run(home, say=say)
    print_report(home, report)
    return report.exit_code


def example_command(home: Home, *, children: bool) -> int:
    """Land the shipped example (or the one of made-up children) where it is not landed yet, and run."""
    if children:
        land_children_example(home, print)
    else:
        land_example(home)
    return run_command(home, (), everything=False)


def print_report(home: Home, report: RunReport) -> None:
    """What was read, what was stopped and why, and where to look."""
    if not report.did_anything:
        print("Nothing new in landing: nothing to do.")
        _print_places(home, report)
        return
    if report.entered:
        print_table(
            ("receipt", "agency", "area", "quarter", "extract", "outcome", "read", "accepted", "quarantined", "file"),
            [
                (
                    receipt.receipt_id,
                    receipt.agency,
                    receipt.area_code,
                    receipt.quarter,
                    receipt.extract,
                    receipt.outcome,
                    receipt.rows_read if receipt.judged else 0,
                    receipt.rows_accepted,
                    receipt.rows_quarantined,
                    receipt.file_name,
                )
                for receipt in report.entered
            ],
        )
        print()
    for receipt in report.refused:
        print(f"{receipt.outcome}: {receipt.file_name}: {receipt.rule}: {receipt.reason}")
    for rows in report.set_aside:
        in_file = rows.first_location.startswith(rows.file_name)
        place = rows.first_location if in_file else f"{rows.file_name}: {rows.first_location}"
        count = f"{rows.rows} row{'' if rows.rows == 1 else 's'}"
        print(f"quarantined: {place}: {rows.rule} ({count}). {rows.says} {rows.remedy}")
    if report.waiting:
        print(f"{report.waiting} file(s) still growing: they wait for the next run.")
    made = ", ".join(quarter.label for quarter in report.quarters) or "none"
    print(f"Quarters made: {made}.")
    if report.release == report.release_before:
        print("No figure changed: the release in force stays.")
    _print_places(home, report)


def _print_places(home: Home, report: RunReport) -> None:
    if report.release is None:
        return
    print(f"Release {report.release.name}: {_shown(home.published / 'current' / 'partner')}")
    print(f"  report      {_shown(home.published / 'current' / 'partner' / 'report' / 'index.html')}")
    print(f"  data        {_shown(home.published / 'current' / 'partner' / 'sightline.duckdb')}")
    print(f"Quality pages: {_shown(home.data_docs / 'index.html')}")
    print("Runs, checks and lineage: make ui   Deliveries: sightline status   A figure: sightline explain INDICATOR")


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
