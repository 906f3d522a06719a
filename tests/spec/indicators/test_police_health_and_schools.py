"""Figures of police, health and education: what counts, clause by clause."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.derived import Row, Scene, counted
from tests.homes import PORTSMOUTH, SOUTHAMPTON

Q1, Q3, Q4 = "2019-20 Q1", "2019-20 Q3", "2019-20 Q4"
PERSON: Row = {"police_person_ref": "P1", "date_of_birth": "2006-03-14", "sex": "F"}
MISSING: Row = {**PERSON, "category": "missing", "la_of_residence": SOUTHAMPTON}


def episodes(*rows: Row, indicator: str = "missing_episodes_u18") -> float | None:
    return counted(indicator, Q4, "missing_episodes", missing_episode=rows).numerator


def test_an_episode_is_one_of_category_missing() -> None:
    at = {"reported_at": "2020-01-06 21:30:00"}
    kinds = ("missing", "absent", "no apparent risk")
    assert episodes(*({**MISSING, **at, "category": kind} for kind in kinds)) == 1


def test_an_18th_birthday_on_the_day_of_an_episode_is_not_under_18() -> None:
    at = {"reported_at": "2020-03-31 00:10:00"}
    assert episodes({**MISSING, **at, "date_of_birth": "2002-03-31"}) == 0
    assert episodes({**MISSING, **at, "date_of_birth": "2002-04-01"}) == 1


def test_a_birthday_of_29_february_falls_on_1_march_in_other_years() -> None:
    born = {**MISSING, "date_of_birth": "2004-02-29"}
    rows = [{**born, "reported_at": f"2022-{day} 12:00:00"} for day in ("02-28", "03-01")]
    assert counted("missing_episodes_u18", "2021-22 Q4", "missing_episodes", missing_episode=rows).numerator == 1


def test_a_row_of_another_area_does_not_count_for_the_area_it_was_sent_for() -> None:
    at = {"reported_at": "2020-01-06 21:30:00"}
    assert episodes({**MISSING, **at}, {**MISSING, **at, "la_of_residence": PORTSMOUTH}) == 1


def three_times(first: str, *of_this_year: str) -> float | None:
    scene = Scene()
    scene.deliver("missing_episodes", "2018-19 Q4", missing_episode=[{**MISSING, "reported_at": f"{first} 23:00:00"}])
    rows = [{**MISSING, "reported_at": f"{day} 01:00:00"} for day in of_this_year]
    scene.deliver("missing_episodes", Q1, missing_episode=rows)
    scene.make(Q1)
    return scene.figure("missing_persons_3plus_90d", Q1).numerator


def test_three_episodes_over_a_quarters_edge_count_at_89_days_and_not_at_90() -> None:
    assert three_times("2019-03-01", "2019-04-10", "2019-05-29") == 1
    assert three_times("2019-03-01", "2019-04-10", "2019-05-30") == 0


def test_a_child_with_two_such_windows_counts_once() -> None:
    assert three_times("2019-03-01", "2019-04-10", "2019-05-20", "2019-06-01") == 1


def test_the_last_of_the_three_must_be_in_the_quarter() -> None:
    assert three_times("2019-03-01", "2019-04-10") == 0


OUTCOME: Row = {**PERSON, "outcome_date": "2020-02-14", "outcome_type": "youth caution", "la_of_residence": SOUTHAMPTON}


ENTRANTS = "fte_youth_justice"


def entrants(scene: Scene, *rows: Row) -> float | None:
    scene.deliver("youth_outcomes", Q4, youth_outcome=rows)
    scene.make(Q4)
    return scene.figure(ENTRANTS, Q4).numerator


def test_what_the_force_states_of_a_first_outcome_wins() -> None:
    stated = [{**OUTCOME, "first_outcome": False}, {**OUTCOME, "police_person_ref": "P2", "first_outcome": True}]
    assert entrants(Scene(ENTRANTS), *stated) == 1


def test_a_blank_is_first_where_no_delivery_holds_an_earlier_one() -> None:
    assert entrants(Scene(ENTRANTS), {**OUTCOME, "first_outcome": None}) == 1


def test_a_blank_is_not_first_where_an_older_delivery_of_another_area_holds_one() -> None:
    scene = Scene()
    older = {**OUTCOME, "outcome_date": "2017-05-02", "la_of_residence": PORTSMOUTH}
    scene.deliver("youth_outcomes", "2017-18 Q4", PORTSMOUTH, youth_outcome=[older])
    assert entrants(scene, {**OUTCOME, "first_outcome": None}) == 0


def test_a_first_outcome_older_than_the_extract_is_known_only_where_it_is_stated() -> None:
    assert entrants(Scene(ENTRANTS), {**OUTCOME, "first_outcome": False}) == 0
    assert entrants(Scene(ENTRANTS), {**OUTCOME, "first_outcome": None}) == 1


def test_entrants_are_aged_10_to_17_at_the_outcome() -> None:
    born = ("2010-02-15", "2010-02-14", "2002-02-15", "2002-02-14")
    rows = [{**OUTCOME, "police_person_ref": f"P{n}", "date_of_birth": day} for n, day in enumerate(born)]
    assert entrants(Scene(ENTRANTS), *rows) == 2


def test_first_outcomes_are_of_the_twelve_months_to_the_quarters_end() -> None:
    scene = Scene(ENTRANTS)
    for quarter, days in (("2018-19 Q4", ("2018-06-30", "2018-07-01", "2019-03-31")), (Q1, ("2019-06-30",))):
        rows = [{**OUTCOME, "police_person_ref": day, "outcome_date": day, "first_outcome": True} for day in days]
        scene.deliver("youth_outcomes", quarter, youth_outcome=rows)
    scene.make(Q1)
    assert scene.figure(ENTRANTS, Q1).numerator == 3


def test_an_entrant_rate_without_its_population_keeps_its_count_and_names_the_edition() -> None:
    scene = Scene(ENTRANTS)
    entrants(scene, {**OUTCOME, "first_outcome": True})
    figure = scene.figure(ENTRANTS, Q4)
    assert (figure.status, figure.numerator) == ("missing", 1)
    assert figure.reason == "no population 10-17 of mid-2018 is held for Southampton"


def entrants_per_100000(*areas: Row, looked_up: Sequence[str] = (), band: int | None = None) -> str | None:
    """The printed rate of one entrant of 2019-20 Q1, where mid-2017 populations of 100 at each age 10-17 are held."""
    scene = Scene(ENTRANTS)
    hold = "INSERT INTO core.population_by_age BY NAME SELECT ? AS area, ? AS local_authority, ? AS is_small_area, "
    hold += "2017 AS mid_year, unnest(range(90)) AS age, 100 AS persons, 'mid-2017' AS quarter"
    for area in areas:
        scene.connection.execute(hold, [area["area"], area.get("authority"), "authority" in area])
    for name in looked_up:
        scene.connection.execute(
            "INSERT INTO core.small_area (area, local_authority) VALUES (?, ?)", [name, SOUTHAMPTON]
        )
    if band is not None:
        scene.populate(2017, band, band="10-17")
    scene.deliver("youth_outcomes", "2018-19 Q4")
    scene.deliver(
        "youth_outcomes", Q1, youth_outcome=[{**OUTCOME, "outcome_date": "2019-05-01", "first_outcome": True}]
    )
    scene.make(Q1)
    return scene.figure(ENTRANTS, Q1).printed


def test_a_population_of_a_band_is_the_sum_of_its_single_years_where_no_file_of_bands_holds_it() -> None:
    own = {"area": SOUTHAMPTON}
    assert entrants_per_100000(own) == "125"
    assert entrants_per_100000(own, band=1000) == "100"
    assert entrants_per_100000({"area": "E06000044"}) is None


def test_small_areas_are_added_up_only_where_all_of_an_authoritys_are_held() -> None:
    one, two = ({"area": f"E0100000{n}", "authority": SOUTHAMPTON} for n in (1, 2))
    names = [one["area"], two["area"]]
    # One of 1,600 persons: 62.5, rounded half up.
    assert entrants_per_100000(one, two, looked_up=names) == "63"
    assert entrants_per_100000(one, looked_up=names) is None
    assert entrants_per_100000(one, two) is None


TAKEN: Row = {
    **PERSON,
    "la": SOUTHAMPTON,
    "taken_at": "2020-01-31 21:30:00",
    "occurrence_ref": "O1",
    "family_ref": "F1",
}


def test_police_protection_is_counted_by_child_by_use_and_by_family() -> None:
    rows = [
        TAKEN,
        {**TAKEN, "police_person_ref": "P2"},
        {**TAKEN, "occurrence_ref": "O2", "taken_at": "2020-03-01 10:00:00"},
        {**TAKEN, "police_person_ref": "P3", "family_ref": None},
    ]
    names = ("police_protection", "police_protection_uses", "police_protection_families")
    found = [counted(name, Q4, "police_protection", police_protection=rows).numerator for name in names]
    assert found == [3, 4, 2]


def test_the_years_figure_is_a_row_of_its_own() -> None:
    scene = Scene()
    rows = [TAKEN, {**TAKEN, "taken_at": "2019-05-01 10:00:00", "occurrence_ref": "O2"}]
    scene.deliver("police_protection", Q4, police_protection=rows)
    scene.make(Q4)
    found = [scene.figure("police_protection", period).numerator for period in ("2019-20", Q4, Q1)]
    assert found == [1, 1, 1]


def test_self_harm_attendances_are_of_people_under_18_marked_as_such() -> None:
    row = {
        "nhs_number": "9990000018",
        "date_of_birth": "2006-03-14",
        "arrived_at": "2020-02-01 03:00:00",
        "self_harm": True,
    }
    rows = [row, row, {**row, "self_harm": False}, {**row, "date_of_birth": "2002-02-01"}]
    figure = counted("self_harm_attendances_u18", Q4, "emergency_attendances", emergency_attendance=rows)
    assert figure.numerator == 2


def test_the_wait_is_the_mean_from_referral_to_first_contact() -> None:
    rows = [
        {"referral_received_on": "2020-01-01", "first_contact_on": day} for day in ("2020-01-31", "2020-02-10", None)
    ]
    figure = counted("camhs_wait_days", Q4, "camhs_referrals", camhs_referral=rows)
    assert (figure.numerator, figure.denominator, figure.printed) == (70, 2, "35.0")


def test_a_health_assessment_on_its_day_is_in_time_and_one_not_done_is_not() -> None:
    rows = [{"due_on": "2020-02-14", "completed_on": day} for day in ("2020-02-14", "2020-02-15", None)]
    figure = counted("lac_health_assessments_in_time", Q4, "looked_after_health", looked_after_health_assessment=rows)
    assert (figure.numerator, figure.denominator) == (1, 3)


def test_home_education_that_ended_on_the_last_day_has_ended() -> None:
    child = {"education_child_ref": "ED1", "started_on": "2018-09-03", "la_of_residence": SOUTHAMPTON}
    rows = [child, {**child, "education_child_ref": "ED2", "ended_on": "2020-03-31"}]
    figure = counted("elective_home_education", Q4, "elective_home_education", elective_home_education=rows)
    assert figure.numerator == 1


PUPIL: Row = {
    "pupil_ref": "on 1", "native_id": "S1", "date_of_birth": "2009-01-31", "enrolment_status": "C",
    "sessions_possible": 130, "authorised": 5, "unauthorised": 8, "missed": 13,
}  # fmt: skip


def absence(indicator: str, *pupils: Row, quarter: str = Q4, **part: str) -> tuple[float | None, ...]:
    scene = Scene(indicator)
    scene.deliver("schools", quarter, school=[
        {"native_id": "S1", "phase": "secondary"}, {"native_id": "S2", "phase": "primary"},
        {"native_id": "S3", "phase": "all_through"},
    ])  # fmt: skip
    scene.deliver("school_census", quarter, school_enrolment=pupils)
    scene.make(quarter)
    term = {Q4: "2019-20 Autumn term", Q3: "2018-19 Summer term", Q1: "2018-19 Spring term"}[quarter]
    figure = scene.figure(indicator, term, **(part or {"phase": "secondary"}))
    return figure.numerator, figure.denominator


def test_exactly_ten_per_cent_of_a_pupils_own_sessions_is_persistent_absence() -> None:
    assert absence("absence_persistent_10pct", PUPIL) == (1, 1)
    assert absence("absence_persistent_10pct", {**PUPIL, "missed": 12}) == (0, 1)


def test_absence_is_sessions_missed_of_those_possible() -> None:
    pupils = [PUPIL, {**PUPIL, "sessions_possible": 70, "missed": 0, "authorised": 0, "unauthorised": 0}]
    found = [absence(f"absence_{kind}", *pupils) for kind in ("overall", "authorised", "unauthorised")]
    assert found == [(13, 200), (5, 200), (8, 200)]


@pytest.mark.parametrize(("status", "counts"), [("C", 1), ("M", 1), (None, 1), ("S", 0), ("G", 0)])
def test_a_subsidiary_registration_is_no_enrolment_here(status: str | None, counts: int) -> None:
    both = [PUPIL, {**PUPIL, "enrolment_status": status}]
    assert absence("absence_persistent_10pct", *both)[1] == 1 + counts


def test_without_possible_sessions_there_is_no_enrolment() -> None:
    assert absence("absence_persistent_10pct", PUPIL, {**PUPIL, "sessions_possible": 0})[1] == 1


@pytest.mark.parametrize(
    ("born", "phase"),
    [
        ("2014-08-31", "primary"),
        ("2014-09-01", "nursery_4yo"),
        ("2015-08-31", "nursery_4yo"),
        ("2009-09-01", "primary"),
    ],
)
def test_pupils_are_aged_5_to_15_on_31_august_and_those_of_four_are_apart(born: str, phase: str) -> None:
    assert absence("absence_overall", {**PUPIL, "native_id": "S2", "date_of_birth": born}, phase=phase) == (13, 130)


def test_four_year_olds_are_counted_overall_only() -> None:
    with pytest.raises(LookupError):
        absence("absence_authorised", {**PUPIL, "date_of_birth": "2015-08-31"}, phase="nursery_4yo")


def test_a_pupil_of_16_on_31_august_is_not_counted() -> None:
    with pytest.raises(LookupError):
        absence("absence_overall", {**PUPIL, "date_of_birth": "2003-08-31"})


def test_for_the_summer_term_ages_are_those_at_the_31_august_before_its_school_year() -> None:
    pupil = {**PUPIL, "native_id": "S2", "date_of_birth": "2013-08-31"}
    assert absence("absence_overall", pupil, phase="primary", quarter=Q3) == (13, 130)
    later = {**pupil, "date_of_birth": "2013-09-01"}
    assert absence("absence_overall", later, phase="nursery_4yo", quarter=Q3) == (13, 130)


@pytest.mark.parametrize("part", [{"sex": "F"}, {"age_band": "10-15"}, {"ethnicity": "WBRI"}], ids=str)
def test_absence_by_a_characteristic_is_that_of_all_phases_but_for_those_of_four(part: dict[str, str]) -> None:
    # Born on 1 September 2009: nine on 31 August, ten on the census day.
    girl = {**PUPIL, "sex": "F", "ethnicity": "WBRI"}
    pupils = [
        girl,
        {**girl, "native_id": "S2"},
        {**girl, "sex": "M", "ethnicity": "AIND", "date_of_birth": "2009-09-01"},
        {**girl, "date_of_birth": "2015-08-31"},
    ]
    assert absence("absence_overall", *pupils, **part) == (26, 260)


def test_a_phase_without_pupils_has_no_row() -> None:
    with pytest.raises(LookupError):
        absence("absence_overall", PUPIL, phase="primary")


def test_suspensions_and_permanent_exclusions_are_those_of_the_term() -> None:
    row = {"pupil_ref": "on 1", "started_on": "2019-10-07", "category": "SUSP"}
    rows = [row, {**row, "category": "LNCH"}, {**row, "category": "PERM"}, {**row, "started_on": "2020-01-06"}]
    scene = Scene()
    scene.deliver("school_census", Q4, school_exclusion=rows)
    scene.make(Q4)
    found = [scene.figure(name, "2019-20 Autumn term").numerator for name in ("suspensions", "permanent_exclusions")]
    assert found == [2, 1]


YOUNG: Row = {"academic_age": 16, "cohort_status": "P", "activity_code": "210", "lead_la": SOUTHAMPTON}


def months(*given: tuple[str, str]) -> list[Row]:
    return [
        {**YOUNG, "young_person_id": f"Y{number}", "month_end": month, "activity_code": code}
        for number, (month, code) in enumerate(given)
    ]


def test_the_fourth_quarter_adds_december_of_the_third_quarters_delivery_january_and_february() -> None:
    scene = Scene()
    scene.deliver("participation", Q3, participation_month=months(("2019-12-31", "619"), ("2019-12-31", "210")))
    scene.deliver(
        "participation", Q4,
        participation_month=months(
            ("2020-01-31", "210"), ("2020-02-29", "810"), ("2020-02-29", "210"), ("2020-03-31", "619")
        ),
    )  # fmt: skip
    scene.make(Q4)
    figure = scene.figure("neet_or_nk_16_17", Q4)
    assert (figure.numerator, figure.denominator) == (2, 5)


def test_other_quarters_take_their_last_month() -> None:
    rows = months(("2019-10-31", "619"), ("2019-12-31", "619"), ("2019-12-31", "210"))
    figure = counted("neet_or_nk_16_17", Q3, "participation", participation_month=rows)
    assert (figure.numerator, figure.denominator) == (1, 2)


def test_a_fourth_quarter_without_december_is_missing() -> None:
    rows = months(("2020-01-31", "619"), ("2020-02-29", "619"))
    figure = counted("neet_or_nk_16_17", Q4, "participation", participation_month=rows)
    assert (figure.status, figure.reason) == ("missing", "no delivery covers every month of 2019-20 Q4")


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({"activity_code": "540"}, (1, 1)),
        ({"activity_code": "550"}, (1, 1)),
        ({"activity_code": "830"}, (1, 1)),
        ({"activity_code": "530"}, (0, 1)),
        ({"activity_code": "710"}, (0, 0)),
        ({"activity_code": "720"}, (0, 0)),
        ({"activity_code": "619", "academic_age": 18}, (0, 0)),
        ({"activity_code": "619", "academic_age": 17}, (1, 1)),
        ({"activity_code": "619", "cohort_status": "T"}, (0, 0)),
    ],
)
def test_who_is_in_the_cohort_and_who_of_it_is_counted(changed: Row, counts: tuple[int, int]) -> None:
    rows = [{**YOUNG, "young_person_id": "Y1", "month_end": "2019-12-31", **changed}]
    figure = counted("neet_or_nk_16_17", Q3, "participation", participation_month=rows)
    assert (figure.numerator, figure.denominator) == counts


def test_the_spring_term_is_told_by_the_first_quarters_census_and_needs_no_history() -> None:
    assert absence("absence_overall", PUPIL, quarter=Q1) == (13, 130)
