"""Checking files without loading them: what would happen to each, with every problem at its cell.

Here: the real way from file to verdict, taken in a warehouse in memory. Not here: how the verdict is printed
(`pipelines.commands.check`). No value of a file is in what this gives.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from assets.core.validation import JUDGED, Unit, located, stage_rows, write
from assets.intake.landing import readable, why_not_a_file_to_open
from assets.intake.recognition import UnrecognisedError, recognise
from assets.intake.take_in import covered, fault_of_area, fault_of_quarter
from assets.labels import label_key
from assets.marts.catalogue_model import Catalogue
from assets.raw.layouts.columnar import ColumnarRows
from assets.raw.layouts.rows import RawRows
from assets.raw.load import raw_arrow, shown_headers
from assets.raw.readers.grid import UnreadableError
from assets.reference.areas import Area
from expectations.contract import Contract, ContractRegistry, Table
from expectations.quarantine import expectation_of
from warehouse.connection import migrate
from warehouse.ledger import Receipt, receipts, record
from warehouse.quarters import FinancialQuarter

_RECEIPT = "checked"


@dataclass(frozen=True)
class Problem:
    """One rule broken at one place: what kind of thing is wrong there, and how to mend it."""

    location: str
    rule: str
    severity: str
    kind: str
    remedy: str


@dataclass(frozen=True)
class FileCheck:
    """What would happen to a file."""

    file: str
    sha256: str | None
    extract: str | None
    outcome: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> bool:
        """Whether the file as a whole would be stopped or not recognised."""
        return self.outcome in ("stopped", "unrecognised")


@dataclass(frozen=True)
class Checker:
    """What a check needs to know: the declarations, and the area and quarter where they were given."""

    contracts: ContractRegistry
    catalogue: Catalogue
    areas: Mapping[str, Area]
    area_code: str | None = None
    quarter: FinancialQuarter | None = None
    as_of: date | None = None

    def check(self, path: Path) -> FileCheck:
        """Check one file. Rules about an area or a quarter that was not given are not evaluated."""
        never = why_not_a_file_to_open(path, path.stat(follow_symlinks=False))
        if never:
            kind, _, remedy = never.partition("; ")
            problem = Problem(
                readable(path.name), "never_opened", "critical", kind, f"{remedy[:1].upper()}{remedy[1:]}."
            )
            return FileCheck(readable(path.name), None, None, "unrecognised", 0, 0, 0, (problem,))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        try:
            recognised = recognise(path, self.contracts)
            rows = recognised.rows()
        except UnreadableError as error:
            where = f"{readable(path.name)}:{error.location}" if error.location else readable(path.name)
            problem = Problem(where, error.rule, "critical", error.found, error.remedy)
            return FileCheck(readable(path.name), sha256, None, "stopped", 0, 0, 0, (problem,))
        except UnrecognisedError as error:
            problem = Problem(
                readable(path.name), "extract_recognised", "critical", str(error), "Use the template's headings."
            )
            return FileCheck(readable(path.name), sha256, None, "unrecognised", 0, 0, 0, (problem,))
        contract, table = recognised.contract, recognised.table
        receipt = self._receipt(path, sha256, contract, table, recognised.layout, rows)
        fault = None
        if self.area_code and not contract.is_reference:
            fault = fault_of_area(receipt, self.areas)
        if fault is None and self.quarter and not contract.is_reference:
            fault = fault_of_quarter(receipt, self.as_of)
        if fault:
            problem = Problem(readable(path.name), fault[0], "critical", fault[1], "Check --area and --quarter.")
            read = rows.height
            return FileCheck(readable(path.name), sha256, contract.extract, "stopped", read, 0, read, (problem,))
        return self._judge(path, receipt, contract, table, rows)

    def _receipt(
        self, path: Path, sha256: str, contract: Contract, table: Table, layout: str, rows: RawRows | ColumnarRows
    ) -> Receipt:
        quarter = self.quarter.label if self.quarter else ""
        covers = covered(contract, self.quarter) if self.quarter else (None, None)
        return Receipt(
            receipt_id=_RECEIPT,
            sha256=sha256,
            agency=contract.agencies[0],
            area_code=self.area_code or "",
            quarter=quarter,
            received_at=datetime.now(UTC).replace(tzinfo=None),
            file_name=readable(path.name),
            extract=contract.extract,
            table_name=table.name,
            layout=layout,
            headers=shown_headers(rows),
            covers_from=covers[0],
            covers_to=covers[1],
            rows_read=rows.height,
            loaded=True,
        )

    def _judge(
        self, path: Path, receipt: Receipt, contract: Contract, table: Table, rows: RawRows | ColumnarRows
    ) -> FileCheck:
        unit = Unit(contract, table, str(receipt.quarter), (str(receipt.area_code),))
        with duckdb.connect() as connection:
            migrate(connection)
            record(connection, receipt)
            raw = pl.DataFrame(raw_arrow(table, receipt, rows))
            stage_rows(connection, unit, raw, self.catalogue)
            write(connection, unit)
            judged = receipts(connection)[0]
            problems = self._problems(connection, table)
        if judged.outcome == "stopped":
            reason, _, remedy = str(judged.reason).partition(". ")
            problems.insert(0, Problem(readable(path.name), str(judged.rule), "critical", reason, remedy))
        problems += [
            Problem(
                readable(path.name),
                "columns_known",
                "info",
                "a column the contract does not know",
                "It is kept, and not used.",
            )
            for _ in rows.unknown_headers
        ]
        return FileCheck(
            readable(path.name),
            receipt.sha256,
            contract.extract,
            str(judged.outcome),
            judged.rows_read,
            judged.rows_accepted,
            judged.rows_quarantined,
            tuple(problems),
        )

    def _problems(self, connection: duckdb.DuckDBPyConnection, table: Table) -> list[Problem]:
        not_given = set()
        if self.area_code is None:
            not_given.add("area_code")
        rows = connection.execute(
            f"""
            SELECT row.rule, {located("row", table)} AS location, {"indicator__text" if table.staged else "NULL"}
            FROM (SELECT * REPLACE ([rule] AS broken) FROM (
                      SELECT *, unnest(broken) AS rule FROM {JUDGED})) AS row
            JOIN ops.receipt AS receipt USING (receipt_id)
            ORDER BY row.row_number, list_position({[e.rule for e in table.expectations]}, row.rule)
            """
        ).fetchall()
        problems = []
        for rule, location, label in rows:
            expectation = expectation_of(table, rule)
            if expectation is None or expectation.reads() & not_given:
                continue
            remedy = expectation.remedy
            if rule == "indicator_known":
                remedy = nearest_labels(label, self.catalogue) + remedy
            problems.append(Problem(location, rule, expectation.severity, expectation.fault, remedy))
        return problems


def nearest_labels(label: str | None, catalogue: Catalogue) -> str:
    """The known labels that come nearest to one the catalogue does not know, as words before a remedy."""
    near = difflib.get_close_matches(label_key(label or ""), list(catalogue.labels), n=2, cutoff=0.6)
    if not near:
        return ""
    return "Did you mean " + " or ".join(f'"{catalogue.labels[key][2]}"' for key in near) + "? "


def as_json(checks: list[FileCheck]) -> dict[str, object]:
    """The checks as INTERFACE promises them to programs."""
    return {"files": [dataclasses.asdict(check) for check in checks]}
