"""A partnership that does not exist, from its files to figures: every figure that can be counted is the true one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import duckdb
import pytest

from assets.synthetic.generate import Partnership, generate
from tests.homes import new_home
from tests.round_trip import counted, define_differences

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("truth")
    generate(Partnership(areas=1, children=800, quarters=4, seed=20), root / "made")
    home = new_home(root / "home", populations=False)
    shutil.copytree(root / "made" / "landing", home.landing, dirs_exist_ok=True)
    with counted(home) as opened:
        define_differences(opened, root / "made" / "truth" / "indicators.csv")
        yield opened


def test_every_figure_that_can_be_counted_is_the_true_one(connection: duckdb.DuckDBPyConnection) -> None:
    compared = connection.execute("SELECT count(*), count(DISTINCT indicator_id) FROM compared").fetchone()
    assert compared is not None
    assert compared[0] > 500
    assert compared[1] > 25
    differing = connection.execute(
        "SELECT * FROM compared WHERE NOT agrees AND NOT coalesce(reason, '') LIKE 'history from%' ORDER BY ALL"
    ).fetchall()
    assert differing == []


def test_what_lacks_history_is_missing_and_only_where_a_look_back_needs_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = connection.execute(
        "SELECT DISTINCT indicator_id FROM compared WHERE reason LIKE 'history from%' ORDER BY 1"
    ).fetchall()
    assert {name for (name,) in found} == {
        "cin_rereferrals_12m", "cpp_repeat_2y", "fte_youth_justice", "lac_placements_3plus",
        "missing_persons_3plus_90d",
    }  # fmt: skip
