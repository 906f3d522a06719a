"""The `derived` block of a catalogue entry: what is refused, all at once and in words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from assets.marts.catalogue_model import Catalogue, CatalogueError, Indicator
from assets.marts.derived.compiler import sql_of
from assets.marts.derived.model import Derived
from assets.marts.derived.readable import check_derivations
from assets.marts.derived.words import words_of
from tests.derived import CATALOGUE, CONTRACTS, TABLES

ENTRY = {
    "id": "made_up", "title": "Made up", "agency": "council", "theme": "need", "unit": "count", "counted": "rows",
    "period_kind": "flow", "numerator": "Rows", "decimals": 0, "polarity": "neutral", "definition": "Rows.",
    "source": "made up",
}  # fmt: skip
FLOW = {"table": "referral", "kind": "flow", "date": "referred_on"}


def with_derived(**changes: Any) -> Catalogue:
    return Catalogue({"made_up": Indicator.model_validate({**ENTRY, "derived": {**FLOW, **changes}})})


def problems(**changes: Any) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        check_derivations(with_derived(**changes), CONTRACTS)
    return refused.value.problems


def test_the_shipped_catalogue_fits_the_tables_there_are() -> None:
    check_derivations(CATALOGUE, CONTRACTS)
    assert sum(entry.derived is not None for entry in CATALOGUE.values()) >= 35


def test_every_declaration_compiles_and_can_be_said_in_words() -> None:
    for entry in CATALOGUE.values():
        if entry.derived is not None:
            assert sql_of(entry.derived, TABLES).lstrip().startswith(("SELECT", "WITH"))
            assert len(words_of(entry.derived)) >= 2


def test_all_that_does_not_fit_is_told_at_once() -> None:
    found = problems(
        extracts=["ssda903"],
        date="refered_on",
        where=[
            {"column": "colour", "equals": "red"},
            {"not_inside": {"table": "nowhere", "started": "a", "ended": "b"}},
            {"age": {"start": "date_of_birth", "end": "period_end"}, "below": 18},
        ],
        by={"source": "sauce"},
    )
    assert sorted(found) == [
        "made_up: derived: referral does not come from ssda903",
        "made_up: derived: referral has no column colour",
        "made_up: derived: referral has no column date_of_birth",
        "made_up: derived: referral has no column refered_on",
        "made_up: derived: referral has no column sauce",
    ]


def test_a_table_that_is_not_there_is_named() -> None:
    assert problems(table="nowhere") == ["made_up: derived: there is no table nowhere"]


def test_a_breakdown_needs_a_column_or_a_child_to_look_it_up_by() -> None:
    found = problems(table="police_protection", date="taken_at", breakdowns=["sex", "ethnicity"])
    assert found == ["made_up: derived: police_protection has neither ethnicity nor a child_id to look ethnicity up by"]


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({**FLOW, "date": None}, "a flow needs the `date`"),
        ({**FLOW, "kind": "snapshot"}, "a snapshot is taken between"),
        ({**FLOW, "kind": "rolling"}, "over how many `months`"),
        ({**FLOW, "months": 12}, "over how many `months`"),
        ({**FLOW, "breakdowns": ["colour"]}, "colour is no breakdown"),
        ({**FLOW, "where": [{"column": "source"}]}, "put to no test"),
        ({**FLOW, "where": [{"equals": "red"}]}, "one subject"),
        ({**FLOW, "where": [{"column": "a", "age": {"start": "a", "end": "b"}, "below": 1}]}, "one subject"),
        ({**FLOW, "where": [{"earlier": {"order": "a"}, "equals": 1}]}, "no further test"),
        ({**FLOW, "where": [{"months": {"start": "a", "end": "b"}, "below": 3}]}, "tested by at_least"),
        ({**FLOW, "numerator": {"sum": "a", "different": ["b"]}}, "not both"),
        ({**FLOW, "sql": "SELECT 1"}, "Extra inputs"),
    ],
)
def test_a_block_that_does_not_hang_together_is_refused(block: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Derived.model_validate(block)


def test_how_far_a_figure_looks_back_follows_from_what_it_asks() -> None:
    def reach(indicator: str) -> tuple[int, int, int, int]:
        derived = CATALOGUE[indicator].derived
        assert derived is not None
        return derived.look_back_months, derived.look_back_days, derived.months_to_the_end, derived.years_back

    assert reach("cin_open") == (0, 0, 0, 0)
    assert reach("cin_rereferrals_12m") == (12, 0, 0, 1)
    assert reach("cpp_repeat_2y") == (24, 0, 0, 2)
    assert reach("missing_persons_3plus_90d") == (0, 89, 0, 1)
    assert reach("lac_placements_3plus") == (0, 0, 12, 1)
    assert reach("cpp_repeat_ever")[:3] == (0, 0, 0)
