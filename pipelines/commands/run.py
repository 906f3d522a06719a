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
from warehouse.ledger import Receipt, withdraw
from warehouse.quarters import FinancialQuarter

_PAGE = 60
_ROWS = ("read", "accepted", "quarantined")


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


def example_command(home: Home, *, returns: bool, children: bool) -> int:
    """Land the example's parts (what agencies returned, and made-up children) where they are not landed, and run."""
    if children:
        land_children_example(home, print)
    if returns:
        land_example(home)
    return run_command(home, (), everything=False)


def print_report(home: Home, report: RunReport) -> None:
    """What was read, what was stopped and why, and where to look."""
    if not report.did_anything:
        print("Nothing new in landing: nothing to do.")
        _print_places(home, report)
        return
    if report.entered:
        _print_entered(report.entered)
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


def _print_entered(entered: Sequence[Receipt]) -> None:
    """Every receipt; of more than a page of them, those of one extract, area and outcome together."""
    if len(entered) <= _PAGE:
        titles = ("receipt", "agency", "area", "quarter", "extract", "outcome", *_ROWS, "file")
        print_table(titles, [(*_where(one), one.outcome, *_counted([one]), one.file_name) for one in entered])
        return
    together: dict[tuple[str | None, ...], list[Receipt]] = {}
    for receipt in entered:
        key = (receipt.agency, receipt.area_code, receipt.extract, receipt.outcome)
        together.setdefault(key, []).append(receipt)
    print_table(
        ("agency", "area", "extract", "outcome", "from", "to", "files", *_ROWS),
        [
            (*key, min(quarters, default=""), max(quarters, default=""), len(same), *_counted(same))
            for key, same in sorted(together.items(), key=lambda item: tuple(map(str, item[0])))
            for quarters in [[one.quarter for one in same if one.quarter]]
        ],
    )


def _where(receipt: Receipt) -> tuple[str | None, ...]:
    return receipt.receipt_id, receipt.agency, receipt.area_code, receipt.quarter, receipt.extract


def _counted(entered: Sequence[Receipt]) -> tuple[int, int, int]:
    """Rows read, accepted and quarantined of receipts together; those not judged were not read."""
    return (
        sum(one.rows_read for one in entered if one.judged),
        sum(one.rows_accepted for one in entered),
        sum(one.rows_quarantined for one in entered),
    )


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
