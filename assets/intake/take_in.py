"""Taking in: from a new file in landing to a receipt, with its copy in the archive and its place on the list of work.

Here: archiving, recognising, refusing and entering files. Not here: loading their rows (`assets.raw.load`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from assets.core.in_force import figures_in_force, is_replaced_in_part
from assets.intake.landing import LandedFile, has_settled, landed_files, readable
from assets.intake.recognition import UnrecognisedError, recognise
from assets.raw.readers.grid import UnreadableError
from assets.reference.areas import Area
from expectations.contract import Contract, ContractRegistry
from warehouse.archive import Archive, FileChangedError
from warehouse.connection import transaction
from warehouse.home import Home
from warehouse.ledger import (
    Receipt,
    add_work,
    await_release,
    next_receipt_id,
    place_of,
    quarantine_whole,
    receipts,
    record,
    see,
    seen,
)
from warehouse.quarters import FIRST_QUARTER, FinancialQuarter, quarter_or_none


@dataclass(frozen=True)
class TakenIn:
    """What a look at landing brought: receipts entered, and how many files are still growing."""

    entered: tuple[Receipt, ...]
    waiting: int


def new_files(connection: duckdb.DuckDBPyConnection, home: Home) -> list[LandedFile]:
    """Landed files that were never taken in, or changed since, oldest first."""
    known = seen(connection)
    found = [file for file in landed_files(home.landing) if known.get(file.relative) != (file.size, file.modified_ns)]
    return sorted(found, key=lambda file: (file.received_at, file.relative))


def take_in(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    contracts: ContractRegistry,
    areas: Mapping[str, Area],
    as_of: date,
) -> TakenIn:
    """Enter every new file. Of files received at one moment, the one with the smaller SHA-256 is entered first."""
    archive = Archive(home.archive)
    waiting = 0
    kept: list[tuple[LandedFile, str | None]] = []
    for file in new_files(connection, home):
        if file.never_opened:
            kept.append((file, None))
        elif (sha256 := _archived(archive, file)) is None:
            waiting += 1
        else:
            kept.append((file, sha256))
    kept.sort(key=lambda pair: (pair[0].received_at, pair[1] or "", pair[0].relative))
    entered = []
    for file, sha256 in kept:
        receipt = _receipt_of(connection, file, sha256)
        locations: Sequence[str] = ()
        if sha256 is not None:
            receipt, locations = describe(receipt, archive.path(sha256), contracts, areas, as_of)
            receipt = _duplicate_or_same(connection, receipt)
        # A receipt without its work would never be loaded: all of this stands, or the file is new to the next run.
        with transaction(connection):
            record(connection, receipt)
            quarantine_whole(connection, receipt, locations)
            see(connection, file.relative, file.size, file.modified_ns, receipt.receipt_id)
            if receipt.extract and receipt.outcome is None:
                add_work(connection, [place_of(receipt)])
            await_release(connection)
        entered.append(receipt)
    return TakenIn(tuple(entered), waiting)


def _archived(archive: Archive, file: LandedFile) -> str | None:
    """The SHA-256 of the copy kept, or None for a file that is still being written."""
    try:
        return archive.keep(file.path) if has_settled(file) else None
    except FileChangedError:
        return None


def _receipt_of(connection: duckdb.DuckDBPyConnection, file: LandedFile, sha256: str | None) -> Receipt:
    return Receipt(
        receipt_id=next_receipt_id(connection),
        sha256=sha256,
        agency=file.agency,
        area_code=file.area_code,
        quarter=_spelled_as_label(file.quarter),
        received_at=file.received_at,
        file_name=readable(file.path.name),
        outcome="unrecognised" if file.never_opened else None,
        rule="never_opened" if file.never_opened else None,
        reason=file.never_opened,
    )


def _spelled_as_label(folder: str | None) -> str | None:
    quarter = quarter_or_none(folder)
    return quarter.label if quarter else folder


def describe(
    receipt: Receipt, copy: Path, contracts: ContractRegistry, areas: Mapping[str, Area], as_of: date | None
) -> tuple[Receipt, Sequence[str]]:
    """The receipt with what its content is, or with why it is stopped or not recognised. Only the copy is read.

    A file that can be read and may not be where it is has its rows counted as quarantined: their places come second.
    """
    try:
        recognised = recognise(copy, contracts)
        subject = recognised.subject()
    except UnreadableError as error:
        return _stopped(receipt, error.rule, str(error)), ()
    except UnrecognisedError as error:
        return dataclasses.replace(receipt, outcome="unrecognised", rule="extract_recognised", reason=str(error)), ()
    contract = recognised.contract
    receipt = dataclasses.replace(
        receipt,
        extract=contract.extract,
        table_name=recognised.table_name,
        layout=recognised.layout,
        subject=subject,
    )
    fault = fault_of_place(receipt, contract, areas, as_of)
    if fault:
        try:
            locations = [place for _, rows in recognised.batches() for place in rows.locations]
        except UnreadableError as error:
            return _stopped(receipt, error.rule, str(error)), ()
        stopped = _stopped(receipt, *fault)
        return dataclasses.replace(stopped, rows_read=len(locations), rows_quarantined=len(locations)), locations
    if contract.is_reference:
        return receipt, ()
    covers_from, covers_to = covered(contract, FinancialQuarter.parse(str(receipt.quarter)))
    return dataclasses.replace(receipt, covers_from=covers_from, covers_to=covers_to), ()


def fault_of_place(
    receipt: Receipt, contract: Contract, areas: Mapping[str, Area], as_of: date | None
) -> tuple[str, str] | None:
    """What is wrong with the place a file was put, as rule and reason; None where it may be there."""
    if receipt.agency not in contract.agencies:
        return (
            "agency_sends_this_extract",
            f"{contract.extract} comes from {' or '.join(contract.agencies)}, and this lies under {receipt.agency}. "
            "Move it to the agency that sent it.",
        )
    if contract.is_reference:
        return None
    return fault_of_area(receipt, areas) or fault_of_quarter(receipt, as_of)


def fault_of_area(receipt: Receipt, areas: Mapping[str, Area]) -> tuple[str, str] | None:
    """What is wrong with the area a file was put under; None where agencies deliver for it."""
    area = areas.get(str(receipt.area_code))
    if area is None or not area.delivers:
        return (
            "area_known",
            f"{receipt.area_code} is no local authority's ONS code. Use the code of the responsible authority, "
            "such as E06000045.",
        )
    return None


def fault_of_quarter(receipt: Receipt, as_of: date | None) -> tuple[str, str] | None:
    """What is wrong with the quarter a file was put under; None where a delivery can report it."""
    try:
        quarter = FinancialQuarter.parse(str(receipt.quarter))
    except ValueError:
        return (
            "quarter_known",
            f"the folder {receipt.quarter} is no quarter. Name it as 2019-20-Q4: a year has quarters 1 to 4.",
        )
    if quarter < FIRST_QUARTER:
        return "quarter_known", f"{quarter} is before {FIRST_QUARTER}, the first quarter deliveries can report."
    if as_of is not None and quarter.start > as_of:
        return "quarter_known", f"{quarter} has not begun on {as_of}. Deliver the file under the quarter it reports."
    return None


def covered(contract: Contract, quarter: FinancialQuarter) -> tuple[date | None, date | None]:
    """The days a delivery of the quarter covers by its contract's rule; None where its figures will tell."""
    match contract.coverage:
        case "year_to_date":
            return quarter.year_start, quarter.end
        case "quarter":
            return quarter.start, quarter.end
        case "snapshot":
            return quarter.end, quarter.end
        case "term":
            return term_before(quarter)
        case _:
            return None, None


