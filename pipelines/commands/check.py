"""`sightline check`: what would happen to files, as text, JSON, or a workbook to send back to the agency.

Here: the three forms of a verdict. Not here: how it is reached (`assets.intake.check`).
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from assets.intake.check import Checker, FileCheck, as_json
from assets.marts.catalogue_model import Catalogue
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from warehouse.home import Home
from warehouse.quarters import FinancialQuarter

WORKBOOK = "sightline-check.xlsx"
"""The workbook's name where none was given."""
LONGEST = 1_000_000
"""Rows a sheet is given at most; it has room for 1,048,576."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook: its headings, with how wide each column is."""

    title: str
    columns: Mapping[str, int]


PROBLEMS = Sheet("Problems", {"file": 30, "location": 36, "rule": 34, "severity": 10, "kind": 40, "remedy": 70})
FILES = Sheet(
    "Files",
    {"file": 30, "extract": 20, "outcome": 26, "rows read": 12, "rows accepted": 14, "rows quarantined": 16},
)


def check_command(
    home: Home,
    paths: Sequence[Path],
    area_code: str | None,
    quarter: FinancialQuarter | None,
    form: str,
    out: Path | None,
) -> int:
    """Check files and print the verdict. Returns 2 where any file would be refused, 1 where one is not there."""
    # What is there and is no plain file (a pipe, a link) has a verdict as in a run; only what is absent has none.
    absent = [path for path in paths if path.is_dir() or not (path.exists() or path.is_symlink())]
    if absent:
        print(f"error: not a file: {', '.join(map(str, absent))}", file=sys.stderr)
        return 1
    checker = Checker(
        ContractRegistry.load(), Catalogue.of_home(home), areas(), area_code, quarter, home.as_of() if quarter else None
    )
    checks = [checker.check(path) for path in paths]
    if form == "json":
        print(json.dumps(as_json(checks), indent=2, ensure_ascii=False))
    elif form == "xlsx":
        return _send_back(checks, out or _beside(paths[0], home), paths)
    else:
        for check in checks:
            _print_check(check)
    return _exit_code(checks)


def _exit_code(checks: Sequence[FileCheck]) -> int:
    return 2 if any(check.refused for check in checks) else 0


def _print_check(check: FileCheck) -> None:
    extract = check.extract or "no extract known"
    print(
        f"{check.file}: {extract}: {check.outcome}: {check.rows_read} rows read, {check.rows_accepted} accepted, "
        f"{check.rows_quarantined} quarantined"
    )
    for problem in check.problems:
        print(f"  {problem.severity:8}  {problem.location}  {problem.rule}: {problem.kind}. {problem.remedy}")


def _beside(path: Path, home: Home) -> Path:
    """Where the workbook goes: beside the file, but never into landing, from where it would be taken in."""
    folder = path.parent.resolve()
    return (Path() if folder.is_relative_to(home.landing.resolve()) else path.parent) / WORKBOOK


def _send_back(checks: Sequence[FileCheck], target: Path, paths: Sequence[Path]) -> int:
    if target.resolve() in {path.resolve() for path in paths}:
        print(f"error: {target} is one of the files to check; give another --out", file=sys.stderr)
        return 1
    try:
        untold = _write_workbook(checks, target)
    except OSError as error:
        print(f"error: {target} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Written: {target}", file=sys.stderr)
    if untold:
        print(f"A sheet holds no more: {untold} problems are not in it; --format json has all", file=sys.stderr)
    return _exit_code(checks)


def _write_workbook(checks: Sequence[FileCheck], target: Path) -> int:
    """Write the workbook; returns how many problems its sheet has no room for."""
    problems = [
        (check.file, problem.location, problem.rule, problem.severity, problem.kind, problem.remedy)
        for check in checks
        for problem in check.problems
    ]
    files = [
        (check.file, check.extract or "", check.outcome, check.rows_read, check.rows_accepted, check.rows_quarantined)
        for check in checks
    ]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        for sheet, rows in ((FILES, files), (PROBLEMS, problems[:LONGEST])):
            _write_sheet(workbook, sheet, rows)
    target.write_bytes(buffer.getvalue())
    return max(0, len(problems) - LONGEST)


def _write_sheet(workbook: xlsxwriter.Workbook, sheet: Sheet, rows: Sequence[tuple[str | int, ...]]) -> None:
    bold, wrap = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True, "valign": "top"})
    worksheet = workbook.add_worksheet(sheet.title)
    for column, (heading, width) in enumerate(sheet.columns.items()):
        worksheet.write_string(0, column, heading, bold)
        worksheet.set_column(column, column, width)
        for number, row in enumerate(rows, start=1):
            value = row[column]
            # Text is written as text: the name of a file must never become a formula or a link.
            if isinstance(value, int):
                worksheet.write_number(number, column, value, wrap)
            else:
                worksheet.write_string(number, column, value, wrap)
    worksheet.freeze_panes(1, 0)
    worksheet.autofilter(0, 0, max(len(rows), 1), len(sheet.columns) - 1)
