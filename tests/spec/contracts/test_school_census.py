"""Every rule of the school census: a record that is right, and the smallest change that breaks the rule.

The files of a census and what becomes of them are in `test_education_files`.
"""

from __future__ import annotations

import pytest

from tests.rule_cases import CONTRACTS, Case, Row, broken

EXTRACT = "school_census"
ON_ROLL: Row = {"pupil_on_roll": "00000000-901", "source_id": "00000901", "native_id": "SCH901"}
OFF_ROLL: Row = {"pupil_off_roll": "00000000-902", "source_id": "00000902", "native_id": "SCH901"}
PUPIL: Row = {
    "date_of_birth": "2009-Mar-14 00:00:00",
    "surname": "Example",
    "forename": "Testina",
    "upn": "a950000178301",
    "sex": "f",
    "ethnicity": "wbri",
    "language": "ENG",
    "entered_on": "2019-Sep-04 00:00:00",
    "part_time": "False",
    "sessions_possible": "136.0",
}
SUSPENDED: Row = {
    "exclusion_ref": "00000904",
    "started_on": "2019-Nov-14 00:00:00",
    "sessions": "10.0",
    "category": "SUSP",
    "reason1": "DB",
    "reason2": "PP",
    "reason3": None,
    "sen_provision": "K",
}
GOOD: dict[str, Row] = {
    "pupilonroll": {**ON_ROLL, **PUPIL, "enrolment_status": "c", "year_group": "6", "sen_provision": "N"},
    "pupilnolongeronroll": {**OFF_ROLL, **PUPIL, "left_on": "2019-Dec-20 00:00:00"},
    "termlysessiondetailsonroll": {**ON_ROLL, "attendance_reason": "i", "sessions": "4.0"},
    "termlysessiondetailsoffroll": {**OFF_ROLL, "attendance_reason": "I", "sessions": "4"},
    "termlyexclusionsonroll": {**ON_ROLL, **SUSPENDED},
    "termlyexclusionsoffroll": {**OFF_ROLL, **SUSPENDED},
    "senneeds": {**ON_ROLL, "rank": "1.0", "need": "SEMH"},
}
ROLL = {"pupilonroll": [GOOD["pupilonroll"]]}
LEFT = {"pupilnolongeronroll": [GOOD["pupilnolongeronroll"]]}


def whole(pupil: str) -> dict[str, Case]:
    """The rules that every table has: of cells, of repeated rows, of the pupil and of the school."""
    return {
        "row_has_every_column": Case({}, ragged=True),
        "duplicate": Case({}, beside={}),
        "pupil_given": Case({pupil: " "}),
        "school_given": Case({"native_id": None}),
    }


