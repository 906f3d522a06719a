"""The second example lands in a home of its own: made, not shipped; what it is made of is proven elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.intake.landing import landed_files
from assets.marts.calendar import due_deliveries
from assets.synthetic.generate import Partnership, generate
from pipelines import children_example
from pipelines.children_example import land_children_example
from tests.homes import land
from warehouse.home import Home, HomeError


@pytest.fixture(autouse=True)
def few_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partnership of a few children in the place of the report's, which takes half a minute to make."""

    def small(out: Path, rate: float, unmet: object, say: object) -> None:
        generate(Partnership(children=100, quarters=2), out)

    monkeypatch.setattr(children_example, "generate_southampton", small)


def test_it_is_landed_once_with_populations_calendar_settings_and_the_truth_beside_it(tmp_path: Path) -> None:
    home, said = Home(tmp_path / "home"), []
    land_children_example(home, said.append)
    landed = {file.relative for file in landed_files(home.landing)}
    assert {name.split("/")[0] for name in landed} == {"council", "police", "health", "education", "reference"}
    assert (home.root / "truth" / "indicators.csv").is_file()
    assert not (home.root / ".children").exists()
    assert home.as_of().isoformat() == "2020-07-31"
    assert {due.extract for due in due_deliveries(home.calendar, home.as_of())} > {
        "annex_a",
        "cin_census",
        "participation",
    }
    land_children_example(home, said.append)
    assert {file.relative for file in landed_files(home.landing)} == landed


def test_it_is_not_mixed_with_real_deliveries(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    land(home, "police/E06000045/2019-20-Q4/mine.csv", b"a,b\n1,2\n")
    with pytest.raises(HomeError, match="not the example's"):
        land_children_example(home, print)
