"""The mart tables in the warehouse: made as declared, filled by the modules beside this one.

Here: their DDL and the look-ups every mart joins to (the catalogue, areas). Not here: the declaration
(`schema.yml`), nor what leaves the warehouse (`assets.release`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from assets.marts.arithmetic import define_arithmetic
from assets.marts.catalogue_model import RATE_MULTIPLIERS, Catalogue
from assets.marts.groups import GROUPS
from assets.marts.schema import MartTable, mart_tables
from assets.reference.areas import areas
from warehouse.units import ensure_tables, replace_table

MADE_AT_RELEASE = {"indicator_values": ("is_latest", "small_n")}
"""Columns that depend on all deliveries together: a release makes them, the warehouse does not keep them."""


def prepare_marts(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> Mapping[str, MartTable]:
    """Make every mart table that is missing, load the look-ups, and define the rounding the marts share."""
    tables = mart_tables(catalogue)
    ensure_tables(
        connection,
        {
            f"marts.{name}": {
                column.name: column.type for column in table.columns if column.name not in MADE_AT_RELEASE.get(name, ())
            }
            for name, table in tables.items()
        },
    )
    define_arithmetic(connection)
    _load_catalogue(connection, catalogue)
    return tables


def write_indicators(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> int:
    """The catalogue as data. Returns rows."""
    rows: list[dict[str, object]] = [
        {
            "id": entry.id,
            "title": entry.title,
            "agency": entry.agency,
            "theme": entry.theme,
            "unit": entry.unit,
            "period_kind": entry.period_kind,
            "numerator": entry.numerator,
            "denominator": entry.denominator.says if entry.denominator else None,
            "decimals": entry.decimals,
            "polarity": entry.polarity,
            "definition": entry.definition,
            "source": entry.source,
            "official": entry.official,
            "caveats": entry.caveats or None,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
        }
        for entry in catalogue.values()
    ]
    return _replace_by(connection, "marts.indicators", rows)


def write_areas(connection: duckdb.DuckDBPyConnection) -> int:
    """The areas the product knows, and the groups of them that have figures. Returns rows."""
    rows = [dataclasses.asdict(area) for area in areas().values()]
    rows += [{"area_code": code, "area_name": group.name, "area_type": "group"} for code, group in GROUPS.items()]
    return _replace_by(connection, "marts.areas", rows)


def write_periods(connection: duckdb.DuckDBPyConnection) -> int:
    """Every period a figure is about. Returns rows."""
    return replace_table(
        connection,
        "marts.periods",
        """
        SELECT period_type, period, min(period_start) AS period_start, max(period_end) AS period_end,
               financial_year(max(period_end)) AS financial_year,
               CASE WHEN period_type IN ('quarter', 'snapshot', 'rolling_12_months')
                    THEN ((month(max(period_end)) + 8) % 12) // 3 + 1 END AS quarter_number
        FROM marts.indicator_values WHERE period_start IS NOT NULL GROUP BY period_type, period
        """,
    )


def _replace_by(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> int:
    connection.register("rows_of_table", pa.Table.from_pylist(rows))
    try:
        return replace_table(connection, table, "SELECT * FROM rows_of_table")
    finally:
        connection.unregister("rows_of_table")


def _load_catalogue(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """The catalogue and the area names as temporary tables for this connection's queries."""
    entries: list[dict[str, object]] = [
        {
            "id": entry.id,
            "title": entry.title,
            "agency": entry.agency,
            "theme": entry.theme,
            "unit": entry.unit,
            "measure": entry.measure,
            "counted": entry.counted,
            "decimals": entry.decimals,
            "official": entry.official,
            "polarity": entry.polarity,
            "period_type": entry.period_type,
            "official_differs_by": entry.official_differs_by or None,
            "derived_differs_by": entry.derived_differs_by or None,
            "population_band": entry.denominator.population if entry.denominator else None,
            "multiplier": RATE_MULTIPLIERS.get(entry.unit),
        }
        for entry in catalogue.values()
    ]
    notes: list[dict[str, object]] = [
        {"indicator_id": entry.id, **note.model_dump()} for entry in catalogue.values() for note in entry.comparators
    ]
    parts: list[dict[str, object]] = [
        {"total_id": entry.id, "part_id": part} for entry in catalogue.values() for part in entry.parts
    ]
    shares: list[dict[str, object]] = [
        {"part_id": entry.id, "whole_id": entry.share_of} for entry in catalogue.values() if entry.share_of
    ]
    counterparts: list[dict[str, object]] = [
        {"indicator_id": entry.id, "counterpart_id": other.indicator, "how": other.how, "differs_by": other.differs_by}
        for entry in catalogue.values()
        for other in entry.counterparts
    ]
    schemas: dict[str, tuple[list[dict[str, object]], list[tuple[str, pa.DataType]]]] = {
        "catalogue": (
            entries,
            [
                *((name, pa.string()) for name in ("id", "title", "agency", "theme", "unit", "measure", "counted")),
                ("decimals", pa.int32()),
                ("official", pa.bool_()),
                *(
                    (name, pa.string())
                    for name in (
                        "polarity",
                        "period_type",
                        "official_differs_by",
                        "derived_differs_by",
                        "population_band",
                    )
                ),
                ("multiplier", pa.int32()),
            ],
        ),
        "comparator_note": (
            notes,
            [
                ("indicator_id", pa.string()),
                ("measure", pa.string()),
                ("like_for_like", pa.bool_()),
                *((name, pa.string()) for name in ("method", "period", "note")),
            ],
        ),
        "indicator_part": (parts, [("total_id", pa.string()), ("part_id", pa.string())]),
        "indicator_label": (
            [
                {"indicator_id": entry.id, "measure": label.measure, "text": label.text}
                for entry in catalogue.values()
                for label in entry.labels
            ],
            [("indicator_id", pa.string()), ("measure", pa.string()), ("text", pa.string())],
        ),
        "indicator_counterpart": (
            counterparts,
            [(name, pa.string()) for name in ("indicator_id", "counterpart_id", "how", "differs_by")],
        ),
        "indicator_share": (shares, [("part_id", pa.string()), ("whole_id", pa.string())]),
        "area": (
            [dataclasses.asdict(area) for area in areas().values()],
            [
                *((name, pa.string()) for name in ("area_code", "area_name", "area_type", "dfe_code", "region_code")),
                ("valid_from", pa.date32()),
                ("valid_to", pa.date32()),
            ],
        ),
    }
    for name, (rows, schema) in schemas.items():
        connection.register("rows_of_table", pa.Table.from_pylist(rows, schema=pa.schema(schema)))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM rows_of_table")
        connection.unregister("rows_of_table")
