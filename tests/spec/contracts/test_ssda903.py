"""Every rule of the children looked after return, a case each: a row that is right, and the smallest change to it.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails. A table's
row stands beside the header and an episode of the same child, as it does in a return. Not here: the files a return
comes in (`test_ssda903_files`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pytest

from tests.rule_cases import CONTRACTS, Case, Row, broken

EXTRACT = "ssda903"
CHILD, LEAVER = "900001", "900002"
BORN, LEAVER_BORN = "14/03/2010", "14/03/2001"

GOOD: dict[str, Row] = {
    "header": {
        "child": CHILD,
        "sex": "1",
        "date_of_birth": BORN,
        "ethnicity": "WBRI",
        "upn": "P207000016049",
        "mother": None,
        "mothers_child_born_on": None,
    },
    "episodes": {
        "child": CHILD,
        "started_on": "15/01/2020",
        "reason_started": "S",
        "legal_status": "C2",
        "primary_need": "N1",
        "placement_type": "U4",
        "placement_provider": "PR1",
        "ended_on": None,
        "reason_ended": None,
        "reason_placement_changed": None,
        "home_postcode": "ZZ99 3WZ",
        "placement_postcode": "ZZ99 3VZ",
        "placement_urn": "1234567",
    },
    "reviews": {"child": CHILD, "date_of_birth": BORN, "reviewed_on": "01/02/2020", "participation": "PN1"},
    "uasc": {"child": CHILD, "sex": "1", "date_of_birth": BORN, "uasc_ceased_on": "14/03/2028"},
    "oc2": {
        "child": CHILD,
        "date_of_birth": BORN,
        "sdq_score": "12",
        "sdq_reason": None,
        "convicted": "0",
        "health_check": "1",
        "immunisations": "1",
        "teeth_check": "1",
        "health_assessment": "1",
        "substance_misuse": "0",
        "intervention_received": None,
        "intervention_offered": None,
    },
    "oc3": {
        "child": LEAVER,
        "date_of_birth": LEAVER_BORN,
        "in_touch": "YES",
        "activity": "F2",
        "accommodation": "U1",
    },
    "ad1": {
        "child": CHILD,
        "date_of_birth": BORN,
        "decided_on": "15/01/2020",
        "matched_on": "20/02/2020",
        "fostered_before": "0",
        "adopters": "2",
        "adopters_sex": "MF",
        "adopters_status": "L11",
    },
    "placed_for_adoption": {
        "child": CHILD,
        "date_of_birth": BORN,
        "placed_on": "15/01/2020",
        "ceased_on": None,
        "ceased_reason": None,
    },
    "previous_permanence": {
        "child": CHILD,
        "date_of_birth": BORN,
        "previous_order": "P2",
        "order_authority": "852",
        "order_made_on": "zz/05/2015",
    },
    "missing": {
        "child": CHILD,
        "date_of_birth": BORN,
        "category": "M",
        "started_on": "20/01/2020",
        "ended_on": "21/01/2020",
    },
    "sw_episodes": {
        "child": CHILD,
        "date_of_birth": BORN,
        "social_worker": "SW900001",
        "started_on": "20/01/2020",
        "ended_on": "21/01/2020",
        "reason": "MANAGE",
    },
    "dolo": {"child": CHILD, "date_of_birth": BORN, "started_on": "20/01/2020", "ended_on": "21/01/2020"},
}
BESIDE: dict[str, Sequence[Row]] = {
    "header": [GOOD["header"], {**GOOD["header"], "child": LEAVER, "date_of_birth": LEAVER_BORN, "upn": "UN1"}],
    "episodes": [GOOD["episodes"]],
}
YEARS = {"sw_episodes": "2023-24 Q4", "dolo": "2026-27 Q4"}
"""The quarter a table's row is right in, where it is not one of 2019-20."""
AFTER = {"2019-20 Q4": "01/04/2020", "2023-24 Q4": "01/04/2024", "2026-27 Q4": "01/04/2027"}
"""The first day after a quarter."""