def term_before(quarter: FinancialQuarter) -> tuple[date | None, date | None]:
    """The school term a census of the quarter tells of, which is the one before its own; none is taken in Q2."""
    match quarter.number:
        case 1:
            return date(quarter.start_year, 1, 1), date(quarter.start_year, 3, 31)
        case 3:
            return date(quarter.start_year, 4, 1), date(quarter.start_year, 7, 31)
        case 4:
            return date(quarter.start_year, 9, 1), date(quarter.start_year, 12, 31)
        case _:
            return None, None


def _stopped(receipt: Receipt, rule: str, reason: str) -> Receipt:
    return dataclasses.replace(receipt, judged="stopped", outcome="stopped", rule=rule, reason=reason)


def _duplicate_or_same(connection: duckdb.DuckDBPyConnection, receipt: Receipt) -> Receipt:
    """The receipt marked as a duplicate where the same bytes stand for the same place and nothing replaced them.

    Bytes that were replaced by a newer delivery and come again later are a delivery of their own: going back counts.
    """
    if receipt.outcome is not None:
        return receipt
    place = [
        receipt.agency,
        receipt.area_code,
        receipt.quarter,
        receipt.extract,
        receipt.subject,
        receipt.table_name,
        receipt.table_name,
    ]
    # A file of several tables (whose name is null) may replace one of any of them, and the other way about.
    same_place = (
        "agency = ? AND area_code = ? AND quarter = ? AND extract = ? AND subject IS NOT DISTINCT FROM ? "
        "AND (table_name IS NULL OR ?::VARCHAR IS NULL OR table_name = ?) AND NOT withdrawn "
        "AND coalesce(outcome, '') NOT IN ('duplicate', 'unrecognised')"
    )
    standing = receipts(connection, same_place, place)
    same = [other for other in standing if other.sha256 == receipt.sha256]
    if not same:
        return receipt
    newest = same[-1]
    if receipt.received_at > newest.received_at and _says_something_again(connection, newest, standing):
        return receipt
    return dataclasses.replace(
        receipt, outcome="duplicate", rule="duplicate", reason=f"the same bytes as {newest.receipt_id}"
    )


def _says_something_again(connection: duckdb.DuckDBPyConnection, earlier: Receipt, standing: Sequence[Receipt]) -> bool:
    """Whether the bytes of an earlier receipt, sent once more, would change what is in force.

    They would where a newer delivery replaced it, or some of its tables or figures, or was stopped and closed the gate;
    and they may where a newer one is not judged yet.
    """
    if earlier.outcome == "superseded":
        return True
    newer = [
        other
        for other in standing
        if other.sha256 != earlier.sha256
        and (other.received_at, other.sha256 or "") > (earlier.received_at, earlier.sha256 or "")
    ]
    if not newer or earlier.judged is None:
        return bool(newer)
    if any(other.judged in (None, "stopped") for other in newer):
        return True
    if is_replaced_in_part(connection, earlier):
        return True
    in_force = figures_in_force(connection, earlier)
    return in_force is not None and in_force < earlier.rows_accepted
