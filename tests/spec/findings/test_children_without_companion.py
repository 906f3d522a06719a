"""Looked-after children without a case of need: found as an area's total, with the likely cause."""

from __future__ import annotations

import pytest

from assets.marts.findings import write_findings
from tests.derived import CATALOGUE, Row, Scene
from tests.homes import PORTSMOUTH, SOUTHAMPTON
from tests.spec.findings.invented_figures import RULES

Q4 = "2019-20 Q4"
RULE = "children_without_companion"
CASE: Row = {"child_id": "C1", "referred_on": "2019-09-02", "no_further_action": False}
CARE: Row = {"child_id": "C1", "started_on": "2019-10-07", "legal_status": "C2"}


def found(scene: Scene, *areas: str) -> list[tuple[str, str]]:
    scene.make(Q4, *areas)
    write_findings(scene.connection, CATALOGUE, [RULES[RULE]], Q4, areas or (SOUTHAMPTON,))
    return scene.connection.execute("SELECT area_code, found FROM marts.findings ORDER BY ALL").fetchall()


def looked_after(*cases: Row, care: Row = CARE) -> list[tuple[str, str]]:
    scene = Scene()
    scene.deliver("ssda903", Q4, cla_episode=[care])
    scene.deliver("cin_census", Q4, cin_episode=cases)
    return found(scene)


def test_a_looked_after_child_with_an_open_case_of_need_is_no_finding() -> None:
    assert looked_after(CASE) == []


@pytest.mark.parametrize(
    "case",
    [
        {"closed_on": "2020-03-31"},
        {"no_further_action": True},
        {"referred_on": "2020-04-01"},
        {"child_id": "C2"},
    ],
)
def test_one_without_an_open_case_on_the_last_day_is_found(case: Row) -> None:
    assert looked_after({**CASE, **case}) == [(SOUTHAMPTON, "1 of 1")]


def test_one_is_found_where_the_census_holds_no_case_at_all() -> None:
    assert looked_after() == [(SOUTHAMPTON, "1 of 1")]


@pytest.mark.parametrize("care", [{"ended_on": "2020-03-31"}, {"legal_status": "V3"}, {"legal_status": "V4"}])
def test_who_is_not_looked_after_on_the_last_day_needs_no_case(care: Row) -> None:
    assert looked_after(care={**CARE, **care}) == []


def test_where_no_census_was_delivered_nothing_is_said() -> None:
    scene = Scene()
    scene.deliver("ssda903", Q4, cla_episode=[CARE])
    assert found(scene) == []


def test_the_lists_of_annex_a_are_held_against_each_other() -> None:
    scene = Scene()
    scene.deliver("annex_a", Q4, cla_episode=[CARE, {**CARE, "child_id": "C2"}], cin_episode=[CASE])
    assert found(scene) == [(SOUTHAMPTON, "1 of 2")]


def test_each_area_has_its_own_total_and_another_areas_case_is_none_of_its() -> None:
    scene = Scene()
    scene.deliver("ssda903", Q4, cla_episode=[CARE, {**CARE, "child_id": "C2"}])
    scene.deliver("cin_census", Q4)
    scene.deliver("ssda903", Q4, PORTSMOUTH, cla_episode=[{**CARE, "child_id": "C3"}])
    scene.deliver("cin_census", Q4, PORTSMOUTH, cin_episode=[CASE])
    assert found(scene, PORTSMOUTH, SOUTHAMPTON) == [(PORTSMOUTH, "1 of 1"), (SOUTHAMPTON, "2 of 2")]


def test_the_finding_tells_the_likely_cause_and_no_child() -> None:
    looked = Scene()
    looked.deliver("ssda903", Q4, cla_episode=[{**CARE, "child_id": "CANARY7"}])
    looked.deliver("cin_census", Q4)
    found(looked)
    [row] = looked.connection.execute("SELECT * FROM marts.findings").fetchall()
    told = " ".join(map(str, row))
    assert "looked-after children without an open case of need: 1 of the 1 in ssda903 on 2020-03-31" in told
    assert "Every looked-after child is in need." in told
    assert "CANARY7" not in told