WITH_BIRTH = [name for name in GOOD if name not in ("header", "episodes")]
SPANS = ("episodes", "missing", "sw_episodes", "dolo")
DATES = {
    "header": ["mothers_child_born_on"],
    "episodes": ["started_on", "ended_on"],
    "reviews": ["reviewed_on"],
    "ad1": ["decided_on", "matched_on"],
    "placed_for_adoption": ["placed_on", "ceased_on"],
    "missing": ["started_on", "ended_on"],
    "sw_episodes": ["started_on", "ended_on"],
    "dolo": ["started_on", "ended_on"],
}
CODES = {
    "header": ["sex", "ethnicity"],
    "episodes": [
        "reason_started",
        "legal_status",
        "primary_need",
        "placement_type",
        "placement_provider",
        "reason_placement_changed",
    ],
    "reviews": ["participation"],
    "uasc": ["sex"],
    "oc2": [],
    "oc3": ["in_touch", "activity"],
    "ad1": ["adopters_status"],
    "previous_permanence": ["previous_order"],
    "missing": ["category"],
    "sw_episodes": ["reason"],
}
GIVEN = {
    "header": ["sex", "date_of_birth", "ethnicity", "upn"],
    "episodes": ["started_on", "reason_started", "legal_status", "primary_need", "placement_type"],
    "reviews": ["reviewed_on", "participation"],
    "oc3": ["in_touch"],
    "ad1": ["decided_on"],
    "placed_for_adoption": ["placed_on"],
    "previous_permanence": ["previous_order"],
    "missing": ["category", "started_on"],
    "sw_episodes": ["social_worker", "started_on"],
    "dolo": ["started_on"],
}
FLAGS = {
    "header": ["mother"],
    "oc2": [
        "convicted",
        "health_check",
        "immunisations",
        "teeth_check",
        "health_assessment",
        "substance_misuse",
        "intervention_received",
        "intervention_offered",
    ],
    "ad1": ["fostered_before"],
}


def also(*rules: str) -> frozenset[str]:
    return frozenset(rules)


def each(columns: Mapping[str, Sequence[str]], ending: str, value: str | None) -> dict[tuple[str, str], Case]:
    """One case for each of some columns that share a rule."""
    return {(table, f"{name}_{ending}"): Case({name: value}) for table, names in columns.items() for name in names}


