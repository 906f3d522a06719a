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
from tempfile import TemporaryDirectory

import duckdb

from assets.core.judgement import located, with_location
from assets.core.stage import Unit, faults_name, stage_rows
from assets.core.validation import write
from assets.intake.landing import readable, why_not_a_file_to_open
from assets.intake.recognition import Recognised, UnrecognisedError, recognise
from assets.intake.take_in import covered, fault_of_area, fault_of_quarter
from assets.labels import label_key
from assets.marts.catalogue_model import Catalogue
from assets.raw.layouts.columnar import Rows
from assets.raw.load import raw_frame, shown_headers
from assets.raw.readers.grid import UnreadableError
from assets.reference.areas import Area
from expectations.contract import ContractRegistry, Table
from expectations.ddl import staged_name
from expectations.quarantine import expectation_of
from warehouse.connection import migrate
from warehouse.ledger import Part, Receipt, mark_loaded, receipts, record
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
            batches = list(recognised.batches())
        except UnreadableError as error:
            where = f"{readable(path.name)}:{error.location}" if error.location else readable(path.name)
            problem = Problem(where, error.rule, "critical", error.found, error.remedy)
            return FileCheck(readable(path.name), sha256, None, "stopped", 0, 0, 0, (problem,))
        except UnrecognisedError as error:
            problem = Problem(
                readable(path.name), "extract_recognised", "critical", str(error), "Use the template's headings."
            )
            return FileCheck(readable(path.name), sha256, None, "unrecognised", 0, 0, 0, (problem,))
        contract = recognised.contract
        receipt = self._receipt(path, sha256, recognised, sum(rows.height for _, rows in batches))
        fault = None
        if self.area_code and not contract.is_reference:
            fault = fault_of_area(receipt, self.areas)
        if fault is None and self.quarter and not contract.is_reference:
            fault = fault_of_quarter(receipt, self.as_of)
        if fault:
            problem = Problem(readable(path.name), fault[0], "critical", fault[1], "Check --area and --quarter.")
            read = receipt.rows_read
            return FileCheck(readable(path.name), sha256, contract.extract, "stopped", read, 0, read, (problem,))
        return self._judge(path, receipt, recognised, batches)

    def _receipt(self, path: Path, sha256: str, recognised: Recognised, rows_read: int) -> Receipt:
        contract = recognised.contract
        covers = covered(contract, self.quarter) if self.quarter else (None, None)
        return Receipt(
            receipt_id=_RECEIPT,
            sha256=sha256,
            agency=contract.agencies[0],
            area_code=self.area_code or "",
            quarter=self.quarter.label if self.quarter else "",
            received_at=datetime.now(UTC).replace(tzinfo=None),
            file_name=readable(path.name),
            extract=contract.extract,
            table_name=recognised.table_name,
            layout=recognised.layout,
            covers_from=covers[0],
            covers_to=covers[1],
            rows_read=rows_read,
            loaded=True,
        )

    def _judge(
        self, path: Path, receipt: Receipt, recognised: Recognised, batches: list[tuple[Table, Rows]]
    ) -> FileCheck:
        unit = Unit(recognised.contract, str(receipt.quarter), (str(receipt.area_code),))
        of_table = {
            table.name: [rows for other, rows in batches if other.name == table.name] for table in recognised.tables
        }
        raw = {table.name: raw_frame(table, receipt, of_table[table.name]) for table in recognised.tables}
        # What does not fit into memory is put aside in a folder of its own, and goes with it.
        with TemporaryDirectory() as aside, duckdb.connect(config={"temp_directory": aside}) as connection:
            migrate(connection)
            record(connection, receipt)
            parts = [
                Part(receipt.receipt_id, name, shown_headers(*rows[-1:]), raw[name].height)
                for name, rows in of_table.items()
            ]
            mark_loaded(connection, receipt.receipt_id, parts)
            stage_rows(connection, unit, raw, self.catalogue)
            write(connection, unit, set(raw))
            judged = receipts(connection)[0]
            problems = [
                problem for name in raw for problem in self._problems(connection, unit, unit.contract.table(name))
            ]
        if judged.outcome == "stopped":
            reason, _, remedy = str(judged.reason).partition(". ")
            problems.insert(0, Problem(readable(path.name), str(judged.rule), "critical", reason, remedy))
        unknown = {header for _, rows in batches for header in rows.unknown_headers}
        problems += [
            Problem(readable(path.name), "columns_known", "info", found, "It is kept, and not used.")
            for found in ["a column the contract does not know"] * len(unknown)
            + ["a sheet the contract does not know"] * len(recognised.unknown_sheets)
        ]
        return FileCheck(
            readable(path.name),
            receipt.sha256,
            recognised.contract.extract,
            str(judged.outcome),
            judged.rows_read,
            judged.rows_accepted,
            judged.rows_quarantined,
            tuple(problems),
        )

    def _problems(self, connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table) -> list[Problem]:
        not_given = {"area_code"} if self.area_code is None else set()
        faulty = (
            f"SELECT staged.*, [rule] AS broken, rule FROM {staged_name(unit.contract, table)} AS staged "
            f"JOIN (SELECT receipt_id, row_number, unnest(broken) AS rule FROM {faults_name(table)}) "
            "USING (receipt_id, row_number)"
        )
        rows = connection.execute(
            f"""
            SELECT row.rule, {located("row", table)} AS location, {"indicator__text" if table.staged else "NULL"}
            FROM ({with_location(faulty, unit, table)}) AS row
            JOIN ops.receipt AS receipt USING (receipt_id)
            JOIN ops.part AS part ON part.receipt_id = row.receipt_id AND part.table_name = ?
            ORDER BY row.row_number, list_position({[e.rule for e in table.expectations]}, row.rule)
            """,
            [table.name],
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
