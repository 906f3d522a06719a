"""The Data Docs site: what every table must hold, and what came of it quarter by quarter, as pages to browse.

Here: which pages the site has, which of them have changed, its first page, and putting it in place whole.
Not here: the pages of suites and results, which Great Expectations renders (`expectations.gx_pages`). The site
holds counts and the contracts' own words: no value of the data, no path, no time of day, nothing loaded from
anywhere else. It can be deleted at any time; it is made again from the records.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from expectations.contract import Contract, Table
from expectations.outcomes import ValidationRecord

_PAGES = "data_docs_pages"
_MANIFEST = "site.json"
_STYLE = "site.css"
_INDEX = "index.html"


@dataclass(frozen=True)
class _Result:
    """A line of the first page."""

    page: str
    quarter: str
    success: bool
    rules: int
    broken: int
    blocking: int
    not_evaluated: int
    rows: int


@dataclass(frozen=True)
class _Suite:
    """A section of the first page."""

    contract: Contract
    table: Table
    page: str
    results: list[_Result]


def write_data_docs(home_folder: Path, records: Sequence[ValidationRecord]) -> int:
    """Make the site of these records in a folder, and say how many pages had to be rendered for it.

    `records` is everything the site shows; of two for the same table and quarter the later counts. Pages that
    stand in the folder already and would come out the same are kept, so an unchanged site costs no rendering,
    and Great Expectations is not even imported for it. The site is written aside and takes the folder's place
    when it is whole. One writer at a time.

    Raises FileExistsError where the folder holds something that is not such a site: it would be deleted.
    """
    latest = {_result_page(record): record for record in records}
    wanted = _digests(latest)
    standing = _standing(home_folder)
    if wanted == standing:
        return 0
    aside = home_folder.with_name(f".{home_folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    changed = [page for page, digest in wanted.items() if standing.get(page) != digest]
    for page in wanted.keys() - set(changed):
        _keep(home_folder / page, aside / page)
    _render(aside, latest, set(changed))
    _write(aside / _STYLE, (files("expectations") / _PAGES / _STYLE).read_text(encoding="utf-8"))
    _write(aside / _INDEX, _index(latest))
    _write(aside / _MANIFEST, json.dumps(wanted, indent=0, sort_keys=True))
    _swap(aside, home_folder)
    return len(changed)


def _suite_page(record: ValidationRecord) -> str:
    return f"expectations/{record.contract.extract}/{record.table.name}.html"


def _result_page(record: ValidationRecord) -> str:
    quarter = record.quarter.replace(" ", "-")
    return f"validations/{record.contract.extract}/{record.table.name}/{quarter}.html"


def _home(page: str) -> str:
    return "../" * page.count("/")


def _digests(latest: dict[str, ValidationRecord]) -> dict[str, str]:
    """What each page is made of, as a digest: its content and everything that decides its look."""
    look = _digest([version("great-expectations"), *_own_sources()])
    pages: dict[str, str] = {}
    for page, record in latest.items():
        suite_page = _suite_page(record)
        if suite_page not in pages:
            titles = [record.contract.title, record.contract.extract]
            pages[suite_page] = _digest([look, *titles, record.table.model_dump_json()])
        outcomes = json.dumps([asdict(outcome) for outcome in record.outcomes])
        pages[page] = _digest([pages[suite_page], record.quarter, outcomes])
    return pages


def _own_sources() -> Iterable[str]:
    here = files("expectations")
    templates = sorted((here / _PAGES).iterdir(), key=lambda entry: entry.name)
    for source in [*templates, here / "data_docs.py", here / "gx_pages.py", here / "suites.py"]:
        yield source.read_text(encoding="utf-8")


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _standing(home_folder: Path) -> dict[str, str]:
    """The pages that stand in the folder, with their digests."""
    manifest = home_folder / _MANIFEST
    if manifest.is_file():
        pages: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
        return {page: digest for page, digest in pages.items() if (home_folder / page).is_file()}
    if home_folder.exists() and any(home_folder.iterdir()):
        raise FileExistsError(
            f"{home_folder.name} holds files that are not a Data Docs site; move them away or choose another folder"
        )
    return {}


def _render(aside: Path, latest: dict[str, ValidationRecord], changed: set[str]) -> None:
    from expectations.gx_pages import result_page, suite_page  # noqa: PLC0415 (it imports Great Expectations)

    suites = {_suite_page(record): record for record in latest.values()}
    for page in changed & suites.keys():
        _write(aside / page, suite_page(suites[page].contract, suites[page].table, _home(page)))
    for page in changed & latest.keys():
        home = _home(page)
        _write(aside / page, result_page(latest[page], home, home + _suite_page(latest[page])))


def _index(latest: dict[str, ValidationRecord]) -> str:
    suites: dict[str, _Suite] = {}
    for page, record in sorted(latest.items(), key=lambda item: (item[1].quarter, item[0]), reverse=True):
        suite_page = _suite_page(record)
        suite = suites.setdefault(suite_page, _Suite(record.contract, record.table, suite_page, []))
        suite.results.append(_summary(page, record))
    environment = Environment(
        loader=PackageLoader("expectations", _PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("index.j2").render(suites=[suites[page] for page in sorted(suites)])


def _summary(page: str, record: ValidationRecord) -> _Result:
    broken = [outcome for outcome in record.outcomes if outcome.failed]
    return _Result(
        page=page,
        quarter=record.quarter,
        success=record.success,
        rules=len(record.outcomes),
        broken=len(broken),
        blocking=sum(outcome.gate == "blocks" for outcome in broken),
        not_evaluated=sum(outcome.could_not_evaluate is not None for outcome in record.outcomes),
        rows=max((outcome.evaluated for outcome in record.outcomes), default=0),
    )


def _keep(page: Path, aside: Path) -> None:
    """The same file under the new folder: a second name for it, or a copy where the disk has no such thing."""
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(page, aside)
    except OSError:
        shutil.copyfile(page, aside)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _swap(aside: Path, home_folder: Path) -> None:
    """Put the finished site in the folder's place. A folder cannot be replaced in one rename, so for an instant
    there is no site; there is never half of one."""
    before = home_folder.with_name(f".{home_folder.name}.old")
    shutil.rmtree(before, ignore_errors=True)
    if home_folder.exists():
        home_folder.rename(before)
    aside.rename(home_folder)
    shutil.rmtree(before, ignore_errors=True)
