"""Records: the rows of an XML file's elements, an element a record.

Here: from batches of records to the columns of an extract's tables. Not here: reading XML
(`assets.raw.readers.xml_regular`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from assets.raw.layouts.columnar import ColumnarRows
from assets.raw.readers.xml_frames import Batch
from assets.raw.readers.xml_regular import read_natively
from assets.raw.readers.xml_shapes import RecordShape
from expectations.contract import Contract, Table

LAYOUT = "records"


def record_tables(contract: Contract) -> tuple[Table, ...]:
    """The tables of a contract that an XML file of it holds."""
    return tuple(table for table in contract.tables if table.element)


def read_record_tables(path: Path, tables: tuple[Table, ...]) -> Iterator[tuple[Table, ColumnarRows]]:
    """Every record, batch by batch. Raises UnreadableError, perhaps after some batches.

    Several tables may be made of one element (a child's header holds what care leavers and adopters are asked, too):
    each has the records in which one of its own columns has a value. An empty element is no row of any table.

    What stands in a record and no column asks for is told with the first of its tables: each batch has the paths met
    so far, so the last has all. What is empty, or stands in no record, is not told.
    """
    of_element: dict[str, list[Table]] = {}
    for table in tables:
        of_element.setdefault(str(table.element), []).append(table)
    shapes = [
        RecordShape(
            element,
            tuple(element.split("/")),
            {_name(table, name): path for table in sharing for name, path in _paths(table).items()},
        )
        for element, sharing in of_element.items()
    ]
    unknown: dict[str, set[str]] = {element: set() for element in of_element}
    for batch in read_natively(path, shapes):
        unknown[batch.kind].update(batch.unknown)
        known: set[str] = set()
        for table in of_element[batch.kind]:
            rows = _rows(batch, table, known, () if known else tuple(sorted(unknown[batch.kind])))
            known |= set(_paths(table).values())
            if rows.height:
                yield table, rows


def _paths(table: Table) -> dict[str, str]:
    return {column.name: column.path for column in table.columns if column.path}


def _name(table: Table, column: str) -> str:
    """A column's name in a batch, where those of several tables stand side by side."""
    return f"{table.name}.{column}"


def _rows(batch: Batch, table: Table, known: set[str], unknown: tuple[str, ...]) -> ColumnarRows:
    """A table's rows; `known` are the paths that tables before it have of the same element, `unknown` those none has.

    Its own columns are those that stand in the element and that no table before it has. What no table declares is
    kept with the first.
    """
    paths = _paths(table)
    own = [_name(table, name) for name, path in paths.items() if not path.startswith("../") and path not in known]
    extra = pl.lit(None, pl.String) if known else pl.col("extra")
    says_something = pl.any_horizontal([pl.col(name).is_not_null() for name in own] + [extra.is_not_null()])
    frame = batch.frame.filter(says_something).select(
        "row_number",
        pl.concat_str("location", pl.lit("{column} (line "), pl.col("line").cast(pl.String), pl.lit(")")).alias(
            "location"
        ),
        pl.lit(False).alias("ragged"),
        pl.lit(LAYOUT).alias("layout"),
        *(
            (pl.col(_name(table, column.name)) if column.path else pl.lit(None, pl.String)).alias(column.name)
            for column in table.columns
        ),
        extra.alias("extra"),
    )
    return ColumnarRows(frame, {name: f"/{path}" for name, path in paths.items()}, unknown)
