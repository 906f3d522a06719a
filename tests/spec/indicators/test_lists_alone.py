"""An area that sends Annex A's lists alone: its figures are broken down by what the lists say of each child."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from assets.marts.indicator_values import write_indicator_values
from assets.marts.tables import prepare_marts
from tests.derived import CATALOGUE, TABLES
from tests.homes import SOUTHAMPTON, land
from tests.statutory import PLACE, QUARTER, in_core, workbook
from warehouse.home import Home

FIRST = {
    "Child Unique ID": "A1", "Gender": "b) Female", "Ethnicity": "a) WBRI", "Date of Birth": "14/05/2009", "Age": 10,
}  # fmt: skip
SECOND = {**FIRST, "Child Unique ID": "A2", "Gender": "a) Male", "Ethnicity": "b) BAFR", "Date of Birth": "01/02/2017"}
SECOND["Age"] = 3
TEAM = {"Allocated Team": "Team 1", "Allocated Worker": "A Worker"}
REFERRED = {
    "Date of Referral": "14/02/2020", "Referral Source": "q) 6: Police", "Referral NFA?": "No",
    "Number of Referrals in Last 12 Months": 0, **TEAM,
}  # fmt: skip
IN_NEED = {
    "Does the Child have a Disability": "b) No", "CIN Start Date": "14/02/2020",
    "Primary Need Code": "N1 - Abuse or Neglect", "Date Child Was Last Seen": "10/03/2020", "CIN Closure Date": None,
    "Reason for Closure": None, "Case Status": "b) Open", **TEAM,
}  # fmt: skip


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path_factory.mktemp("lists")).create()
    # The first child stands in two lists, the second in that of referrals alone.
    lists = workbook(list_3=[{**FIRST, **REFERRED}, {**SECOND, **REFERRED}], list_6=[{**FIRST, **IN_NEED}])
    land(home, f"{PLACE}/lists.xlsx", lists)
    with in_core(home) as opened:
        prepare_marts(opened, CATALOGUE)
        write_indicator_values(opened, CATALOGUE, TABLES, QUARTER, [SOUTHAMPTON])
        yield opened


def parts(connection: duckdb.DuckDBPyConnection, indicator: str, kind: str) -> dict[str, float]:
    rows = connection.execute(
        "SELECT breakdown, numerator FROM marts.indicator_breakdowns "
        "WHERE indicator_id = ? AND breakdown_type = ? AND period = ?",
        [indicator, kind, QUARTER],
    ).fetchall()
    return dict(rows)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("sex", {"F": 1, "M": 1}),
        ("age_band", {"10-15": 1, "1-4": 1}),
        ("ethnicity", {"WBRI": 1, "BAFR": 1}),
    ],
)
def test_a_flow_is_broken_down_by_each(
    connection: duckdb.DuckDBPyConnection, kind: str, expected: dict[str, float]
) -> None:
    assert parts(connection, "cin_referrals", kind) == expected


@pytest.mark.parametrize(("kind", "expected"), [("sex", {"F": 1}), ("age_band", {"10-15": 1})])
def test_so_is_a_snapshot(connection: duckdb.DuckDBPyConnection, kind: str, expected: dict[str, float]) -> None:
    assert parts(connection, "cin_open", kind) == expected


def test_a_child_of_several_lists_stands_once_among_the_children_known(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute("SELECT child_id, extract, sex FROM core.person_record ORDER BY ALL").fetchall()
    assert found == [("A1", "annex_a", "F"), ("A2", "annex_a", "M")]
