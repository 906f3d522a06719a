"""Every rule of every contract, a case each: a row that is right, and the smallest change that breaks the rule.

The rules are named here and not read from the contracts, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import polars as pl
import pytest

from assets.core.validation import JUDGED, Unit, stage_rows
from assets.marts.catalogue_model import Catalogue
from expectations.contract import ContractRegistry
from expectations.ddl import raw_columns
from tests.homes import SOUTHAMPTON
from warehouse.connection import migrate

CONTRACTS, CATALOGUE = ContractRegistry.load(), Catalogue.load()
Row = Mapping[str, str | None]

GOOD: dict[str, Row] = {
    "missing_episodes": {
        "occurrence_ref": "44200000101",
        "police_person_ref": "P900001",
        "forename": "Testina",
        "surname": "Example",
        "date_of_birth": "2006-03-14",
        "sex": "f",
        "home_postcode": "ZZ99 3WZ",
        "la_of_residence": SOUTHAMPTON,
        "reported_at": "2020-01-31T21:30:00",
        "returned_at": "2020-02-01 07:15",
        "category": "Missing",
        "risk_level": "medium",
        "looked_after": "N",
        "found_location_type": None,
    },
    "indicator_return": {
        "indicator": "Number of Single Assessme nts (SA) complete d within 45 days",
        "period": "Q4 201 9-20",
        "value": "849",
    },
    "population": {
        "area": SOUTHAMPTON,
        "area_name": "Southampton",
        "age_band": "0-17",
        "mid_year": "2018",
        "edition": "first_release",
        "value": "50832",
        "half_width": None,
        "effective_from": None,
        "source": "Office for National Statistics",
    },
    "education_statistics": {
        "time_period": "2019",
        "geographic_level": "Regional",
        "region_code": "E12000008",
        "region_name": "South East",
        "extra": '{"category": "Children in Need", "At31_episodes": "53430"}',
    },
    "statistical_neighbours": {
        "model_version": "2021-04",
        "old_la_code": "852",
        "la_name": "Southampton",
        "rank": "1",
        "neighbour_old_la_code": "851",
        "neighbour_name": "Portsmouth",
    },
    "lait": {
        "measure": "Section_47",
        "years": "2019",
        "area_name": "Southampton",
        "figure": "347.2",
        "la_number": "852.0",
        "region": "South East",
    },
    "population_by_vintage": {
        "time_period": "2019",
        "geographic_level": "Local authority",
        "region_name": "South East",
        "old_la_code": "852",
        "new_la_code": SOUTHAMPTON,
        "la_name": "Southampton",
        "pop_original": "50832.0",
        "half_width": "2.8",
        "mye_year": "2018",
        "pop_rebased_2024ed": "49331",
    },
}


@dataclass(frozen=True)
class Case:
    """Changes to the good row (or a second row beside it) that break one rule; `also` names those broken with it."""

    change: Row
    beside: Row | None = None
    also: frozenset[str] = frozenset()
    layout: str = "quarters_across"
    ragged: bool = False


PERCENT = "Percentage of Single Assessments (SA) completed within 45 days"
RATE = "Rate of Looked after Children (LAC) per 10,000 at period end"
CASES: dict[tuple[str, str], Case] = {
    ("missing_episodes", "row_has_every_column"): Case({}, ragged=True),
    ("missing_episodes", "duplicate"): Case({}, beside={}),
    ("missing_episodes", "occurrence_ref_given"): Case({"occurrence_ref": "  "}),
    ("missing_episodes", "occurrence_ref_names_one_episode"): Case({}, beside={"police_person_ref": "P900002"}),
    ("missing_episodes", "police_person_ref_given"): Case({"police_person_ref": None}),
    ("missing_episodes", "date_of_birth_is_a_date"): Case({"date_of_birth": "14/03/2006"}),
    ("missing_episodes", "date_of_birth_given"): Case({"date_of_birth": None}),
    ("missing_episodes", "sex_in_code_set"): Case({"sex": "1"}),
    ("missing_episodes", "la_of_residence_is_a_gss_code"): Case(
        {"la_of_residence": "Southampton"}, also=frozenset({"la_of_residence_is_the_delivery_area"})
    ),
    ("missing_episodes", "la_of_residence_is_the_delivery_area"): Case({"la_of_residence": "E06000044"}),
    ("missing_episodes", "reported_at_given"): Case({"reported_at": None}),
    ("missing_episodes", "reported_at_is_a_time"): Case({"reported_at": "2020-02-30T21:30:00"}),
    ("missing_episodes", "reported_by_the_end_of_the_quarter"): Case(
        {"reported_at": "2020-04-01T00:00:00", "returned_at": None}
    ),
    ("missing_episodes", "returned_at_is_a_time"): Case({"returned_at": "next morning"}),
    ("missing_episodes", "returned_not_before_reported"): Case({"returned_at": "2020-01-31T21:29:59"}),
    ("missing_episodes", "reported_not_before_birth"): Case({"date_of_birth": "2020-02-14"}),
    ("missing_episodes", "category_given"): Case({"category": None}),
    ("missing_episodes", "category_in_code_set"): Case({"category": "runaway"}),
    ("missing_episodes", "looked_after_is_yes_or_no"): Case({"looked_after": "perhaps"}),
    ("indicator_return", "row_has_every_column"): Case({}, ragged=True),
    ("indicator_return", "row_placed"): Case({"indicator": "a line between tables"}, layout="unplaced"),
    ("indicator_return", "indicator_known"): Case({"indicator": "Number of Single Asessments"}),
    ("indicator_return", "period_known"): Case({"period": "Q5 2019-20"}),
    ("indicator_return", "period_not_after_the_delivery"): Case({"period": "Q1 2020-21"}),
    ("indicator_return", "value_readable"): Case({"value": "see email"}),
    ("indicator_return", "count_is_a_whole_number"): Case({"value": "84.5"}),
    ("indicator_return", "numerator_is_a_whole_number"): Case(
        {"indicator": PERCENT, "numerator": "84.5", "value": "78.5"}, layout="flat"
    ),
    ("indicator_return", "value_not_negative"): Case({"value": "-1"}),
    ("indicator_return", "percentage_at_most_100"): Case({"indicator": PERCENT, "value": "849%"}),
    ("indicator_return", "count_at_most_its_base"): Case(
        {"indicator": PERCENT, "numerator": "849", "denominator": "848", "value": "78.5"}, layout="flat"
    ),
    ("indicator_return", "percent_sign_belongs"): Case({"value": "84 %"}),
    ("indicator_return", "percent_sign_given"): Case({"indicator": PERCENT, "value": "78.5"}),
    ("indicator_return", "figure_repeated"): Case(
        {}, beside={"indicator": "Number of Single Assessments (SA) completed within 45 days"}
    ),
    ("indicator_return", "figure_given_one_value"): Case({}, beside={"value": "850"}),
    ("education_statistics", "row_has_every_column"): Case({}, ragged=True),
    ("education_statistics", "duplicate"): Case({}, beside={}),
    ("education_statistics", "area_known"): Case({"geographic_level": "School"}),
    ("education_statistics", "period_known"): Case({"time_period": "201821"}),
    ("education_statistics", "figures_given"): Case({"extra": None}),
    ("statistical_neighbours", "row_has_every_column"): Case({}, ragged=True),
    ("statistical_neighbours", "duplicate"): Case({}, beside={}),
    ("statistical_neighbours", "model_is_a_month"): Case({"model_version": "April 2021"}),
    ("statistical_neighbours", "authority_is_a_code"): Case({"old_la_code": "Southampton"}),
    ("statistical_neighbours", "neighbour_is_a_code"): Case({"neighbour_old_la_code": "E06000044"}),
    ("statistical_neighbours", "neighbour_is_another"): Case({"neighbour_old_la_code": "852"}),
    ("statistical_neighbours", "rank_given"): Case({"rank": None}),
    ("statistical_neighbours", "rank_is_of_ten"): Case({"rank": "11"}),
    ("lait", "row_has_every_column"): Case({}, ragged=True),
    ("lait", "duplicate"): Case({}, beside={}),
    ("lait", "figure_given_once"): Case({}, beside={"figure": "347.3"}),
    ("lait", "measure_given"): Case({"measure": None}, also=frozenset({"period_known"})),
    ("lait", "area_known"): Case({"la_number": "999.0", "area_name": "Wessex"}),
    ("lait", "figure_or_symbol"): Case({"figure": "n.a."}),
    ("lait", "period_known"): Case({"years": "0"}),
    ("population_by_vintage", "row_has_every_column"): Case({}, ragged=True),
    ("population_by_vintage", "duplicate"): Case({}, beside={}),
    ("population_by_vintage", "area_known"): Case({"geographic_level": "Regional", "region_name": "Wessex"}),
    ("population_by_vintage", "mid_year_is_a_year"): Case({"mye_year": "201819"}),
    ("population_by_vintage", "some_population_given"): Case({"pop_original": None, "pop_rebased_2024ed": None}),
    ("population", "row_has_every_column"): Case({}, ragged=True),
    ("population", "duplicate"): Case({}, beside={}),
    ("population", "population_given_once"): Case({}, beside={"value": "50833"}),
    ("population", "area_is_a_gss_code"): Case({"area": "Southampton"}),
    ("population", "age_band_is_a_range"): Case({"age_band": "under 18"}),
    ("population", "mid_year_given"): Case({"mid_year": None}),
    ("population", "mid_year_is_a_year"): Case({"mid_year": "201819"}),
    ("population", "edition_known"): Case({"edition": "latest"}),
    ("population", "value_given"): Case({"value": None}),
    ("population", "value_is_a_number"): Case({"value": "50 thousand"}),
    ("population", "value_is_positive"): Case({"value": "0"}),
    ("population", "effective_from_is_a_date"): Case({"effective_from": "1 July 2019"}),
    ("population", "inferred_says_how_far"): Case({"edition": "first_release_inferred"}),
}  # fmt: skip


def broken(extract: str, rows: list[Row], layout: str, ragged: bool) -> list[list[str]]:
    """The rules each row breaks, by the way a delivery takes from raw to quarantine."""
    contract = CONTRACTS[extract]
    table = contract.tables[0]
    names = [name for name in raw_columns(table) if name != "ragged"]
    records = [
        {
            **dict.fromkeys(names),
            **row,
            "receipt_id": "R000001",
            "area_code": SOUTHAMPTON,
            "agency": contract.agencies[0],
            "quarter": "2019-20 Q4",
            "row_number": number,
            "location": str(number),
            "ragged": ragged,
            "layout": layout,
        }
        for number, row in enumerate(rows, start=1)
    ]
    types = {"row_number": pl.Int64, "ragged": pl.Boolean}
    raw = pl.DataFrame(records, schema={name: types.get(name, pl.String) for name in (*names, "ragged", "layout")})
    with duckdb.connect() as connection:
        migrate(connection)
        stage_rows(connection, Unit(contract, table, "2019-20 Q4", (SOUTHAMPTON,)), raw, CATALOGUE)
        return [found for (found,) in connection.execute(f"SELECT broken FROM {JUDGED} ORDER BY row_number").fetchall()]


@pytest.mark.parametrize("extract", GOOD)
def test_a_row_that_is_right_breaks_nothing(extract: str) -> None:
    assert broken(extract, [GOOD[extract]], "quarters_across", ragged=False) == [[]]


@pytest.mark.parametrize(("extract", "rule"), CASES, ids="-".join)
def test_a_rule_is_found(extract: str, rule: str) -> None:
    case = CASES[extract, rule]
    rows = [{**GOOD[extract], **case.change}]
    if case.beside is not None:
        rows.append({**GOOD[extract], **case.change, **case.beside})
    assert set(broken(extract, rows, case.layout, case.ragged)[-1]) == {rule, *case.also}


@pytest.mark.parametrize("extract", CONTRACTS)
def test_no_rule_of_a_contract_is_without_its_case(extract: str) -> None:
    declared = {(extract, e.rule) for table in CONTRACTS[extract].tables for e in table.expectations}
    assert declared == {key for key in CASES if key[0] == extract}