CASES: dict[tuple[str, str], Case] = {
    **{(table, "row_has_every_column"): Case({}, ragged=True) for table in GOOD},
    **{(table, "duplicate"): Case({}, beside={}) for table in GOOD},
    **{(table, "child_given"): Case({"child": None}) for table in GOOD},
    **{(table, "child_in_header"): Case({"child": "900009"}) for table in GOOD if table != "header"},
    **{(table, "date_of_birth_is_a_date"): Case({"date_of_birth": "2010-03-14"}) for table in ("header", *WITH_BIRTH)},
    **{(table, "date_of_birth_as_in_header"): Case({"date_of_birth": "15/03/2002"}) for table in WITH_BIRTH},
    **each(DATES, "is_a_date", "1/2"),
    **each(CODES, "in_code_set", "QQ"),
    **each(GIVEN, "given", None),
    **each(FLAGS, "is_yes_or_no", "perhaps"),
    **{
        (table, f"{name}_by_the_end_of_the_quarter"): Case({name: AFTER[YEARS.get(table, "2019-20 Q4")]})
        for table, names in DATES.items()
        for name in names
    },
    **{(table, "ended_not_before_started"): Case({"ended_on": "14/01/2020"}) for table in SPANS},
    **{
        (table, "ended_before_the_next"): Case({}, beside={"started_on": "16/01/2020"})
        for table in SPANS
        if table != "episodes"
    },
    **{
        (table, "only_the_last_is_open"): Case({}, beside={"started_on": "16/01/2020", "ended_on": None})
        for table in SPANS
        if table != "episodes"
    },
    ("episodes", "ended_before_the_next"): Case(
        {}, beside={"started_on": "01/01/2020", "ended_on": "16/01/2020", "reason_ended": "E8"}
    ),
    ("episodes", "only_the_last_is_open"): Case({}, beside={"started_on": "01/01/2020"}),
    **{
        (table, "started_not_before_birth"): Case({"started_on": "13/03/2010", "ended_on": None})
        for table in SPANS
    },
    ("header", "child_stands_once"): Case({}, beside={"ethnicity": "WIRI"}),
    ("header", "date_of_birth_by_the_end_of_the_quarter"): Case({"date_of_birth": "01/04/2020"}),
    ("header", "age_is_plausible"): Case({"date_of_birth": "14/03/1990"}),
    ("header", "upn_is_a_upn"): Case({"upn": "O207000016049"}, also=also("upn_check_letter_fits")),
    ("header", "upn_check_letter_fits"): Case({"upn": "Q207000016049"}),
    ("header", "upn_of_one_child"): Case({}, beside={"child": "900002"}),
    ("header", "mother_born_before_her_child"): Case({"mother": "1", "mothers_child_born_on": "14/03/2009"}),
    ("header", "mothers_child_born_on_given"): Case({"mother": "1.0"}),
    ("episodes", "started_before_the_18th_birthday"): Case(
        {}, companions={"header": [{**GOOD["header"], "date_of_birth": "15/01/2002"}]}
    ),
    ("episodes", "one_episode_begins_a_day"): Case({}, beside={"legal_status": "C1"}),
    ("episodes", "ended_on_given_with_its_reason"): Case({"reason_ended": "X1"}),
    ("episodes", "reason_ended_given_with_the_end"): Case({"ended_on": "20/02/2020"}),
    ("episodes", "x1_is_followed_at_once"): Case({"ended_on": "20/02/2020", "reason_ended": "X1"}),
    ("episodes", "reason_ended_in_code_set"): Case({"ended_on": "20/02/2020", "reason_ended": "E44"}),
    ("episodes", "home_postcode_is_a_postcode"): Case({"home_postcode": "ZZ99"}),
    ("episodes", "placement_postcode_is_a_postcode"): Case({"placement_postcode": "Southampton"}),
    ("episodes", "placement_urn_is_a_urn"): Case({"placement_urn": "SC1"}),
    ("reviews", "reviewed_not_before_birth"): Case(
        {"reviewed_on": "13/03/2010"}, also=also("reviewed_while_looked_after")
    ),
    ("reviews", "one_review_a_day"): Case({}, beside={"participation": "PN2"}),
    ("reviews", "reviewed_while_looked_after"): Case({"reviewed_on": "14/01/2020"}),
    ("reviews", "pn0_is_of_the_under_fours"): Case({"participation": "PN0"}),
    ("uasc", "child_stands_once"): Case({}, beside={"uasc_ceased_on": "13/03/2028"}),
    ("uasc", "uasc_ceased_on_is_a_date"): Case({"uasc_ceased_on": "at 18"}),
    ("uasc", "ceased_not_before_birth"): Case({"uasc_ceased_on": "13/03/2010"}),
    ("uasc", "ceased_by_the_18th_birthday"): Case({"uasc_ceased_on": "15/03/2028"}),
    ("oc2", "child_stands_once"): Case({}, beside={"sdq_score": "13"}),
    ("oc2", "sdq_score_is_a_number"): Case({"sdq_score": "high"}),
    ("oc2", "sdq_score_in_range"): Case({"sdq_score": "41"}),
    ("oc2", "sdq_reason_in_code_set"): Case({"sdq_score": None, "sdq_reason": "SDQ6"}),
    ("oc2", "sdq_score_or_its_reason"): Case({"sdq_reason": "SDQ4"}),
    ("oc3", "child_stands_once"): Case({}, beside={"in_touch": "NO"}),
    ("oc3", "age_of_a_care_leaver"): Case({"child": CHILD, "date_of_birth": BORN}),
    ("oc3", "accommodation_is_a_code"): Case({"accommodation": "01"}),
    ("ad1", "child_stands_once"): Case({}, beside={"fostered_before": "1"}),
    ("ad1", "decided_not_before_birth"): Case({"decided_on": "13/03/2010"}),
    ("ad1", "matched_not_before_decided"): Case({"matched_on": "14/01/2020"}),
    ("ad1", "adopters_is_a_number"): Case({"adopters": "two"}),
    ("ad1", "adopters_are_one_or_two"): Case({"adopters": "3"}),
    ("ad1", "adopters_sex_in_code_set"): Case({"adopters_sex": "XX"}),
    ("ad1", "adopters_sex_fits_their_number"): Case({"adopters": "1.0"}),
    ("placed_for_adoption", "placed_not_before_birth"): Case({"placed_on": "13/03/2010"}),
    ("placed_for_adoption", "ceased_not_before_placed"): Case({"ceased_on": "14/01/2020", "ceased_reason": "RD1"}),
    ("placed_for_adoption", "ceased_reason_in_code_set"): Case({"ceased_on": "20/02/2020", "ceased_reason": "XXX"}),
    ("placed_for_adoption", "ceased_reason_given_with_the_end"): Case({"ceased_on": "20/02/2020"}),
    ("previous_permanence", "child_stands_once"): Case({}, beside={"previous_order": "P1"}),
    ("previous_permanence", "order_authority_is_a_code"): Case({"order_authority": "Southampton"}),
    ("previous_permanence", "order_made_on_is_a_day"): Case({"order_made_on": "May 2015"}),
    ("previous_permanence", "order_told_of_earlier_permanence"): Case({"order_made_on": None}),
    ("missing", "missing_while_looked_after"): Case({"started_on": "14/01/2020"}),
    ("sw_episodes", "collected_in_the_year"): Case({}, quarter="2022-23 Q4"),
    ("dolo", "collected_in_the_year"): Case({}, quarter="2025-26 Q4"),
    ("dolo", "ordered_while_looked_after"): Case({"started_on": "14/01/2020"}),
}  # fmt: skip
ALSO = {
    ("reviews", "child_in_header"): also("reviewed_while_looked_after"),
    ("missing", "child_in_header"): also("missing_while_looked_after"),
    ("dolo", "child_in_header"): also("ordered_while_looked_after"),
    ("episodes", "ended_on_by_the_end_of_the_quarter"): also("reason_ended_given_with_the_end"),
    ("episodes", "ended_on_is_a_date"): also("reason_ended_given_with_the_end"),
    ("episodes", "ended_not_before_started"): also("reason_ended_given_with_the_end"),
    ("missing", "started_not_before_birth"): also("missing_while_looked_after"),
    ("dolo", "started_not_before_birth"): also("ordered_while_looked_after"),
    **{
        (table, "started_on_by_the_end_of_the_quarter"): also("ended_not_before_started")
        for table in SPANS
        if table != "episodes"
    },
    ("uasc", "date_of_birth_as_in_header"): also("ceased_by_the_18th_birthday"),
    ("ad1", "decided_on_by_the_end_of_the_quarter"): also("matched_not_before_decided"),
    ("placed_for_adoption", "ceased_on_is_a_date"): also("ceased_reason_given_with_the_end"),
    ("placed_for_adoption", "ceased_on_by_the_end_of_the_quarter"): also("ceased_reason_given_with_the_end"),
}
"""What the shared cases above break beside their rule, table by table."""


