"""The example's two parts land in one home, in either order; the children's making is proven elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path

import pytest

from assets.intake.landing import landed_files
from assets.marts.calendar import due_deliveries
from assets.synthetic.generate import Partnership, generate
from pipelines import children_example
from pipelines.children_example import land_children_example
from pipelines.example import land_example
from tests.homes import land
from warehouse.home import Home, HomeError

CHILDREN_ONLY = {"annex_a", "cin_census", "participation"}


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where children were made: a few, in the place of the report's, which take half a minute."""
    places: list[Path] = []

    def small(out: Path, rate: float, unmet: object, say: object) -> None:
        places.append(out)
        generate(Partnership(children=100, quarters=2), out)

    monkeypatch.setattr(children_example, "generate_southampton", small)
    return places


def _landed(home: Home) -> dict[str, bytes]:
    return {file.relative: (home.landing / file.relative).read_bytes() for file in landed_files(home.landing)}


def test_children_are_landed_once_with_populations_calendar_settings_and_the_truth_beside_them(
    tmp_path: Path, made: list[Path]
) -> None:
    home = Home(tmp_path / "home")
    land_children_example(home, print)
    landed = _landed(home)
    assert {name.split("/")[0] for name in landed} == {"council", "police", "health", "education", "reference"}
    assert (home.root / "truth" / "indicators.csv").is_file()
    assert not (home.root / ".children").exists()
    assert home.as_of().isoformat() == "2020-07-31"
    assert {due.extract for due in due_deliveries(home.calendar, home.as_of())} > CHILDREN_ONLY
    land_children_example(home, print)
    assert _landed(home) == landed
    assert len(made) == 1


@pytest.mark.parametrize("order", permutations(["returns", "children"]), ids=" first, ".join)
def test_returns_and_children_stand_in_one_home(tmp_path: Path, order: Sequence[str]) -> None:
    home = Home(tmp_path / "home")
    parts: dict[str, Callable[[], None]] = {
        "returns": lambda: land_example(home),
        "children": lambda: land_children_example(home, print),
    }
    for part in [*order, *order]:
        parts[part]()
    of_returns, of_children = Home(tmp_path / "returns"), Home(tmp_path / "children")
    land_example(of_returns)
    land_children_example(of_children, print)
    # Both have police episodes: the children's own stand.
    assert _landed(home) == _landed(of_returns) | _landed(of_children)
    due = {(due.agency, due.extract) for due in due_deliveries(home.calendar, home.as_of())}
    assert due == {
        (due.agency, due.extract)
        for part in (of_returns, of_children)
        for due in due_deliveries(part.calendar, part.as_of())
    }
    assert home.as_of() == of_returns.as_of()


def test_a_landing_that_was_interrupted_is_made_good(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    land_children_example(home, print)
    landed = _landed(home)
    lost = home.landing / next(name for name in landed if name.startswith("council/"))
    lost.unlink()
    land_children_example(home, print)
    assert _landed(home) == landed


def test_it_is_not_mixed_with_real_deliveries(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    land(home, "police/E06000045/2019-20-Q4/mine.csv", b"a,b\n1,2\n")
    for part in (land_example, lambda home: land_children_example(home, print)):
        with pytest.raises(HomeError, match="not the example's"):
            part(home)