OF_A_PUPIL = {
    "date_of_birth_given": Case({"date_of_birth": None}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2009"}),
    "date_of_birth_by_the_reporting_date": Case(
        {"date_of_birth": "2020-Apr-01"}, also=frozenset({"age_plausible", "entered_not_before_birth"})
    ),
    "age_plausible": Case({"date_of_birth": "1999-Mar-30"}),
    "upn_given": Case({"upn": None}),
    "upn_is_valid": Case({"upn": "21db2df8-fa0"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "ethnicity_is_a_code": Case({"ethnicity": "White British"}),
    "entered_on_given": Case({"entered_on": None}),
    "entered_on_is_a_date": Case({"entered_on": "04/09/2019"}),
    "entered_not_before_birth": Case({"entered_on": "2009-Mar-13"}),
    "part_time_is_yes_or_no": Case({"part_time": "perhaps"}),
    "sessions_possible_given": Case({"sessions_possible": None}),
    "sessions_possible_is_a_number": Case({"sessions_possible": "136.5"}),
    "sessions_possible_within_a_term": Case({"sessions_possible": "201"}),
}
OF_SESSIONS = {
    "attendance_reason_given": Case({"attendance_reason": None}),
    "attendance_reason_in_code_set": Case({"attendance_reason": "F"}),
    "sessions_given": Case({"sessions": None}),
    "sessions_are_a_number": Case({"sessions": "4.5"}),
    "sessions_within_a_term": Case({"sessions": "-1"}),
}
OF_AN_EXCLUSION = {
    "exclusion_stands_once": Case({}, beside={"reason1": "VA"}),
    "started_on_given": Case({"started_on": None}),
    "started_on_is_a_date": Case({"started_on": "14/11/2019"}),
    "started_by_the_reporting_date": Case({"started_on": "2020-Apr-01"}),
    "sessions_are_a_number": Case({"sessions": "a week"}),
    "sessions_within_a_year": Case({"sessions": "91"}),
    "category_given": Case({"category": None}),
    "category_in_code_set": Case({"category": "INTL"}),
    "suspension_has_sessions": Case({"sessions": None}),
    "reason1_given": Case({"reason1": None}),
    "reason1_in_code_set": Case({"reason1": "OW"}),  # since 2020-21
    "reason2_in_code_set": Case({"reason2": "ZZ"}),
    "reason3_in_code_set": Case({"reason3": "ZZ"}),
    "sen_provision_in_code_set": Case({"sen_provision": "A"}),  # until 2014-15
}
BY_TABLE: dict[str, dict[str, Case]] = {
    "pupilonroll": {
        **whole("pupil_on_roll"),
        **OF_A_PUPIL,
        "pupil_stands_once": Case({}, beside={"upn": "B801200005001"}),
        "upn_names_one_pupil_of_a_school": Case({}, beside={"pupil_on_roll": "00000000-903"}),
        "entered_by_the_reporting_date": Case({"entered_on": "2020-Apr-01 00:00:00"}),
        "enrolment_status_given": Case({"enrolment_status": None}),
        "enrolment_status_in_code_set": Case({"enrolment_status": "Z"}),
        "pupil_is_registered_here": Case({"enrolment_status": "G"}),
        "year_group_in_code_set": Case({"year_group": "Y6"}),
        "sen_provision_in_code_set": Case({"sen_provision": "P"}),
    },
    "pupilnolongeronroll": {
        **whole("pupil_off_roll"),
        **OF_A_PUPIL,
        "stay_stands_once": Case({}, beside={"left_on": "2019-Dec-19"}, also=frozenset({"stays_do_not_overlap"})),
        "entered_by_the_reporting_date": Case(
            {"entered_on": "2020-Apr-01 00:00:00"}, also=frozenset({"left_not_before_entered"})
        ),
        "left_on_given": Case({"left_on": None}),
        "left_on_is_a_date": Case({"left_on": "Christmas"}),
        "left_not_before_entered": Case({"left_on": "2019-Sep-03 00:00:00"}),
        "left_by_the_reporting_date": Case({"left_on": "2020-Apr-01 00:00:00"}),
        "stays_do_not_overlap": Case({}, beside={"entered_on": "2019-Dec-19"}),
    },
    "termlysessiondetailsonroll": {
        **whole("pupil_on_roll"),
        **OF_SESSIONS,
        "reason_stands_once": Case({}, beside={"sessions": "5"}),
        "pupil_is_on_the_roll": Case({"pupil_on_roll": "00000000-999"}, companions=ROLL),
        "sessions_at_most_possible": Case(
            {"sessions": "137"}, companions=ROLL, also=frozenset({"all_sessions_at_most_possible"})
        ),
        "all_sessions_at_most_possible": Case(
            {}, beside={"attendance_reason": "G", "sessions": "133"}, companions=ROLL
        ),
    },
    "termlysessiondetailsoffroll": {
        **whole("pupil_off_roll"),
        **OF_SESSIONS,
        "reason_stands_once": Case({}, beside={"sessions": "5"}),
        "pupil_has_left": Case({"pupil_off_roll": "00000000-999"}, companions=LEFT),
        "sessions_at_most_possible": Case(
            {"sessions": "137"}, companions=LEFT, also=frozenset({"all_sessions_at_most_possible"})
        ),
        "all_sessions_at_most_possible": Case(
            {}, beside={"attendance_reason": "G", "sessions": "133"}, companions=LEFT
        ),
    },
    "termlyexclusionsonroll": {
        **whole("pupil_on_roll"),
        **OF_AN_EXCLUSION,
        "pupil_is_on_the_roll": Case({"pupil_on_roll": "00000000-999"}, companions=ROLL),
        "started_not_before_birth": Case({"started_on": "2009-Mar-13"}, companions=ROLL),
    },
    "termlyexclusionsoffroll": {
        **whole("pupil_off_roll"),
        **OF_AN_EXCLUSION,
        "pupil_has_left": Case({"pupil_off_roll": "00000000-999"}, companions=LEFT),
        "started_not_before_birth": Case({"started_on": "2009-Mar-13"}, companions=LEFT),
    },
    "senneeds": {
        **whole("pupil_on_roll"),
        "rank_stands_once": Case({}, beside={"need": "SLCN"}),
        "pupil_is_on_the_roll": Case({"pupil_on_roll": "00000000-999"}, companions=ROLL),
        "rank_given": Case({"rank": None}),
        "rank_is_a_number": Case({"rank": "first"}),
        "rank_begins_with_1": Case({"rank": "0"}),
        "need_given": Case({"need": None}),
        "need_in_code_set": Case({"need": "BESD"}),
    },
}
CASES = {(table, rule): case for table, cases in BY_TABLE.items() for rule, case in cases.items()}


@pytest.mark.parametrize("table", GOOD)
def test_a_record_that_is_right_breaks_nothing(table: str) -> None:
    companions = {} if table in ("pupilonroll", "pupilnolongeronroll") else {**ROLL, **LEFT}
    assert broken(EXTRACT, table, [GOOD[table]], Case({}, companions=companions)) == [[]]


@pytest.mark.parametrize(("table", "rule"), CASES, ids=[".".join(key) for key in CASES])
def test_a_rule_is_found(table: str, rule: str) -> None:
    case = CASES[table, rule]
    rows = [{**GOOD[table], **case.change}]
    if case.beside is not None:
        rows.append({**GOOD[table], **case.change, **case.beside})
    assert set(broken(EXTRACT, table, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    declared = {(table.name, rule.rule) for table in CONTRACTS[EXTRACT].tables for rule in table.expectations}
    assert declared == set(CASES)


def test_sessions_up_to_the_possible_are_right_and_the_same_row_twice_counts_once() -> None:
    good = GOOD["termlysessiondetailsonroll"]
    rows = [good, {**good, "attendance_reason": "G", "sessions": "132"}, {**good}]
    assert broken(EXTRACT, "termlysessiondetailsonroll", rows, Case({}, companions=ROLL)) == [[], [], ["duplicate"]]


def test_sessions_that_are_not_possible_ones_may_be_of_any_number() -> None:
    closed = {**GOOD["termlysessiondetailsonroll"], "attendance_reason": "#", "sessions": "140"}
    case = Case({}, companions=ROLL)
    assert broken(EXTRACT, "termlysessiondetailsonroll", [GOOD["termlysessiondetailsonroll"], closed], case) == [[], []]


def test_each_stay_of_a_pupil_who_left_twice_has_its_own_possible_sessions() -> None:
    again = {
        **GOOD["pupilnolongeronroll"], "source_id": "00000903", "native_id": "SCH902", "entered_on": "2020-Jan-06",
        "left_on": "2020-Jan-31", "sessions_possible": "20",
    }  # fmt: skip
    case = Case({}, companions={"pupilnolongeronroll": [GOOD["pupilnolongeronroll"], again]})
    first = {**GOOD["termlysessiondetailsoffroll"], "sessions": "21"}
    second = {**first, "source_id": "00000903", "native_id": "SCH902"}
    assert broken(EXTRACT, "termlysessiondetailsoffroll", [first, second], case) == [
        [],
        ["sessions_at_most_possible", "all_sessions_at_most_possible"],
    ]


@pytest.mark.parametrize("table", ["termlysessiondetailsonroll", "termlyexclusionsonroll", "senneeds"])
def test_without_the_roll_nothing_is_said_of_it(table: str) -> None:
    assert broken(EXTRACT, table, [GOOD[table]], Case({})) == [[]]


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("H", {"2023-24 Q4": True, "2024-25 Q3": True, "2025-26 Q1": False}),
        ("Y1", {"2023-24 Q4": False, "2024-25 Q4": True, "2025-26 Q1": True}),
        ("#", {"2023-24 Q4": True, "2025-26 Q1": True}),
    ],
)
def test_an_attendance_code_is_good_in_the_years_it_holds(code: str, known: dict[str, bool]) -> None:
    # The year in which the codes changed takes both: the autumn census still tells of a term with the old ones.
    for quarter, good in known.items():
        row = {**GOOD["termlysessiondetailsonroll"], "attendance_reason": code}
        expected = [] if good else ["attendance_reason_in_code_set"]
        assert broken(EXTRACT, "termlysessiondetailsonroll", [row], Case({}, quarter=quarter)) == [expected]


def test_a_permanent_exclusion_needs_no_sessions() -> None:
    row = {**GOOD["termlyexclusionsonroll"], "category": "PERM", "sessions": None}
    assert broken(EXTRACT, "termlyexclusionsonroll", [row], Case({}, companions=ROLL)) == [[]]


@pytest.mark.parametrize("written", ["2009-Mar-14 00:00:00", "2009-Mar-14", "2009-03-14 00:00:00", "2009-03-14"])
def test_dates_are_read_as_exports_write_them(written: str) -> None:
    row = {**GOOD["pupilonroll"], "date_of_birth": written, "entered_on": written}
    assert broken(EXTRACT, "pupilonroll", [row], Case({})) == [[]]