def rules_broken(table: str, rows: Sequence[Row], case: Case) -> list[list[str]]:
    """The rules rows of a table break, beside the header and an episode of the child unless the case has others."""
    companions = {**{name: others for name, others in BESIDE.items() if name != table}, **case.companions}
    if case.quarter == "2019-20 Q4":
        case = dataclasses.replace(case, quarter=YEARS.get(table, case.quarter))
    return broken(EXTRACT, table, rows, dataclasses.replace(case, companions=companions))


@pytest.mark.parametrize("table", GOOD)
def test_a_row_that_is_right_breaks_nothing(table: str) -> None:
    assert rules_broken(table, [GOOD[table]], Case({})) == [[]]


@pytest.mark.parametrize(("table", "rule"), CASES, ids=str)
def test_a_rule_is_found(table: str, rule: str) -> None:
    case = CASES[table, rule]
    rows = [{**GOOD[table], **case.change}]
    if case.beside is not None:
        rows.append({**GOOD[table], **case.change, **case.beside})
    assert set(rules_broken(table, rows, case)[-1]) == {rule, *case.also, *ALSO.get((table, rule), ())}


def test_no_rule_is_without_its_case() -> None:
    assert {(table.name, e.rule) for table in CONTRACTS[EXTRACT].tables for e in table.expectations} == set(CASES)


