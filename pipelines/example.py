"""The shipped example: landing its files in a home as agencies would have delivered them.

Here: the figures agencies returned, and what both parts of the example share: the refusal to mix it with real
deliveries, its calendar and settings. Not here: the files (`assets/reference/examples`), nor the made-up children with
the counts of the same report (`pipelines.children_example`).
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import yaml

from assets.intake.landing import landed_files
from expectations.declarations import read_declaration
from warehouse.home import Home, HomeError

RETURNS = "southampton-2019-20"
_COLUMNS = ("agency", "extract", "area", "from", "to", "due_days")
_OF_ONE_DELIVERER = _COLUMNS[:3]


def land_example(home: Home) -> None:
    """Land the agencies' returns that are missing, with the times they count as received, a calendar and settings.

    Raises HomeError where the home holds deliveries that are not the example's.
    """
    with example_folder(RETURNS) as folder:
        refuse_others(home, set(_returned(folder)))
        home.create()
        land_missing(home, folder, _returned(folder))
        expect(home, folder / "calendar.csv")


def refuse_others(home: Home, own: Set[str]) -> None:
    """Raise HomeError where files are landed that neither part of the example nor `own` holds."""
    with example_folder(RETURNS) as folder:
        known = {*own, *_returned(folder), *children_landed(home)}
    landed = landed_files(home.landing) if home.landing.is_dir() else []
    if others := [file for file in landed if file.relative not in known]:
        raise HomeError(
            f"{home.root} holds {len(others)} deliveries that are not the example's: use `sightline run` there, or "
            "another home for the example (SIGHTLINE_HOME)"
        )


def children_landed(home: Home) -> list[str]:
    """The files of made-up children that were landed, or were about to be, as paths below `landing`."""
    written = children_list(home)
    return written.read_text(encoding="utf-8").splitlines() if written.is_file() else []


def children_list(home: Home) -> Path:
    """Where those files are listed: beside the truth about them."""
    return home.root / "truth" / "landed.txt"


@contextmanager
def example_folder(name: str) -> Iterator[Path]:
    """A shipped example's folder."""
    with as_file(files("assets.reference") / "examples" / name) as folder:
        yield folder


def described(folder: Path) -> dict[str, str]:
    """What an example says of itself."""
    return dict(read_declaration((folder / "example.yml").read_text(encoding="utf-8")))


def land_missing(home: Home, folder: Path, sources: Mapping[str, str]) -> None:
    """Copy an example's files (path below `landing` to the moment it counts as received) where none stands yet.

    Settings are written where the home has none.
    """
    for relative, received in sources.items():
        target = home.landing / relative
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(folder / "landing" / relative, target, received)
    if not home.settings_file.exists():
        settings = {"example": RETURNS, "as_of": described(folder)["as_of"]}
        home.settings_file.write_text(yaml.safe_dump(settings, sort_keys=True), encoding="utf-8")


def expect(home: Home, calendar: Path) -> None:
    """Add a calendar's lines to the home's: of a deliverer that has lines there, those already there stand."""
    standing = _lines(home.calendar) if home.calendar.exists() else []
    known = {tuple(line[name] for name in _OF_ONE_DELIVERER) for line in standing}
    more = [line for line in _lines(calendar) if tuple(line[name] for name in _OF_ONE_DELIVERER) not in known]
    if more:
        aside = home.calendar.with_name(f".{home.calendar.name}.part")
        with aside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows([*standing, *more])
        aside.rename(home.calendar)


def _lines(calendar: Path) -> list[dict[str, str]]:
    with calendar.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def returned_below(folder: Path, *roots: str) -> dict[str, str]:
    """The returns' files below some folders of `landing`, with the moment each counts as received."""
    return {name: moment for name, moment in _returned(folder).items() if name.startswith(roots)}


def _returned(folder: Path) -> dict[str, str]:
    received: Mapping[str, str] = read_declaration((folder / "example.yml").read_text(encoding="utf-8"))["received"]
    landing = folder / "landing"
    found = sorted(path.relative_to(landing).as_posix() for path in landing.rglob("*") if path.is_file())
    return {relative: received[relative.split("/")[0]] for relative in found}


def _copy(source: Path, target: Path, received: str) -> None:
    """Copy aside and rename, so that no run sees half a file; then set the time it counts as received."""
    aside = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, aside)
    moment = datetime.fromisoformat(received).replace(tzinfo=UTC).timestamp()
    os.utime(aside, (moment, moment))
    aside.rename(target)
