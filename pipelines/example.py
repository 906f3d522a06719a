"""The shipped example: landing its files in a home as agencies would have delivered them.

Here: the copying, and the refusal to mix the example with real deliveries. Not here: the files
(`assets/reference/examples`).
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import yaml

from assets.intake.landing import landed_files
from expectations.declarations import read_declaration
from warehouse.home import Home, HomeError

EXAMPLE = "southampton-2019-20"


def land_example(home: Home) -> None:
    """Land the example's files that are missing, with the times they count as received, its calendar and settings.

    Raises HomeError where the home holds deliveries that are not the example's.
    """
    with as_file(files("assets.reference") / "examples" / EXAMPLE) as folder:
        described = read_declaration((folder / "example.yml").read_text(encoding="utf-8"))
        own = {path.relative_to(folder / "landing").as_posix(): path for path in _files_below(folder / "landing")}
        others = [] if not home.landing.is_dir() else [f for f in landed_files(home.landing) if f.relative not in own]
        if others:
            raise HomeError(
                f"{home.root} holds {len(others)} deliveries that are not the example's: use `sightline run` there, or "
                "another home for the example (SIGHTLINE_HOME)"
            )
        home.create()
        for relative, source in own.items():
            target = home.landing / relative
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(source, target, described["received"][relative.split("/")[0]])
        if not home.calendar.exists():
            shutil.copyfile(folder / "calendar.csv", home.calendar)
        if not home.settings_file.exists():
            settings = {"example": EXAMPLE, "as_of": described["as_of"]}
            home.settings_file.write_text(yaml.safe_dump(settings, sort_keys=True), encoding="utf-8")


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _copy(source: Path, target: Path, received: str) -> None:
    """Copy aside and rename, so that no run sees half a file; then set the time it counts as received."""
    aside = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, aside)
    moment = datetime.fromisoformat(received).replace(tzinfo=UTC).timestamp()
    os.utime(aside, (moment, moment))
    aside.rename(target)
