"""Derived figures beside those of other areas, and those of a group of areas."""

from __future__ import annotations

from typing import Any

from assets.marts.benchmarks import write_benchmarks
from tests.derived import Row, Scene
from tests.homes import ISLE_OF_WIGHT, PORTSMOUTH, SOUTHAMPTON

Q4 = "2019-20 Q4"
HAMPSHIRE = "E10000014"
HIPS = (SOUTHAMPTON, PORTSMOUTH, HAMPSHIRE, ISLE_OF_WIGHT)
PERSONS = {SOUTHAMPTON: 50_832, PORTSMOUTH: 43_872, HAMPSHIRE: 283_917, ISLE_OF_WIGHT: 25_085}


def cases(number: int) -> list[Row]:
    return [{"child_id": f"C{n}", "referred_on": "2019-09-02", "no_further_action": False} for n in range(number)]


def delivered(**numbers: int) -> Scene:
    scene = Scene()
    for area, persons in PERSONS.items():
        scene.populate(2018, persons, area)
    for area, number in numbers.items():
        scene.deliver("cin_census", Q4, area, cin_episode=cases(number))
    scene.make(Q4, *numbers)
    return scene


def of_the_group(scene: Scene) -> tuple[Any, ...]:
    return scene.figure("cin_open", Q4, area="hips")[:3]


ALL = {SOUTHAMPTON: 100, PORTSMOUTH: 300, HAMPSHIRE: 10, ISLE_OF_WIGHT: 20}


def test_a_groups_rate_is_the_ratio_of_sums() -> None:
    scene = delivered(**ALL)
    assert of_the_group(scene) == ("value", 430, sum(PERSONS.values()))
    assert scene.figure("cin_open", Q4, area="hips").printed == "11"


def test_a_group_is_missing_unless_every_member_has_the_figure() -> None:
    status, numerator, denominator = of_the_group(delivered(**{SOUTHAMPTON: 1, PORTSMOUTH: 1}))
    assert (status, numerator, denominator) == ("missing", None, None)


def test_a_group_takes_members_made_before_at_their_newest() -> None:
    scene = delivered(**{area: number for area, number in ALL.items() if area != SOUTHAMPTON})
    scene.deliver("cin_census", Q4, SOUTHAMPTON, cin_episode=cases(100))
    scene.make(Q4, SOUTHAMPTON)
    assert of_the_group(scene) == ("value", 430, sum(PERSONS.values()))


def test_a_member_to_which_a_figure_is_not_applicable_adds_nothing() -> None:
    scene = Scene()
    row = {"child_id": "C1", "referred_on": "2020-01-06", "started_on": "2020-01-06", "authorised_on": "2020-01-20"}
    for area in HIPS:
        scene.deliver("cin_census", Q4, area, assessment=[] if area == HAMPSHIRE else [row])
    scene.make(Q4, *HIPS)
    assert scene.figure("single_assessments_45wd", Q4, area=HAMPSHIRE).status == "not_applicable"
    assert scene.figure("single_assessments_45wd", Q4, area="hips")[:3] == ("value", 3, 3)


def beside(scene: Scene, area: str = SOUTHAMPTON) -> dict[tuple[str, str], tuple[Any, ...]]:
    write_benchmarks(scene.connection, scene.catalogue, Q4, [area])
    found = scene.connection.execute(
        "SELECT comparator, method, value, n_areas, significance, like_for_like FROM marts.indicator_benchmarks "
        "WHERE basis = 'derived' AND indicator_id = 'cin_open' AND area_code = ? AND period = ?",
        [area, Q4],
    ).fetchall()
    return {(comparator, method): (round(value, 1), *rest) for comparator, method, value, *rest in found}


def test_other_members_and_the_group_itself_stand_beside_an_area() -> None:
    assert beside(delivered(**ALL)) == {
        ("hips", "ratio of sums"): (10.7, 4, "higher", True),
        (PORTSMOUTH, "another authority's own figure"): (68.4, 1, "lower", True),
        (HAMPSHIRE, "another authority's own figure"): (0.4, 1, "higher", True),
        (ISLE_OF_WIGHT, "another authority's own figure"): (8.0, 1, "higher", True),
    }


def test_neighbours_are_averaged_by_mean_and_median_and_their_number_is_told() -> None:
    scene = delivered(**ALL)
    scene.connection.execute(
        "INSERT INTO core.statistical_neighbour (model_version, old_la_code, neighbour_old_la_code) "
        "SELECT 'April 2021', '852', unnest(['851', '850', '921', '201'])"
    )
    found = {method: rest[:2] for (name, method), rest in beside(scene).items() if name == "statistical_neighbours"}
    assert found == {
        "mean of statistical neighbours, model of April 2021": (25.6, 3),
        "median of statistical neighbours, model of April 2021": (8.0, 3),
    }


def test_the_region_stands_beside_only_where_all_of_it_delivered() -> None:
    assert not [key for key in beside(delivered(**ALL)) if key[0] in ("south_east", "england")]
