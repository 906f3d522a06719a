"""The page as people run it: Dagster's own webserver and daemon on a home, and questions to them over loopback.

Here: starting both processes, asking GraphQL, and ending both whatever happens. Not here: what is asserted of
the answers (the tests beside this one).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from warehouse.home import HOME_VARIABLE, Home

ROOT = Path(__file__).parents[2]
STARTING_SECONDS = 240
"""Several programs import Dagster before the first question is answered: 40 seconds of a slow machine's."""
LOG_SHOWN = 4_000
Answer = TypeVar("Answer")


def tool(name: str) -> str:
    """A program that was installed beside the Python in use; its absence is a fault of the set-up."""
    path = Path(sys.executable).parent / name
    assert path.is_file(), f"{name} is not installed beside {sys.executable}"
    return str(path)


def surroundings(home: Home) -> dict[str, str]:
    """The environment in which Dagster's programs find the home, this checkout, and nothing else of a developer's."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER_", "SIGHTLINE_"))},
        "DAGSTER_HOME": str(home.dagster),
        HOME_VARIABLE: str(home.root),
        "PYTHONPATH": str(ROOT),
    }


def wait_until(ask: Callable[[], Answer], within: float, what: str) -> Answer:
    """The first truthy answer; AssertionError where there is none in time."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.3)
    raise AssertionError(f"{what}: not within {within:.0f} seconds")


@contextmanager
def processes(commands: Sequence[Sequence[str]], home: Home, logs: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Programs started in the root of the product, each in a group of its own that is ended with all it started."""
    started = []
    try:
        for number, command in enumerate(commands):
            with (logs / f"{number}-{Path(command[0]).name}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        command, cwd=ROOT, env=surroundings(home), stdout=log, stderr=log, start_new_session=True
                    )
                )
        yield started
    finally:
        _end(started)


def _end(started: Sequence[subprocess.Popen[bytes]]) -> None:
    """End the groups: asked first, all at once, then made to. A leader may have gone before what it started."""
    for sign, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for process in started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, sign)
        until = time.monotonic() + patience
        for process in started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(until - time.monotonic(), 0.1))


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PATIENCE = 120
"""Seconds an answer may take: to launch a run the page plans every step and check of it."""
WHY_NOT = """{ workspaceOrError { ... on Workspace { locationEntries {
    locationOrLoadError { __typename ... on PythonError { message } } } } } }"""


@dataclass(frozen=True)
class Page:
    """A running page."""

    port: int

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data a GraphQL query or mutation answers with; AssertionError where it answers with errors."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", body, {"Content-Type": "application/json"})
        # No proxy stands between this process and its own machine, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as reply:
            answer = json.load(reply)
        assert not answer.get("errors"), answer["errors"]
        return answer["data"]

    def loaded_locations(self) -> dict[str, str]:
        """Each code location by name, with the kind of what came of loading it; none while nobody answers."""
        try:
            found = self.ask(
                "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus "
                "locationOrLoadError { __typename } } } } }"
            )
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return {}
        entries = found["workspaceOrError"]["locationEntries"]
        if any(entry["loadStatus"] != "LOADED" for entry in entries):
            return {}
        return {entry["name"]: entry["locationOrLoadError"]["__typename"] for entry in entries}


@contextmanager
def page(home: Home, logs: Path, *, with_daemon: bool = True) -> Iterator[Page]:
    """The page on a home with every code location loaded: as `make ui` starts it, or the webserver alone."""
    found = Page(free_port())
    # In the root of the product, `dagster dev` finds the workspace by itself.
    program = [tool("dagster"), "dev"] if with_daemon else [tool("dagster-webserver"), "-w", "workspace.yaml"]
    with processes([[*program, "-h", "127.0.0.1", "-p", str(found.port)]], home, logs) as started:
        loaded = _wait_until_loaded(found, started, logs)
        assert loaded == {"pipelines.definitions": "RepositoryLocation"}, found.ask(WHY_NOT)
        yield found


def _wait_until_loaded(on: Page, started: Sequence[subprocess.Popen[bytes]], logs: Path) -> dict[str, str]:
    """The page's code locations once it answers; AssertionError with the end of every log where it does not."""

    def answer() -> dict[str, str]:
        gone = [str(process.args) for process in started if process.poll() is not None]
        assert not gone, f"ended by itself: {gone}"
        return on.loaded_locations()

    try:
        return wait_until(answer, STARTING_SECONDS, "the page answers")
    except AssertionError as error:
        for log in sorted(logs.glob("*.log")):
            error.add_note(f"{log.name}:\n{log.read_text(encoding='utf-8', errors='replace')[-LOG_SHOWN:]}")
        raise
