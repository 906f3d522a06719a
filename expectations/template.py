"""Templates: an empty, annotated file of an extract whose format is ours, for an agency to fill in.

Here: making the file from its contract. Its notes are lines that begin with # above the header, which the reader
passes over. Not here: reading it back (`assets.raw.readers`).
"""

from __future__ import annotations

import csv
import io

from expectations.contract import Contract, ContractRegistry, Table


class NoTemplateError(Exception):
    """There is no template of that extract; the message names those there are."""


def template(contracts: ContractRegistry, extract: str) -> str:
    """The template as CSV text. Raises NoTemplateError for an extract that is unknown or not of our making."""
    ours = [contract.extract for contract in contracts.values() if contract.format_owner == "ours"]
    if extract not in contracts:
        raise NoTemplateError(f"no extract is called {extract}; there are templates of {', '.join(ours)}")
    contract = contracts[extract]
    if extract not in ours:
        raise NoTemplateError(
            f"the format of {extract} is not ours to publish; there are templates of {', '.join(ours)}"
        )
    return _notes(contract, contract.tables[0]) + _header(contract.tables[0])


def _header(table: Table) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([column.name for column in table.columns])
    return out.getvalue()


def _notes(contract: Contract, table: Table) -> str:
    lines = [
        f"{contract.title}. {contract.description}",
        f"Put it into landing/{'|'.join(contract.agencies)}/<area code>/<quarter>/ under any name, as CSV in UTF-8.",
        "Fill in the rows below the header; these notes may stay or go.",
        "",
    ]
    for column in table.columns:
        needed = "" if column.required else " (column may be left out)"
        example = f" Example: {column.example}" if column.example else ""
        lines.append(f"{column.name}{needed}: {column.description}{example}")
    lines += ["", "What must be true:"]
    lines += [f"{expectation.says} [{expectation.severity}]" for expectation in table.expectations]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
