"""Fixtures several kinds of tests share: the shipped example, run once."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator

import pytest
from filelock import FileLock

from pipelines.example import land_example
from pipelines.running import RunReport, run
from tests.homes import copy_home
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
    """The shipped example after its first run. Read it; a test that changes it copies it first.

    Of several workers one runs it, and the others take a copy: a warehouse has one process at a time.
    """
    folder = tmp_path_factory.mktemp("example")
    together = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        together = together.parent
    made = together / "example-made.pickle"
    with FileLock(f"{made}.lock"):
        if made.exists():
            home, report = pickle.loads(made.read_bytes())
            return copy_home(home, folder / "home"), report
        home = Home(folder / "home")
        land_example(home)
        report = run(home)
        # A copy as it was before any test had it.
        kept = copy_home(home, folder / "kept")
        made.write_bytes(pickle.dumps((kept, report)))
        return home, report
