"""Contracts and finding rules as pages for people: what a file must look like, and what is checked.

Here: Markdown made from the declarations, so that it cannot say anything else. Not here: indicators
(`assets.marts.documentation`), or the pages of outcomes (`expectations.data_docs`).
"""

from __future__ import annotations

from collections.abc import Iterable

from expectations.contract import Contract, Table
from expectations.ddl import typed_name
from expectations.finding_rule import FindingRule

_COVERAGE = {
    "year_to_date": "the financial year to date",
    "quarter": "its quarter",
    "term": "the school term before its own",
    "snapshot": "the quarter's last day",
    "as_printed": "the periods it prints",
    "edition": "its edition",
}


def contract_page(contract: Contract) -> str:
    """One extract: who sends it, how it is recognised, its columns, its rules and their remedies."""
    governance = contract.governance
    stops = (
        f"A delivery stops where more than {contract.tolerance:.0%} of its rows break critical rules."
        if contract.tolerance < 1
        else "A delivery stops where none of its rows can be accepted."
    )
    lines = [
        f"# {contract.title} (`{contract.extract}`)",
        "",
        contract.description,
        "",
        f"- Sent by: {', '.join(contract.agencies)}",
        f"- Recognised by its content, as {' or '.join(contract.recognition.formats)}, "
        f"laid out {' or '.join(contract.recognition.layouts).replace('_', ' ')}",
        f"- Covers {_COVERAGE[contract.coverage]}; a newer delivery replaces the "
        + ("earlier one" if contract.replaces == "delivery" else "earlier one's figures, one by one"),
        f"- {stops}",
        f"- Held for: {governance.purpose} Basis: {governance.lawful_basis}. "
        f"Kept for {governance.retention_years} years.",
    ]
    for table in contract.tables:
        lines += ["", *_table(contract, table)]
    return "\n".join(lines) + "\n"


def _table(contract: Contract, table: Table) -> list[str]:
    lines = [
        f"## {table.title}",
        "",
        f"{table.grain[0].upper()}{table.grain[1:]}. Accepted rows go to `{typed_name(contract, table)}`.",
        "",
        "| column | type | needed | sensitivity | meaning |",
        "|---|---|---|---|---|",
    ]
    for column in table.columns:
        needed = "yes" if column.required else "may be left out"
        also = f" Also headed {', '.join(column.headers)}." if column.headers else ""
        kind = column.type.replace("_", " ")
        lines.append(f"| {column.name} | {kind} | {needed} | {column.sensitivity} | {column.description}{also} |")
    lines += ["", "| rule | severity | a row that breaks it | what must be true | remedy |", "|---|---|---|---|---|"]
    for expectation in table.expectations:
        fate = "is quarantined" if expectation.quarantines else "is kept"
        lines.append(
            f"| {expectation.rule} | {expectation.severity} | {fate} | {expectation.says} | {expectation.remedy} |"
        )
    return lines


def rules_page(rules: Iterable[FindingRule]) -> str:
    """The finding rules: what must hold across figures."""
    lines = [
        "# Finding rules",
        "",
        "What must hold across figures, whoever sent them. A finding stops nothing; it stands beside the figure.",
        "",
        "| rule | severity | finds | how |",
        "|---|---|---|---|",
    ]
    lines += [f"| {rule.rule} | {rule.severity} | {rule.title} | {rule.explanation} |" for rule in rules]
    return "\n".join(lines) + "\n"
