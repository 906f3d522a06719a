"""The release, and the pages of the quality record: what people outside the pipeline see.

Here: when they are made. Not here: what leaves (`assets.release`), or how the pages look (`expectations.data_docs`).
"""

from datetime import UTC, datetime

import dagster as dg

from assets.marts.quality_record import validation_records
from assets.marts.schema import released_tables
from assets.marts.tables import prepare_marts
from assets.release.release import build_release
from expectations.data_docs import write_data_docs
from pipelines.layers.marts import mart_key
from pipelines.metadata import counts
from pipelines.resources import Partnership
from warehouse.ledger import changed_periods, released
from warehouse.publishing import Published


def release_assets(mart_names: list[str]) -> list[dg.AssetsDefinition]:
    """The partner edition and the Data Docs."""

    @dg.asset(
        key=dg.AssetKey(["release", "partner"]),
        group_name="release",
        kinds={"duckdb", "parquet"},
        deps=[mart_key(name) for name in mart_names],
        description="The partner edition: every mart as DuckDB and Parquet, with report, workbook and data package.",
    )
    def partner(partnership: Partnership) -> dg.MaterializeResult:
        home = partnership.home
        published = Published(home.published)
        with partnership.warehouse("publishing") as connection:
            catalogue = partnership.catalogue
            prepare_marts(connection, catalogue)
            tables = released_tables(catalogue)
            summary = build_release(connection, catalogue, tables, published, changed_periods(connection), home.as_of())
            released(connection)
        published.retire(datetime.now(UTC))
        return dg.MaterializeResult(
            metadata={
                **counts(sum(summary.tables.values()), release=summary.release_id),
                "new release": summary.is_new,
                "partitions written": summary.partitions_written,
                "partitions carried over": summary.partitions_carried,
            }
        )

    @dg.asset(
        key=dg.AssetKey("data_docs"),
        group_name="quality",
        kinds={"greatexpectations", "html"},
        deps=[mart_key("quality")],
        description="The quality record as pages: every suite, every quarter, counts only.",
    )
    def data_docs(partnership: Partnership) -> dg.MaterializeResult:
        with partnership.warehouse("reading the quality record") as connection:
            records = validation_records(connection, partnership.contracts)
        write_data_docs(partnership.home.data_docs, records)
        return dg.MaterializeResult(metadata=counts(len(records)))

    return [partner, data_docs]
