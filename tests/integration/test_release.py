"""A release from the warehouse to `current`: the same bytes for the same figures, and only what may leave."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet
import pytest

from assets.marts.schema import released_tables
from assets.release import release as release_module
from assets.release.database import write_database
from assets.release.parquet import Changed
from assets.release.release import ReleaseSummary, build_release
from assets.release.verify import ReleaseRefusedError
from tests.integration.invented_figures import AREA, AS_OF, LATEST, QUARTERS, catalogue, figure
from tests.integration.invented_marts import insert, warehouse
from warehouse.publishing import Published, PublishingError, sha256_of

CATALOGUE = catalogue()
TABLES = released_tables(CATALOGUE)
VALUES = TABLES["indicator_values"]


def release(
    connection: duckdb.DuckDBPyConnection, home: Path, changed: Changed | None = None, as_of: date = AS_OF
) -> ReleaseSummary:
    return build_release(connection, CATALOGUE, TABLES, Published(home), changed, as_of)


def reproducible(summary: ReleaseSummary) -> dict[str, bytes]:
    edition = summary.folder / "partner"
    files = [*edition.glob("parquet/**/*.parquet"), *edition.glob("report/*")]
    return {str(path.relative_to(edition)): path.read_bytes() for path in files}


def published_rows(summary: ReleaseSummary, table: str) -> list[tuple[Any, ...]]:
    """A table as any reader of hive-partitioned Parquet gets it, in the declared order of columns."""
    columns = ", ".join(TABLES[table].column_names)
    path = summary.folder / "partner" / "parquet" / table / "**" / "*.parquet"
    return duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}', hive_partitioning=true) ORDER BY ALL").fetchall()


def database_rows(folder: Path, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "sightline.duckdb"), read_only=True) as database:
        return database.sql(f"FROM marts.{table} ORDER BY ALL").fetchall()


def inodes(summary: ReleaseSummary) -> dict[str, int]:
    edition = summary.folder / "partner"
    return {str(path.relative_to(edition)): path.stat().st_ino for path in edition.glob("parquet/**/*.parquet")}


@pytest.mark.parametrize(("shuffled", "threads"), [(1, 1), (2, 4)])
def test_the_same_figures_are_the_same_bytes_whatever_their_order_and_the_threads(
    tmp_path: Path, shuffled: int, threads: int
) -> None:
    one = reproducible(release(warehouse(), tmp_path / "one"))
    other = reproducible(release(warehouse(shuffled=shuffled, threads=threads), tmp_path / "other"))
    assert sorted(one) == sorted(other)
    assert [path for path in one if one[path] != other[path]] == []


def test_publishing_the_same_content_again_makes_no_release_however_much_time_passes(tmp_path: Path) -> None:
    first = release(warehouse(), tmp_path)
    again = release(warehouse(shuffled=3), tmp_path, as_of=AS_OF + timedelta(days=400))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.folder == first.folder
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [first.release_id]


def test_only_the_touched_quarter_is_written_and_the_others_are_shared_with_the_release_before(tmp_path: Path) -> None:
    connection = warehouse()
    first = release(connection, tmp_path)
    insert(connection, VALUES, figure("police_protection", QUARTERS[2], 13, reported_in=LATEST.label))
    second = release(connection, tmp_path, {"indicator_values": {QUARTERS[2].start}})
    before, after = inodes(first), inodes(second)
    touched = f"parquet/indicator_values/period_start={QUARTERS[2].start}/part-0.parquet"
    assert [path for path in after if after[path] != before[path]] == [touched]
    assert (second.partitions_written, second.partitions_carried) == (1, len(after) - 1)


def test_partitions_are_copied_where_the_file_system_has_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = warehouse()
    first = release(connection, tmp_path)
    insert(connection, VALUES, figure("police_protection", QUARTERS[2], 13, reported_in=LATEST.label))

    def no_links(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    second = release(connection, tmp_path, {"indicator_values": {QUARTERS[2].start}})
    assert published_rows(second, "multi_agency_dataset") == published_rows(first, "multi_agency_dataset")


def test_a_touch_that_nobody_reported_is_noticed_by_its_number_of_rows(tmp_path: Path) -> None:
    connection = warehouse()
    release(connection, tmp_path)
    insert(connection, VALUES, figure("police_protection", QUARTERS[2], 13, reported_in=LATEST.label))
    assert release(connection, tmp_path, {}).partitions_written == 1


def test_a_patched_database_equals_one_built_whole_and_both_equal_the_parquet(tmp_path: Path) -> None:
    connection = warehouse()
    first = release(connection, tmp_path / "patched")
    insert(connection, VALUES, figure("police_protection", QUARTERS[2], 13, reported_in=LATEST.label))
    insert(connection, TABLES["findings"], {"rule": "r", "severity": "info", "message": "m"})
    connection.execute(f"DELETE FROM marts.indicator_values WHERE period = '{QUARTERS[0].label}'")
    old_rows = database_rows(first.folder / "partner", "indicator_values")
    touched = {"indicator_values": {QUARTERS[0].start, QUARTERS[2].start}}
    patched = release(connection, tmp_path / "patched", touched)
    whole = release(connection, tmp_path / "whole")
    for table in TABLES:
        rows = database_rows(patched.folder / "partner", table)
        assert rows == database_rows(whole.folder / "partner", table) == published_rows(patched, table)
    assert database_rows(first.folder / "partner", "indicator_values") == old_rows


def test_the_database_has_the_declared_columns_types_and_descriptions(tmp_path: Path) -> None:
    edition = release(warehouse(), tmp_path).folder / "partner"
    with duckdb.connect(str(edition / "sightline.duckdb"), read_only=True) as database:
        query = (
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
        )
        for table in TABLES.values():
            found = database.execute(query, [table.name]).fetchall()
            assert found == [(column.name, column.type, column.description) for column in table.columns]
        [(tags,)] = database.sql("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    # The format that DuckDB 1.1 still opens.
    assert tags["storage_version"] == "v1.0.0+"


def test_a_database_that_is_not_what_the_parquet_is_stops_the_release(tmp_path: Path) -> None:
    edition = tmp_path / "edition"
    connection = warehouse()
    written = [
        file for table in TABLES.values() for file in release_module.write_table(connection, table, edition, None, None)
    ]
    empty = duckdb.sql("SELECT * FROM read_parquet(?) WHERE false", params=[f"{edition}/parquet/areas/*.parquet"])
    empty.write_parquet(f"{edition}/emptied.parquet")
    (edition / "emptied.parquet").replace(edition / "parquet/areas/part-0.parquet")
    with pytest.raises(PublishingError, match=r"areas: 0 rows in sightline.duckdb, 1 in its Parquet files"):
        write_database(edition, TABLES, written, None)


def test_a_period_that_is_not_stated_comes_back_as_null_and_the_others_as_dates(tmp_path: Path) -> None:
    summary = release(warehouse(), tmp_path)
    starts = {row[VALUES.column_names.index("period_start")] for row in published_rows(summary, "indicator_values")}
    assert starts == {None, *(quarter.start for quarter in QUARTERS)}
    path = next((summary.folder / "partner").glob("parquet/indicator_values/*/part-0.parquet"))
    assert "period_start" not in pyarrow.parquet.read_schema(path).names


def test_a_table_without_rows_is_still_there_with_its_columns(tmp_path: Path) -> None:
    connection = warehouse()
    connection.execute("DELETE FROM marts.multi_agency_dataset")
    assert published_rows(release(connection, tmp_path), "multi_agency_dataset") == []


def test_the_newest_report_of_a_figure_is_marked_and_small_numbers_are_flagged(tmp_path: Path) -> None:
    connection = warehouse()
    fewer = figure("icpc_15wd", LATEST, 12, denominator=19, breakdown_type="phase", breakdown="primary")
    insert(connection, VALUES, fewer)
    summary = release(connection, tmp_path)
    with duckdb.connect(str(summary.folder / "partner" / "sightline.duckdb"), read_only=True) as database:
        latest = database.sql(
            "SELECT reported_in, is_latest FROM marts.indicator_values "
            f"WHERE indicator_id = 'cin_open' AND basis = 'return' AND period = '{QUARTERS[6].label}' ORDER BY 1"
        ).fetchall()
        small = database.sql(
            "SELECT numerator FROM marts.indicator_values WHERE small_n AND period <> 'not stated' ORDER BY 1"
        ).fetchall()
        [(unknown,)] = database.sql(
            "SELECT count(*) FROM marts.indicator_values WHERE small_n IS NULL OR is_latest IS NULL"
        ).fetchall()
    assert latest == [("2019-20 Q3", False), ("2019-20 Q4", True)]
    assert [count for (count,) in small] == [3, 4, 12]
    assert unknown == 0


@pytest.mark.parametrize("breakdown_type", ["sex", "age_band", "ethnicity", "ward", ""])
def test_no_personal_characteristic_and_nothing_below_the_area_leaves(tmp_path: Path, breakdown_type: str) -> None:
    connection = warehouse()
    insert(connection, VALUES, figure("cin_open", LATEST, 7, breakdown_type=breakdown_type, breakdown="canary"))
    insert(connection, VALUES, figure("cin_open", LATEST, 7, area_code="E05002455", area_name="canary"))
    summary = release(connection, tmp_path)
    edition = summary.folder / "partner"
    assert not any("canary" in row for row in published_rows(summary, "indicator_values"))
    assert b"canary" not in b"".join(path.read_bytes() for path in edition.rglob("*") if path.is_file())
    assert not (summary.folder / "public").exists()


def test_the_data_package_lists_every_file_with_its_true_hash_and_columns(tmp_path: Path) -> None:
    summary = release(warehouse(), tmp_path)
    edition = summary.folder / "partner"
    package = json.loads((edition / "datapackage.json").read_text())
    listed = {resource["path"]: resource for resource in package["resources"]}
    here = {str(path.relative_to(edition)) for path in edition.rglob("*") if path.is_file()}
    assert set(listed) == here - {"datapackage.json"}
    assert len({resource["name"] for resource in package["resources"]}) == len(listed)
    for path, resource in listed.items():
        assert resource["hash"] == f"sha256:{sha256_of(edition / path)}"
        assert resource["bytes"] == (edition / path).stat().st_size
        if path.endswith(".parquet"):
            names = pyarrow.parquet.read_schema(edition / path).names
            assert [field["name"] for field in resource["schema"]["fields"]] == names
            assert set(resource["schema"]["primaryKey"]) <= set(names)
    assert (package["version"], package["as_of"]) == ("1", "2020-07-31")


def _twice(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, VALUES, figure("cin_open", LATEST, 1))


def _unknown(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, VALUES, figure("cin_open", LATEST, 1) | {"indicator_id": "nobody_declared_this"})


def _emptied(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM marts.scorecard")


def _dropped(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DROP TABLE marts.quality")


def _narrowed(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("ALTER TABLE marts.periods DROP COLUMN quarter_number")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_twice, "indicator_values: 1 keys stand more than once"),
        (_unknown, "not in the catalogue: nobody_declared_this"),
        (_emptied, "the release in force has 9 rows and this one would have none"),
        (_dropped, r"no table marts\.quality"),
        (_narrowed, r"marts\.periods lacks the declared columns quarter_number"),
    ],
)
def test_a_release_that_would_be_wrong_is_refused_and_the_one_in_force_stays(
    tmp_path: Path, spoil: Callable[[duckdb.DuckDBPyConnection], None], reason: str
) -> None:
    first = release(warehouse(), tmp_path)
    connection = warehouse()
    spoil(connection)
    with pytest.raises(ReleaseRefusedError, match=reason):
        release(connection, tmp_path)
    assert Published(tmp_path).current() == first.folder
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [first.release_id]


def test_the_last_finding_may_go(tmp_path: Path) -> None:
    connection = warehouse()
    release(connection, tmp_path)
    connection.execute("DELETE FROM marts.findings")
    assert release(connection, tmp_path, {}).tables["findings"] == 0


@pytest.mark.parametrize("step", ["write_database", "write_report", "write_workbook", "write_datapackage"])
def test_a_crash_in_any_step_leaves_the_release_in_force_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    connection = warehouse()
    first = release(connection, tmp_path)
    insert(connection, VALUES, figure("police_protection", QUARTERS[2], 13, reported_in=LATEST.label))

    def crash(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(release_module, step, crash)
    with pytest.raises(MemoryError):
        release(connection, tmp_path)
    assert Published(tmp_path).current() == first.folder
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [first.release_id]


def test_a_reader_of_the_old_release_is_unharmed_by_the_new_one(tmp_path: Path) -> None:
    connection = warehouse()
    first = release(connection, tmp_path)
    with duckdb.connect(str(first.folder / "partner" / "sightline.duckdb"), read_only=True) as reader:
        [(before,)] = reader.sql("SELECT count(*) FROM marts.indicator_values").fetchall()
        insert(connection, VALUES, figure("police_protection", QUARTERS[2], 13, reported_in=LATEST.label))
        second = release(connection, tmp_path, {"indicator_values": {QUARTERS[2].start}})
        assert reader.sql("SELECT count(*) FROM marts.indicator_values").fetchall() == [(before,)]
    assert second.tables["indicator_values"] == before + 1
    assert AREA in str(published_rows(first, "indicator_values")[0])
