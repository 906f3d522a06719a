"""The release's description of itself: a Frictionless data package, one resource per file.

Here: every file with its size, hash, columns, types, units and licence, and what the next release needs to
know of this one (`recipes`, `rows`). Not here: reading it back (`assets.release.previous`). It names no
clock but the as-of date it is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assets.marts.schema import MartTable
from assets.release.parquet import TableFile, recipe_of
from assets.release.partner import PARTITION_COLUMN
from assets.release.previous import DATABASE_NAME, EDITION, PACKAGE_NAME
from warehouse.publishing import sha256_of

LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
_TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
}
_MEDIA_TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "duckdb": "application/vnd.duckdb",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_datapackage(
    edition: Path,
    tables: Mapping[str, MartTable],
    files: Sequence[TableFile],
    *,
    report_files: Mapping[str, str],
    sequence: int,
    as_of: date,
) -> None:
    """Write `datapackage.json` over everything in the edition's folder.

    `report_files` maps the report's paths to their SHA-256, known already since they are part of the release's id.
    """
    resources = [_table_resource(file) for file in files]
    resources.append(_database_resource(edition, tables))
    resources += [_report_resource(edition, path, digest) for path, digest in sorted(report_files.items())]
    package = {
        "name": f"sightline-{EDITION}",
        "title": "Sightline: the safeguarding partnership's figures",
        "description": (
            "Partner edition, for the partnership's named roles: unrounded aggregates, never a row about one child. "
            f"Files below period_start=... hold every column of their table but {PARTITION_COLUMN}, "
            "which is in their path."
        ),
        "version": str(sequence),
        "as_of": as_of.isoformat(),
        "licenses": [LICENCE],
        "recipes": {name: recipe_of(table) for name, table in sorted(tables.items())},
        "resources": resources,
    }
    text = json.dumps(package, indent=2, ensure_ascii=False)
    (edition / PACKAGE_NAME).write_text(text + "\n", encoding="utf-8")


def table_schema(table: MartTable, *, without: str | None = None) -> dict[str, Any]:
    """A table's columns as a Frictionless table schema, with each column's unit where it has one."""
    fields = []
    for column in table.columns:
        if column.name == without:
            continue
        field = {"name": column.name, "type": _TYPES[column.type], "description": column.description}
        if column.unit is not None:
            field["unit"] = column.unit
        fields.append(field)
    return {"fields": fields, "primaryKey": list(table.key)}


def _resource(name: str, title: str, path: str, size: int, digest: str) -> dict[str, Any]:
    extension = path.rsplit(".", 1)[1]
    return {
        "name": name,
        "title": title,
        "path": path,
        "format": extension,
        "mediatype": _MEDIA_TYPES[extension],
        "bytes": size,
        "hash": f"sha256:{digest}",
        "licenses": [LICENCE],
    }


def _table_resource(file: TableFile) -> dict[str, Any]:
    table, name, title = file.table, file.table.name, file.table.title
    if table.by_period:
        period = "not-stated" if file.period is None else file.period.isoformat()
        name, title = f"{name}.{period}", f"{title}, period from {period}"
    resource = _resource(name, title, file.file.path, file.file.bytes, file.file.sha256)
    resource["description"] = table.description
    resource["table"] = table.name
    resource["rows"] = file.file.rows
    resource["schema"] = table_schema(table, without=PARTITION_COLUMN if table.by_period else None)
    return resource


def _database_resource(edition: Path, tables: Mapping[str, MartTable]) -> dict[str, Any]:
    path = edition / DATABASE_NAME
    resource = _resource("database", "Every table, as one DuckDB file", DATABASE_NAME, *_measured(path))
    resource["tables"] = {
        name: {"title": table.title, "description": table.description, "schema": table_schema(table)}
        for name, table in sorted(tables.items())
    }
    return resource


def _report_resource(edition: Path, path: str, digest: str) -> dict[str, Any]:
    extension = path.rsplit(".", 1)[1]
    title = {"html": "The scorecard, to read", "xlsx": "The scorecard, as a workbook"}[extension]
    return _resource(f"report-{extension}", title, path, (edition / path).stat().st_size, digest)


def _measured(path: Path) -> tuple[int, str]:
    return path.stat().st_size, sha256_of(path)
