"""Fixtures several kinds of tests share: the shipped example, run once."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pipelines.example import land_example
from pipelines.running import RunReport, run
from warehouse.home import AS_OF_VARIABLE, HOME_VARIABLE, Home

Example = tuple[Home, RunReport]


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """A run points the process at its home: no test may leave that, or find it, set."""
    names = (HOME_VARIABLE, AS_OF_VARIABLE, "DAGSTER_HOME")
    before = {name: os.environ.pop(name, None) for name in names}
    yield
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """The shipped example after its first run. Read it; a test that changes it copies it first."""
    home = Home(tmp_path_factory.mktemp("example") / "home")
    land_example(home)
    return home, run(home)
