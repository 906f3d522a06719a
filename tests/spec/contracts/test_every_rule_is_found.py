"""Every rule of a contract, a case each: a row that is right, and the smallest change that breaks the rule.

Contracts of which there is more to say have a module of their own here, named after the extract. The rules
are named here and not read from the contracts, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assets.core.population_by_age import AGES
from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS, Case, Row, broken

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
    "exclusions": {
        "year": "201617",
        "level": "Local authority",
        "area_name": "Bristol",
        "school_type": "Total",
        "extra": '{"perm_excl": "20", "perm_excl_rate": "x"}',
    },
    "fingertips": {
        "indicator": "Children aged 10-11 years who have excess weight",
        "area": SOUTHAMPTON,
        "area_name": "Southampton",
        "period": "2017/18",
        "figure": "37.4",
        "count": "1,055",
        "denominator": "2820",
        "lower_95": "35.6",
        "upper_95": "39.2",
    },
    "population_by_age": {
        "area": "E01017241",
        "area_name": "Southampton 007B",
        "local_authority_name": "Southampton",
        "all_ages": "910.0",
        "extra": json.dumps({**dict.fromkeys(AGES, "10.0"), "0-17": "180.0", "None": ""}),
    },
    "deprivation": {
        "area": "E01017241",
        "area_name": "Southampton 007B",
        "local_authority_name": "Southampton",
        "local_authority_code": SOUTHAMPTON,
        "imd_score": "40.669",
        "imd_rank": "4323.0",
        "imd_decile": "2.0",
    },
    "small_area_lookup": {
        "area": "E01017241",
        "area_name": "Southampton 007B",
        "ward": "E05002466",
        "middle_area": "E02003555",
        "middle_area_name": "Southampton 007",
        "local_authority": SOUTHAMPTON,
        "local_authority_name": "Southampton",
    },
}


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
    ("exclusions", "row_has_every_column"): Case({}, ragged=True),
    ("exclusions", "duplicate"): Case({}, beside={}),
    ("exclusions", "figures_given_once"): Case({}, beside={"extra": '{"perm_excl": "21", "perm_excl_rate": "x"}'}),
    ("exclusions", "area_known"): Case({"level": "Region"}),
    ("exclusions", "period_known"): Case({"year": "201618"}),
    ("exclusions", "school_type_given"): Case({"school_type": None}),
    ("exclusions", "figures_given"): Case({"extra": None}),
    ("fingertips", "row_has_every_column"): Case({}, ragged=True),
    ("fingertips", "duplicate"): Case({}, beside={}),
    ("fingertips", "figure_given_once"): Case({}, beside={"figure": "37.5"}),
    ("fingertips", "indicator_given"): Case({"indicator": None}),
    ("fingertips", "area_given"): Case({"area": None}),
    ("fingertips", "area_is_a_code"): Case({"area": "Southampton"}),
    ("fingertips", "figure_or_symbol"): Case({"figure": None}),
    ("fingertips", "period_known"): Case({"period": "2017 Q4"}),
    ("fingertips", "count_is_a_number"): Case({"count": "about 1,000"}),
    ("fingertips", "denominator_is_a_number"): Case({"denominator": "unknown"}),
    ("fingertips", "intervals_are_numbers"): Case({"upper_998": "n/a"}),
    ("fingertips", "figure_within_its_interval"): Case({"lower_95": "38"}),
    ("population_by_age", "row_has_every_column"): Case({}, ragged=True),
    ("population_by_age", "duplicate"): Case({}, beside={}),
    ("population_by_age", "area_given_once"): Case({}, beside={"area_name": "Southampton 007C"}),
    ("population_by_age", "area_given"): Case({"area": None}),
    ("population_by_age", "area_is_a_code"): Case({"area": "Southampton 007B"}),
    ("population_by_age", "mid_year_told"): Case({}, quarter="latest"),
    ("population_by_age", "authority_known"): Case({"local_authority_name": "Wessex"}),
    ("population_by_age", "every_age_given"): Case({"extra": json.dumps(dict.fromkeys(AGES[:90], "10.0"))}),
    ("population_by_age", "ages_add_up"): Case({"all_ages": "911.0"}),
    ("population_by_age", "bands_agree"): Case({"extra": json.dumps({**dict.fromkeys(AGES, "10.0"), "0-17": "181"})}),
    ("deprivation", "row_has_every_column"): Case({}, ragged=True),
    ("deprivation", "duplicate"): Case({}, beside={}),
    ("deprivation", "area_given_once"): Case({}, beside={"imd_score": "40.67"}),
    ("deprivation", "area_given"): Case({"area": None}),
    ("deprivation", "area_is_a_small_area"): Case({"area": "W01000001"}),
    ("deprivation", "authority_known"): Case({"local_authority_name": "Wessex", "local_authority_code": None}),
    ("deprivation", "authority_by_code_and_name"): Case({"local_authority_code": "E06000044"}),
    ("deprivation", "rank_given"): Case({"imd_rank": None}, also=frozenset({"deciles_follow_ranks"})),
    ("deprivation", "deciles_follow_ranks"): Case({"imd_decile": "3.0"}),
    ("deprivation", "score_is_a_number"): Case({"imd_score": "high"}),
    ("small_area_lookup", "row_has_every_column"): Case({}, ragged=True),
    ("small_area_lookup", "duplicate"): Case({}, beside={}),
    ("small_area_lookup", "area_given_once"): Case({}, beside={"ward": "E05002467"}),
    ("small_area_lookup", "area_given"): Case({"area": None}),
    ("small_area_lookup", "area_is_a_small_area"): Case({"area": "Southampton 007B"}),
    ("small_area_lookup", "ward_given"): Case({"ward": None}),
    ("small_area_lookup", "ward_is_a_code"): Case({"ward": "Bitterne"}),
    ("small_area_lookup", "middle_area_is_a_code"): Case({"middle_area": "Southampton 007"}),
    ("small_area_lookup", "authority_given"): Case({"local_authority": None}),
    ("small_area_lookup", "authority_is_a_code"): Case({"local_authority": "Southampton"}),
}  # fmt: skip


@pytest.mark.parametrize("extract", GOOD)
def test_a_row_that_is_right_breaks_nothing(extract: str) -> None:
    assert broken(extract, None, [GOOD[extract]], Case({})) == [[]]


@pytest.mark.parametrize(("extract", "rule"), CASES, ids="-".join)
def test_a_rule_is_found(extract: str, rule: str) -> None:
    case = CASES[extract, rule]
    rows = [{**GOOD[extract], **case.change}]
    if case.beside is not None:
        rows.append({**GOOD[extract], **case.change, **case.beside})
    assert set(broken(extract, None, rows, case)[-1]) == {rule, *case.also}


@pytest.mark.parametrize("extract", CONTRACTS)
def test_no_rule_of_a_contract_is_without_its_case(extract: str) -> None:
    if Path(__file__).with_name(f"test_{extract}.py").is_file():
        return  # its cases are there, and the same is asked of them
    declared = {(extract, e.rule) for table in CONTRACTS[extract].tables for e in table.expectations}
    assert declared == {key for key in CASES if key[0] == extract}
