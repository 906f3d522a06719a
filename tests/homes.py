"""Homes for tests: made, filled with deliveries, run, and read as a BI tool would read them.

Here: what several tests need to stage a scene. Not here: any expectation.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from pipelines.example import RETURNS
from warehouse.home import Home

EXAMPLE_LANDING = Path(__file__).parents[1] / "assets" / "reference" / "examples" / RETURNS / "landing"
SOUTHAMPTON, PORTSMOUTH, ISLE_OF_WIGHT = "E06000045", "E06000044", "E06000046"
MAY, JUNE, JULY = (datetime(2020, month, 12, 9, tzinfo=UTC) for month in (5, 6, 7))


def example_file(agency: str) -> Path:
    """The example's first file of an agency (or of `reference`)."""
    return next(path for path in sorted((EXAMPLE_LANDING / agency).rglob("*")) if path.is_file())


def land(home: Home, relative: str, content: bytes | Path, received: datetime = MAY) -> Path:
    """Put a file into landing as if it had been received then."""
    target = home.landing / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    os.utime(target, (received.timestamp(), received.timestamp()))
    return target


def new_home(root: Path, *, populations: bool = True) -> Home:
    """A home whose today is 31 July 2020, with the example's populations landed."""
    home = Home(root).create()
    home.settings_file.write_text('as_of: "2020-07-31"\n', encoding="utf-8")
    if populations:
        land(home, "reference/population/first-releases/population.csv", example_file("reference"))
    return home


def changed_return(target: Path, change: Callable[[openpyxl.Workbook], None]) -> Path:
    """The council's return with a change made in it."""
    workbook = openpyxl.load_workbook(example_file("council"))
    change(workbook)
    workbook.save(target)
    return target


def release(home: Home) -> duckdb.DuckDBPyConnection:
    """The release in force, opened as a reader opens it."""
    return duckdb.connect(str(home.published / "current" / "partner" / "sightline.duckdb"), read_only=True)


def rows(home: Home, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """A query over the release in force."""
    with release(home) as connection:
        return connection.execute(query, list(parameters)).fetchall()


def private(home: Home, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """A query over the private warehouse."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query, list(parameters)).fetchall()


def published_bytes(home: Home) -> dict[str, str]:
    """The hash of every published file, links told apart."""
    return {
        path.relative_to(home.published).as_posix(): str(path.readlink())
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.published.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def copy_home(home: Home, root: Path) -> Home:
    """A home of its own for a test, as another test's fixture left it."""
    shutil.copytree(home.root, root, symlinks=True, ignore=lambda folder, names: [n for n in names if n == "pipe.csv"])
    return Home(root)
