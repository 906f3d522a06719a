"""A release from end to end: staged, written, looked at a second time, compared, and put in force.

Here: the order of things. Not here: any of the things (the modules beside this one), when a release is due
(the pipelines), nor how long an old one is kept (`warehouse.publishing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from assets.marts.catalogue_model import Catalogue
from assets.marts.schema import MartTable
from assets.release.database import write_database
from assets.release.datapackage import write_datapackage
from assets.release.parquet import Changed, TableFile, write_table
from assets.release.previous import DATABASE_NAME, EDITION, PreviousRelease
from assets.release.report import REPORT_PATH, WORKBOOK_PATH, write_report
from assets.release.verify import check_files, check_warehouse
from assets.release.workbook import write_workbook
from warehouse.publishing import Published, content_hash, sha256_of


@dataclass(frozen=True)
class ReleaseSummary:
    """What came of it: the release now in force, and how much of it had to be made."""

    release_id: str
    folder: Path
    is_new: bool
    """False where the content is that of the release in force, so that nothing was published."""
    tables: Mapping[str, int]
    """Rows by table."""
    partitions_written: int
    """Parquet files whose bytes are new."""
    partitions_carried: int
    """Parquet files shared with the release before."""


def build_release(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    tables: Mapping[str, MartTable],
    published: Published,
    changed: Changed | None,
    as_of: date,
) -> ReleaseSummary:
    """Publish the warehouse's marts as a new release, unless the release in force is the same.

    `connection` is an open warehouse with a schema `marts`; `changed` names the periods touched since the
    release in force, None writes every partition. Where no figure changed, the as-of date stays that of the
    release in force: time passing alone never makes a release.

    Raises ReleaseRefusedError with every problem of the data, PublishingError where publishing failed; in
    both cases, and after any crash, the release in force stays in force.
    """
    check_warehouse(connection, tables)
    with published.stage() as staged:
        previous = PreviousRelease.in_force(published)
        edition = staged / EDITION
        edition.mkdir()
        files = [
            file for table in tables.values() for file in write_table(connection, table, edition, previous, changed)
        ]
        check_files(connection, catalogue, tables, edition=edition, files=files, previous=previous)
        write_database(edition, tables, files, previous)
        if previous is not None and _same_figures(files, previous):
            as_of = previous.as_of
        report_files = _write_reports(edition, tables, as_of)
        digests = {file.file.path: file.file.sha256 for file in files} | report_files
        content = content_hash({f"{EDITION}/{path}": digest for path, digest in digests.items()})
        in_force = published.current()
        is_new = in_force is None or not published.in_force_is(content)
        if is_new:
            write_datapackage(
                edition,
                tables,
                files,
                report_files=report_files,
                sequence=published.next_sequence(),
                as_of=as_of,
            )
            in_force = published.publish(staged, published.next_id(content))
    assert in_force is not None
    return ReleaseSummary(
        release_id=in_force.name,
        folder=in_force,
        is_new=is_new,
        tables={name: sum(f.file.rows or 0 for f in files if f.table.name == name) for name in sorted(tables)},
        partitions_written=sum(not file.carried for file in files),
        partitions_carried=sum(file.carried for file in files),
    )


def _same_figures(files: Sequence[TableFile], previous: PreviousRelease) -> bool:
    """Whether every Parquet file is the release in force's, and none of those is gone."""
    before = {path for path in previous.files if path.startswith("parquet/")}
    return all(file.carried for file in files) and {file.file.path for file in files} == before


def _write_reports(edition: Path, tables: Mapping[str, MartTable], as_of: date) -> dict[str, str]:
    """Write the page and the workbook from the edition's own database; their paths and SHA-256."""
    with duckdb.connect(str(edition / DATABASE_NAME), read_only=True) as database:
        write_report(database, tables, edition / REPORT_PATH, as_of)
        write_workbook(database, tables, edition / WORKBOOK_PATH, as_of)
    return {path: sha256_of(edition / path) for path in (REPORT_PATH, WORKBOOK_PATH)}
