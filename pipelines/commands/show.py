"""`sightline status`, `explain` and `template`: showing what stands, without changing anything.

Here: tables and words for the terminal. Not here: where the facts come from (`assets.marts`, `expectations`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assets.marts.calendar import due_deliveries
from assets.marts.catalogue_model import Catalogue
from assets.marts.deliveries import DELIVERIES, define_due
from assets.marts.derived.words import words_of
from assets.marts.explain import Explanation, explain
from assets.marts.tables import prepare_marts
from expectations.contract import ContractRegistry
from expectations.template import template
from pipelines.commands.terminal import print_table
from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.quarters import FinancialQuarter

_STATUS_COLUMNS = (
    "quarter", "agency", "area_code", "extract", "outcome", "received_at", "due_on", "days_late", "rows_read",
    "rows_accepted", "rows_quarantined", "receipt_id", "file_name", "reason"
)  # fmt: skip


def status_command(home: Home, quarter: FinancialQuarter | None, as_json: bool) -> int:
    """Deliveries against the calendar: received, late, stopped, missing, and those due next."""
    as_of = home.as_of()
    due = due_deliveries(home.calendar, as_of)
    with Warehouse(home).open("reading the ledger") as connection:
        define_due(connection, due, as_of)
        condition = "WHERE quarter = ?" if quarter else ""
        rows = connection.execute(
            f"""
            SELECT {", ".join(_STATUS_COLUMNS)} FROM (
                SELECT delivery.*, receipt.file_name FROM ({DELIVERIES}) AS delivery
                LEFT JOIN ops.receipt AS receipt USING (receipt_id)
                UNION ALL BY NAME
                SELECT agency, extract, area_code, quarter, due_on, 'due' AS outcome FROM due_delivery
                WHERE due_on > getvariable('as_of')
                  AND NOT EXISTS (SELECT 1 FROM ops.receipt AS receipt WHERE receipt.agency = due_delivery.agency
                    AND receipt.extract = due_delivery.extract AND receipt.area_code = due_delivery.area_code
                    AND receipt.quarter = due_delivery.quarter)
            ) {condition} ORDER BY quarter DESC, agency, area_code, extract, received_at
            """,
            [quarter.label] if quarter else [],
        ).fetchall()
    deliveries: list[dict[str, Any]] = [dict(zip(_STATUS_COLUMNS, row, strict=True)) for row in rows]
    if as_json:
        print(json.dumps({"as_of": as_of, "deliveries": deliveries}, default=str, indent=2, ensure_ascii=False))
        return 0
    if not deliveries:
        print("No delivery was received and none is due. Land files under landing/<agency>/<area code>/<quarter>/.")
        return 0
    shown = ("quarter", "agency", "area_code", "extract", "outcome", "received_at", "due_on", "days_late", "rows_read",
             "rows_quarantined", "receipt_id", "file_name")  # fmt: skip
    print(f"As of {as_of}:")
    print_table(shown, [[delivery[name] for name in shown] for delivery in deliveries])
    for delivery in deliveries:
        if delivery["outcome"] in ("stopped", "unrecognised"):
            print(f"{delivery['outcome']}: {delivery['file_name']}: {delivery['reason']}")
    return 0


def explain_command(home: Home, indicator_id: str, area_code: str | None, period: str | None) -> int:
    """A figure's definition, numbers and sources."""
    catalogue = Catalogue.of_home(home)
    with Warehouse(home).open("explaining a figure") as connection:
        prepare_marts(connection, catalogue)
        found = explain(connection, catalogue, indicator_id, area_code, period)
    _print_explanation(found)
    return 0


def _print_explanation(found: Explanation) -> None:
    entry = found.indicator
    print(f"{entry.title} ({entry.id})")
    print(f"  {entry.definition}")
    print(f"  numerator: {entry.numerator}")
    if entry.denominator:
        print(f"  denominator: {entry.denominator.says}")
    if entry.derived is not None:
        print("  counted from child-level extracts:")
        for line in words_of(entry.derived):
            print(f"    {line}")
    if entry.caveats:
        print(f"  caveat: {entry.caveats}")
    print(f"  source of the definition: {entry.source}")
    print()
    print_table(
        (
            "area", "period", "basis", "reported in", "numerator", "denominator", "printed", "unit", "status",
            "denominator is", "reason",
        ),
        [
            (
                figure["area_name"], figure["period"], figure["basis"], figure["reported_in"],
                _whole(figure["numerator"]), _whole(figure["denominator"]), figure["printed"], figure["unit"],
                figure["status"], figure["denominator_edition"], figure["reason"],
            )
            for figure in found.figures
        ],
    )  # fmt: skip
    print("\nRead from:")
    for source in sorted({str(figure["source"]) for figure in found.figures}):
        print(f"  {source}")
    for delivery in found.deliveries:
        print(
            f"  {delivery['receipt_id']}: {delivery['extract']} of {delivery['agency']}, {delivery['quarter']}, "
            f"received {delivery['received_at']}, {delivery['outcome']}: {delivery['rows_read']} rows read, "
            f"{delivery['rows_accepted']} accepted, {delivery['rows_quarantined']} quarantined"
            + (f" ({', '.join(sorted(delivery['rules_broken']))})" if delivery["rules_broken"] else "")
        )
    if found.findings:
        print("\nWhat does not add up:")
        for finding in found.findings:
            print(f"  {finding['severity']}: {finding['period']}: {finding['message']} ({finding['rule']})")


def _whole(number: float | None) -> str | None:
    return None if number is None else f"{number:g}" if number != int(number) else str(int(number))


def template_command(extract: str, out: Path | None) -> int:
    """The template of an extract, to a file or to the terminal."""
    text = template(ContractRegistry.load(), extract)
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")
        print(f"Written: {out}")
    return 0
