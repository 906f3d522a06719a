"""Files of one data set and edition: side by side where their columns differ, replaced where they are the same."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from expectations.contract import Contract
from tests.homes import JULY, JUNE, land
from tests.published import CONTRACTS, published
from warehouse.home import Home

IDS = "time_period,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name"
PLACE = "reference/children_in_need_census"


def file(columns: str, figures: str) -> bytes:
    return f"{IDS},category,{columns}\n2019,National,E92000001,England,,,,,,Plans,{figures}\n".encode()


def figures(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, float]]:
    return connection.execute(
        "SELECT quarter, series, value::DOUBLE FROM core.education_statistic ORDER BY ALL"
    ).fetchall()


def outcomes(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("SELECT file_name, outcome FROM ops.receipt").fetchall())


def test_files_with_columns_of_their_own_stand_side_by_side(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/2024/c1.csv", file("Referrals", "650930"))
    land(home, f"{PLACE}/2024/c4.csv", file("Section47", "201170"), JUNE)
    with published(home) as connection:
        assert outcomes(connection) == {"c1.csv": "accepted", "c4.csv": "accepted"}
        assert figures(connection) == [("2024", "Referrals", 650930.0), ("2024", "Section47", 201170.0)]


def test_a_file_replaces_only_itself(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/2024/c1.csv", file("Referrals", "1"))
    land(home, f"{PLACE}/2024/c4.csv", file("Section47,ICPC", "201170,2"), JUNE)
    land(home, f"{PLACE}/2024/c1 mended.csv", file("Referrals", "650930"), JULY)
    with published(home) as connection:
        assert outcomes(connection) == {"c1.csv": "superseded", "c4.csv": "accepted", "c1 mended.csv": "accepted"}
        assert [row[1:] for row in figures(connection)] == [
            ("ICPC", 2.0),
            ("Referrals", 650930.0),
            ("Section47", 201170.0),
        ]


def test_the_order_of_columns_makes_no_other_file(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/2024/c4.csv", file("Section47,ICPC", "1,2"))
    land(home, f"{PLACE}/2024/c4 again.csv", file("ICPC,Section47", "2,201170"), JUNE)
    with published(home) as connection:
        assert outcomes(connection) == {"c4.csv": "superseded", "c4 again.csv": "accepted"}


def test_an_edition_leaves_the_earlier_one_as_it_was(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/2023/c1.csv", file("Referrals", "650930"))
    land(home, f"{PLACE}/2024/c1.csv", file("Referrals", "650940"), JUNE)
    with published(home) as connection:
        assert figures(connection) == [("2023", "Referrals", 650930.0), ("2024", "Referrals", 650940.0)]


def test_a_file_taken_in_before_files_had_subjects_is_replaced_by_itself(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/2024/c1.csv", file("Referrals,Änderung", "1,2"))
    with published(home) as connection:
        [(subject, headers)] = connection.execute(
            "SELECT subject, headers FROM ops.receipt JOIN ops.part USING (receipt_id)"
        ).fetchall()
    first, *later = sorted((Path(__file__).parents[3] / "warehouse" / "migrations").glob("*.sql"))
    with duckdb.connect() as ledger:
        ledger.execute("CREATE SCHEMA ops")
        ledger.execute(first.read_text("utf-8"))
        ledger.execute(
            "INSERT INTO ops.receipt "
            "(receipt_id, extract, table_name, headers, received_at, file_name, rows_read, loaded) VALUES "
            "('R000001', 'education_statistics', 'education_statistics', ?, '2020-05-12', 'c1.csv', 1, TRUE)",
            [headers],
        )
        for migration in later:
            ledger.execute(migration.read_text("utf-8"))
        assert ledger.execute("SELECT subject FROM ops.receipt").fetchall() == [(subject,)]
        assert ledger.execute("SELECT headers, rows_read FROM ops.part").fetchall() == [(headers, 1)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"files_by_columns": True}, "not by both"),
        ({"files_by_value": "headline"}, "told apart by headline, which table fingertips does not declare"),
        ({"files_by_value": "filters"}, "told apart by filters, which table fingertips does not declare"),
    ],
)
def test_a_contract_tells_files_apart_one_way_by_a_column_of_theirs(change: dict[str, object], problem: str) -> None:
    declared = CONTRACTS["fingertips"].model_dump()
    with pytest.raises(ValidationError, match=problem):
        Contract.model_validate({**declared, **change})
