"""`sightline check`: what would happen to files, as text, JSON, or a workbook to send back to the agency.

Here: the three forms of a verdict. Not here: how it is reached (`assets.intake.check`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from assets.intake.check import Checker, FileCheck, as_json
from assets.marts.catalogue_model import Catalogue
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from warehouse.home import Home
from warehouse.quarters import FinancialQuarter


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
        target = out or Path("sightline-check.xlsx")
        _write_workbook(checks, target)
        print(f"Written: {target}")
    else:
        for check in checks:
            _print_check(check)
    return 2 if any(check.refused for check in checks) else 0


def _print_check(check: FileCheck) -> None:
    extract = check.extract or "no extract known"
    print(
        f"{check.file}: {extract}: {check.outcome}: {check.rows_read} rows read, {check.rows_accepted} accepted, "
        f"{check.rows_quarantined} quarantined"
    )
    for problem in check.problems:
        print(f"  {problem.severity:8}  {problem.location}  {problem.rule}: {problem.kind}. {problem.remedy}")


def _write_workbook(checks: Sequence[FileCheck], target: Path) -> None:
    import xlsxwriter  # noqa: PLC0415 (only this form needs it)

    with xlsxwriter.Workbook(str(target)) as workbook:
        bold, wrap = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True, "valign": "top"})
        summary = workbook.add_worksheet("Files")
        headings = ("file", "extract", "outcome", "rows read", "rows accepted", "rows quarantined", "sha256")
        summary.write_row(0, 0, headings, bold)
        for number, check in enumerate(checks, start=1):
            row = (check.file, check.extract or "", check.outcome)
            for column, text in enumerate(row):
                summary.write_string(number, column, text)
            counts = (check.rows_read, check.rows_accepted, check.rows_quarantined)
            summary.write_row(number, len(row), counts)
            summary.write_string(number, len(headings) - 1, check.sha256 or "")
        problems = workbook.add_worksheet("Problems")
        problems.write_row(0, 0, ("file", "where", "severity", "rule", "what was found", "how to mend it"), bold)
        lines = [(check.file, problem) for check in checks for problem in check.problems]
        for number, (file, problem) in enumerate(lines, start=1):
            texts = (file, problem.location, problem.severity, problem.rule, problem.kind, problem.remedy)
            for column, text in enumerate(texts):
                problems.write_string(number, column, text, wrap)
        for sheet, widths in ((summary, (40, 20, 26, 12, 12, 16, 66)), (problems, (30, 36, 10, 34, 40, 70))):
            sheet.freeze_panes(1, 0)
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width)