@pytest.mark.parametrize("table", [name for name in GOOD if name != "header"])
def test_what_needs_the_header_is_not_asked_where_none_was_delivered(table: str) -> None:
    row = {**GOOD[table], "child": "900009"}
    assert broken(EXTRACT, table, [row], Case({}, quarter=YEARS.get(table, "2019-20 Q4"))) == [[]]


@pytest.mark.parametrize(
    ("table", "column", "code", "quarter", "is_known"),
    [
        ("header", "sex", "1", "2023-24 Q4", True),
        ("header", "sex", "1", "2024-25 Q1", False),
        ("header", "sex", "m", "2023-24 Q4", False),
        ("header", "sex", "m", "2024-25 Q1", True),
        ("episodes", "placement_type", "H5", "2023-24 Q4", True),
        ("episodes", "placement_type", "H5", "2024-25 Q1", False),
        ("episodes", "placement_type", "K3", "2023-24 Q4", False),
        ("episodes", "placement_type", "K3", "2024-25 Q1", True),
        ("episodes", "reason_ended", "E43", "2017-18 Q4", True),
        ("episodes", "reason_ended", "E43", "2018-19 Q4", False),
        ("episodes", "reason_ended", "E45", "2017-18 Q4", False),
        ("episodes", "reason_ended", "E45", "2018-19 Q4", True),
    ],
)
def test_a_code_is_known_in_the_years_it_holds_for(
    table: str, column: str, code: str, quarter: str, is_known: bool
) -> None:
    [found] = broken(EXTRACT, table, [{**GOOD[table], column: code}], Case({}, quarter=quarter))
    assert (f"{column}_in_code_set" not in found) == is_known


@pytest.mark.parametrize(
    ("upn", "is_right"),
    [
        ("B801200005001", True),
        ("A801200005001", False),
        ("A950000178301", True),
        ("P207000016049", True),
        ("p207000016049", True),
        ("Q207000016049", False),
        ("P85212341901A", True),
        ("P85212341901B", False),
        ("UN1", True),
        ("UN8", False),
        ("P20700001604", False),
    ],
)
def test_a_upn_begins_with_its_check_letter(upn: str, is_right: bool) -> None:
    [found] = rules_broken("header", [{**GOOD["header"], "upn": upn}], Case({}))
    assert (not {"upn_is_a_upn", "upn_check_letter_fits"} & set(found)) == is_right


def test_two_children_without_a_upn_may_have_the_same_reason() -> None:
    rows = [{**GOOD["header"], "child": child, "upn": "UN1"} for child in (CHILD, LEAVER)]
    assert rules_broken("header", rows, Case({})) == [[], []]


def test_episodes_that_follow_each_other_are_right() -> None:
    first = {**GOOD["episodes"], "started_on": "01/01/2020", "ended_on": "15/01/2020", "reason_ended": "X1"}
    day_before = {**first, "ended_on": "14/01/2020"}
    for earlier in (first, day_before):
        assert rules_broken("episodes", [earlier, GOOD["episodes"]], Case({})) == [[], []]
    gap = {**first, "ended_on": "13/01/2020"}
    assert rules_broken("episodes", [gap, GOOD["episodes"]], Case({})) == [["x1_is_followed_at_once"], []]


def test_a_day_of_ceasing_may_lie_ahead_and_other_days_may_not() -> None:
    assert rules_broken("uasc", [{**GOOD["uasc"], "uasc_ceased_on": "01/04/2020"}], Case({})) == [[]]
