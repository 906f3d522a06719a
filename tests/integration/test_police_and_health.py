"""Files of police and health from landing to core: every row of a small good file of each stands there, typed.

Here: the way through, once for each extract. Not here: their rules (`tests/spec/contracts`), nor any figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import duckdb
import pytest

from tests.homes import PORTSMOUTH, SOUTHAMPTON, land, new_home
from tests.statutory import CONTRACTS, QUARTER, in_core, text_of

Row = dict[str, str]
NAMES: Row = {"forename": "Testina", "surname": "Example", "date_of_birth": "2006-03-14", "sex": "F"}
BY_POLICE: Row = {"police_person_ref": "P900001", **NAMES, "home_postcode": "ZZ99 3WZ"}
BY_HEALTH: Row = {"nhs_number": "9990000018", **NAMES, "postcode": "ZZ99 3WZ"}
TAKEN: Row = {
    "occurrence_ref": "44200000101", **BY_POLICE, "taken_at": "2020-01-31T21:30:00",
    "released_at": "2020-02-01 07:15", "family_ref": "", "reason": "made up", "la": SOUTHAMPTON,
}  # fmt: skip
OUTCOME: Row = {
    "outcome_ref": "Y900001", **BY_POLICE, "offence_date": "2020-01-10", "outcome_date": "2020-02-14",
    "outcome_type": "Youth caution", "la_of_residence": SOUTHAMPTON, "first_outcome": "",
}  # fmt: skip
NOTIFIED: Row = {
    "notification_ref": "D900001", **BY_POLICE, "incident_at": "2020-01-31T21:30", "risk_grade": "HIGH",
    "la": SOUTHAMPTON, "sent_to_mash_at": "",
}  # fmt: skip
ATTENDED: Row = {
    "attendance_ref": "A900001", **BY_HEALTH, "arrived_at": "2020-01-31 21:30:00", "chief_complaint": "made up",
    "self_harm": "Y", "safeguarding_flag": "", "provider": "zz901",
}  # fmt: skip
REFERRED: Row = {
    "referral_ref": "M900001", **BY_HEALTH, "referral_received_on": "2020-01-15", "source": "made up",
    "primary_reason": "made up", "accepted": "Y", "first_contact_on": "2020-02-14", "discharged_on": "",
}  # fmt: skip
ASSESSED: Row = {
    "nhs_number": "9990000018", "la_child_id": "C900001", "assessment_type": "iha", "due_on": "2020-02-14",
    "completed_on": "2020-02-10",
}  # fmt: skip
DIED: Row = {
    "notification_ref": "N900001", "died_on": "2020-01-15", "age_band": "10-14 years", "expected": "N",
    "review_status": "open",
}  # fmt: skip
SHARED: Row = {
    "nhs_number": "9990000018", "plan_type": "CPP", "plan_start": "2020-01-15", "plan_end": "",
    "responsible_la": SOUTHAMPTON,
}  # fmt: skip
FILES: dict[str, Sequence[Row]] = {
    "police_protection": [TAKEN, {**TAKEN, "police_person_ref": "P900002", "la": PORTSMOUTH}],
    "youth_outcomes": [OUTCOME, {**OUTCOME, "outcome_ref": "Y900002", "outcome_type": "conviction"}],
    "domestic_abuse_notifications": [NOTIFIED, {**NOTIFIED, "police_person_ref": "P900002"}],
    "emergency_attendances": [ATTENDED, {**ATTENDED, "attendance_ref": "A900002", "self_harm": "N"}],
    "camhs_referrals": [REFERRED],
    "looked_after_health": [
        ASSESSED,
        {**ASSESSED, "assessment_type": "RHA", "due_on": "2021-02-10", "completed_on": ""},
    ],
    "child_deaths": [DIED],
    "cp_is": [SHARED, {**SHARED, "plan_type": "LAC"}],
}


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = new_home(tmp_path_factory.mktemp("police_and_health"), populations=False)
    for extract, rows in FILES.items():
        [agency] = CONTRACTS[extract].agencies
        land(home, f"{agency}/{SOUTHAMPTON}/2019-20-Q4/{extract[:5]}.csv", text_of(rows))
    with in_core(home) as connection:
        yield connection


@pytest.mark.parametrize("extract", FILES)
def test_every_row_of_a_good_file_is_in_core(core: duckdb.DuckDBPyConnection, extract: str) -> None:
    sent = len(FILES[extract])
    receipts = core.execute(
        "SELECT judged, rows_read, rows_quarantined FROM ops.receipt WHERE extract = ?", [extract]
    ).fetchall()
    assert receipts == [("accepted", sent, 0)]
    table = f"core.{CONTRACTS[extract].tables[0].core}"
    found = core.execute(f"SELECT DISTINCT area_code, quarter, count(*) OVER () FROM {table}").fetchall()
    assert found == [(SOUTHAMPTON, QUARTER, sent)]


def test_what_is_read_is_typed_and_folded(core: duckdb.DuckDBPyConnection) -> None:
    def first(columns: str, table: str) -> tuple[object, ...] | None:
        return core.execute(f"SELECT {columns} FROM core.{table} ORDER BY row_number").fetchone()

    assert first("taken_at, released_at, family_ref", "police_protection") == (
        datetime(2020, 1, 31, 21, 30), datetime(2020, 2, 1, 7, 15), None,
    )  # fmt: skip
    assert first("outcome_date, outcome_type, first_outcome", "youth_outcome") == (
        date(2020, 2, 14), "youth caution", None,
    )  # fmt: skip
    assert first("risk_grade, sent_to_mash_at", "domestic_abuse_notification") == ("high", None)
    assert first("self_harm, safeguarding_flag, provider", "emergency_attendance") == (True, None, "ZZ901")
    assert first("accepted, first_contact_on", "camhs_referral") == (True, date(2020, 2, 14))
    assert first("assessment_type, completed_on", "looked_after_health_assessment") == ("IHA", date(2020, 2, 10))
    assert first("died_on, age_band, expected", "child_death") == (date(2020, 1, 15), "10-14 years", False)
    assert first("plan_type, plan_start, plan_end", "cp_is_record") == ("CPP", date(2020, 1, 15), None)


def test_a_row_of_another_area_is_kept_and_found(core: duckdb.DuckDBPyConnection) -> None:
    kept = core.execute("SELECT la FROM core.police_protection ORDER BY row_number").fetchall()
    assert kept == [(SOUTHAMPTON,), (PORTSMOUTH,)]
    found = core.execute(
        "SELECT severity, evaluated, failed FROM ops.expectation_outcome WHERE rule = 'la_is_the_delivery_area' "
        "AND extract = 'police_protection'"
    ).fetchall()
    assert found == [("info", 2, 1)]
