"""Statutory files of invented children for tests, and the way from landing to core tables of events in one process.

Here: small files in the real formats, and what tests of them need to stage a scene. Not here: any expectation.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
import openpyxl

from assets.core.event_tables import events, prepare_events, write_event
from assets.core.stage import Unit
from assets.core.tables import prepare_core
from assets.core.unit import make_unit
from assets.intake.take_in import take_in
from assets.marts.catalogue_model import Catalogue
from assets.raw.load import load_raw, receipts_of
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from tests.homes import SOUTHAMPTON
from warehouse.archive import Archive
from warehouse.connection import Warehouse, transaction
from warehouse.home import Home

CONTRACTS, CATALOGUE = ContractRegistry.load(), Catalogue.load()
TODAY = date(2026, 1, 31)
QUARTER = "2019-20 Q4"
PLACE = f"council/{SOUTHAMPTON}/2019-20-Q4"


@contextmanager
def in_core(home: Home, quarter: str = QUARTER, area: str = SOUTHAMPTON) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with everything landed for an area and quarter in core, events too."""
    with Warehouse(home).open("a test") as connection:
        take_in(connection, home, CONTRACTS, areas(), TODAY)
        landed = {extract for (extract,) in connection.execute("SELECT DISTINCT extract FROM ops.receipt").fetchall()}
        prepare_core(connection, CONTRACTS)
        prepare_events(connection)
        for contract in CONTRACTS.values():
            if contract.extract not in landed:
                continue
            for agency in contract.agencies:
                received = receipts_of(connection, contract.extract, agency, quarter, [area])
                load_raw(connection, Archive(home.archive), CONTRACTS, contract, received)
            make_unit(connection, Unit(contract, quarter, (area,)), CATALOGUE)
        with transaction(connection):
            for event in events():
                write_event(connection, CONTRACTS, event, quarter, [area])
        yield connection


def census(*children: str, lea: str = "852", year: int = 2020) -> bytes:
    """A children in need census of these children's XML."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>
<ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>{lea}</LEA>
<SoftwareCode>Invented</SoftwareCode><Release>1</Release><SerialNo>001</SerialNo>
<DateTime>{year}-05-12T09:30:00</DateTime></Source></Header>
<Children>{"".join(children)}</Children></Message>""".encode()


def element(name: str, *inner: str, **fields: str | None) -> str:
    """An XML element of fields, then elements; a field that is None is left out."""
    of_fields = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items() if value is not None)
    return f"<{name}>{of_fields}{''.join(inner)}</{name}>"


def child(child_id: str, *details: str, born: str = "2009-05-14") -> str:
    """A child of the census with its episodes of need."""
    identifiers = element(
        "ChildIdentifiers", LAchildID=child_id, UPNunknown="UN1", PersonBirthDate=born, GenderCurrent="2"
    )
    return element("Child", identifiers, element("ChildCharacteristics", Ethnicity="WBRI"), *details)


def text_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def workbook(**sheets: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as a workbook, a sheet each; `list_1` is named `List 1`."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " ").capitalize())
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
