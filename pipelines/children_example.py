"""The second example: made-up children whose true counts are the report's, landed as agencies would deliver them.

Here: making the files in the home and the populations their rates need. Not here: the children
(`assets.synthetic.southampton`), nor the first example (`pipelines.example`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import yaml

from assets.intake.landing import landed_files
from assets.synthetic.southampton import Unmet, generate_southampton
from expectations.declarations import read_declaration
from warehouse.home import Home, HomeError

EXAMPLE = "southampton-2019-20-children"
_POPULATIONS = ("population", "population_by_age", "population_by_small_area")
_RECEIVED = datetime(2020, 4, 1, 8, tzinfo=UTC)


def land_children_example(home: Home, say: Callable[[str], None]) -> None:
    """Make and land the example's files where they are not landed yet; the truth about them stands beside `landing`.

    Raises HomeError where the home holds deliveries that are not the example's.
    """
    if home.settings().get("example") == EXAMPLE:
        return
    if home.landing.is_dir() and any(landed_files(home.landing)):
        raise HomeError(
            f"{home.root} holds deliveries that are not the example's: use `sightline run` there, or another home for "
            "the example (SIGHTLINE_HOME)"
        )
    home.create()
    with as_file(files("assets.reference") / "examples") as folder:
        described = read_declaration((folder / EXAMPLE / "example.yml").read_text(encoding="utf-8"))
        aside = home.root / ".children"
        shutil.rmtree(aside, ignore_errors=True)
        unmet: list[Unmet] = []
        generate_southampton(aside, 0, unmet.append, say)
        say(f"{len(unmet)} printed cells no whole number of children gives (`sightline synthesise` names them)")
        shutil.rmtree(home.root / "truth", ignore_errors=True)
        (aside / "truth").rename(home.root / "truth")
        for agency in sorted((aside / "landing").iterdir()):
            agency.rename(home.landing / agency.name)
        (aside / "calendar.csv").rename(home.calendar)
        shutil.rmtree(aside)
        for name in _POPULATIONS:
            _copy(
                folder / described["populations_of"] / "landing" / "reference" / name, home.landing / "reference" / name
            )
        settings = {"example": EXAMPLE, "as_of": described["as_of"]}
        home.settings_file.write_text(yaml.safe_dump(settings, sort_keys=True), encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target)
    for path in target.rglob("*"):
        if path.is_file():
            os.utime(path, (_RECEIVED.timestamp(), _RECEIVED.timestamp()))
