"""Round trip of a synthesised partnership: without faults everything reaches core as it truly is, with faults each one
planted is found under its rule and nothing else is."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from assets.core.event_tables import define_event_differences, events
from assets.synthetic.generate import Partnership, generate, write_area
from assets.synthetic.lives import Order, live
from assets.synthetic.people import Place
from assets.synthetic.timeline import Quarter
from assets.synthetic.truth_files import TruthFiles
from tests.synthetic import Found, Taken, taken_in
from warehouse.home import Home

pytestmark = pytest.mark.slow
CHILDREN = 2_000
NOT_OF_THE_COUNCIL = "person_record"
FACTS = [event for event in events() if event.event != NOT_OF_THE_COUNCIL and "child_id" in event.key]


def partnership(root: Path, faults: float) -> Path:
    generate(Partnership(children=CHILDREN, quarters=2, faults=faults, seed=11), root)
    return root


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Taken]]:
    root = partnership(tmp_path_factory.mktemp("clean"), 0)
    with taken_in(Home(root).create()) as taken:
        yield root, taken


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Taken]]:
    root = partnership(tmp_path_factory.mktemp("faulty"), 0.05)
    with taken_in(Home(root).create()) as taken:
        yield root, taken


def told(root: Path, name: str) -> set[Found]:
    """Faults or notices as the generator wrote them down."""
    with (root / "truth" / f"{name}.csv").open(encoding="utf-8") as file:
        return {
            Found(
                row["extract"],
                row["table"],
                row["area_code"],
                row["quarter"],
                int(row["row"]),
                row["rule"],
                row["severity"],
            )
            for row in csv.DictReader(file)
        }


def test_every_row_of_a_clean_partnership_is_accepted(clean: tuple[Path, Taken]) -> None:
    root, taken = clean
    assert taken.stopped == []
    assert set(taken.outcomes()) == {"accepted"}
    read, accepted = taken.connection.execute(
        "SELECT sum(rows_read), sum(rows_accepted) FROM ops.receipt"
    ).fetchone() or (0, 0)
    with (root / "truth" / "rows.csv").open(encoding="utf-8") as file:
        written = sum(int(row["rows"]) for row in csv.DictReader(file))
    assert read == accepted == written > 0


def test_nothing_is_found_in_it_but_what_right_records_give_notice_of(clean: tuple[Path, Taken]) -> None:
    root, taken = clean
    assert taken.found == told(root, "notices")
    assert {one.severity for one in taken.found} <= {"info"}


@pytest.mark.parametrize("event", FACTS, ids=lambda event: event.event)
def test_every_fact_in_core_is_true_and_every_true_fact_is_in_core(clean: tuple[Path, Taken], event) -> None:
    root, taken = clean
    path = root / "truth" / f"core_{event.event}.csv"
    with path.open(encoding="utf-8") as file:
        true = list(csv.DictReader(file))
    shared = [column.name for column in event.columns if column.name in true[0]]
    rows = taken.connection.execute(f"SELECT quarter, {', '.join(shared)} FROM {event.table}").fetchall()
    key = ["quarter", *event.key]
    expected = {tuple(as_text(row[name]) for name in key): row for row in true}
    places = []
    # Every extract's row of an event stands in core; all of them are true, whichever decides.
    for values in rows:
        row = dict(zip(["quarter", *shared], map(as_text, values), strict=True))
        places.append(tuple(row[name] for name in key))
        given = {name: row[name] for name, value in zip(shared, values[1:], strict=True) if value is not None}
        assert {name: as_text(expected.get(places[-1], {}).get(name, "nowhere")) for name in given} == given
    assert set(places) == expected.keys()


def test_extracts_that_carry_the_same_event_say_the_same_of_it(clean: tuple[Path, Taken]) -> None:
    _, taken = clean
    place = taken.connection.execute(
        "SELECT max(quarter), list(DISTINCT area_code) FROM core.cla_episode WHERE extract = 'annex_a'"
    ).fetchone()
    assert place is not None
    define_event_differences(taken.connection, *place)
    found = taken.connection.execute(
        "SELECT event, first_extract, later_extract, sum(compared), sum(differing) FROM event_difference "
        "WHERE event <> ? GROUP BY ALL",
        [NOT_OF_THE_COUNCIL],
    ).fetchall()
    pairs = {(event, first, later) for event, first, later, *_ in found}
    assert pairs >= {
        ("cin_episode", "cin_census", "annex_a"),
        ("cp_plan", "cin_census", "annex_a"),
        ("cla_episode", "ssda903", "annex_a"),
        ("care_leaver", "ssda903", "annex_a"),
        ("adoption", "ssda903", "annex_a"),
        ("looked_after_missing", "ssda903", "looked_after_missing"),
    }
    assert all(compared > 0 and differing == 0 for *_, compared, differing in found), found


def test_every_planted_fault_is_found_under_its_rule(faulty: tuple[Path, Taken]) -> None:
    root, taken = faulty
    planted = told(root, "faults")
    assert len(planted) > 500
    assert len({(one.extract, one.rule) for one in planted}) > 80
    recall = len(planted & taken.found) / len(planted)
    assert recall == 1.0, sorted(planted - taken.found)[:5]


def test_and_nothing_else_is_found(faulty: tuple[Path, Taken]) -> None:
    root, taken = faulty
    planted, notices = told(root, "faults"), told(root, "notices")
    precision = len(planted & taken.found) / len(taken.found - notices)
    assert precision == 1.0, sorted(taken.found - planted - notices)[:5]
    assert notices <= taken.found


def as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@pytest.mark.parametrize("last", [Quarter(2017, 4), Quarter(2024, 4)], ids=lambda quarter: quarter.path)
def test_codes_are_those_of_the_collection_year(tmp_path: Path, last: Quarter) -> None:
    generate(Partnership(children=6_000, quarters=1, last=last), tmp_path)
    with taken_in(Home(tmp_path).create()) as taken:
        assert taken.found == told(tmp_path, "notices")


def test_an_authority_whose_code_changed_and_number_did_not_delivers_too(tmp_path: Path) -> None:
    lives = live(Place("E06000057", "Northumberland", "929", 0), Order(200, (Quarter(2019, 4),), 1), 500_000)
    write_area(lives, tmp_path, TruthFiles(tmp_path / "truth"), 0, {}, str)
    with taken_in(Home(tmp_path).create()) as taken:
        assert set(taken.outcomes()) == {"accepted"}
