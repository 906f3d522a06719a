"""The plainest reading of the files gives the true figures: what the lives say and what agencies send are one story.

Here: a figure an extract, counted by hand in a few lines of SQL. Not here: the product's own counting.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

Figures = dict[tuple[str, str, str], tuple[int, int | None]]
AREA, QUARTER = "E06000045", "2019-20-Q4"
YEAR = [
    ("2019-20 Q1", "2019-04-01", "2019-06-30"),
    ("2019-20 Q2", "2019-07-01", "2019-09-30"),
    ("2019-20 Q3", "2019-10-01", "2019-12-31"),
    ("2019-20 Q4", "2020-01-01", "2020-03-31"),
]
CONFERENCE = "Date of Initial Child Protection Conference"
STRATEGY = "Strategy discussion initiating Section 47 Enquiry Start Date"
UNDER_18 = "date_of_birth::DATE + INTERVAL 18 YEAR"
NOT_TEMPORARY = "\"Temporary registration\" = 'b) No'"
NOT_SHORT_BREAKS = "NOT regexp_matches(\"Child's Legal Status\", '^V[34]')"
IN_CARE = f'"Date Ceased to be Looked After" IS NULL AND {NOT_SHORT_BREAKS}'

COUNTED = {
    "missing_episodes_u18": f"""
        SELECT count(*), NULL FROM missing_episodes WHERE category = 'missing'
          AND reported_at::DATE BETWEEN $a AND $b AND reported_at::DATE < {UNDER_18}""",
    "domestic_abuse_notifications": """
        SELECT count(*), NULL FROM domestic_abuse_notifications WHERE incident_at::DATE BETWEEN $a AND $b""",
    "police_protection": """
        SELECT count(DISTINCT police_person_ref), NULL FROM police_protection WHERE taken_at::DATE BETWEEN $a AND $b""",
    "self_harm_attendances_u18": f"""
        SELECT count(*), NULL FROM emergency_attendances WHERE self_harm = 'Y'
          AND arrived_at::DATE BETWEEN $a AND $b AND arrived_at::DATE < {UNDER_18}""",
    "camhs_wait_days": """
        SELECT coalesce(sum(date_diff('day', referral_received_on::DATE, first_contact_on::DATE)), 0), count(*)
        FROM camhs_referrals WHERE first_contact_on::DATE BETWEEN $a AND $b""",
    "lac_health_assessments_in_time": """
        SELECT count(*) FILTER (completed_on::DATE <= due_on::DATE), count(*)
        FROM looked_after_health WHERE due_on::DATE BETWEEN $a AND $b""",
    "lac_missing_24h_plus": """
        SELECT count(DISTINCT la_child_id), NULL FROM looked_after_missing
        WHERE category = 'M' AND missing_from::DATE BETWEEN $a AND $b
          AND returned_at::TIMESTAMP - missing_from::TIMESTAMP >= INTERVAL 24 HOUR""",
    "lac_return_interviews_offered": """
        SELECT count(*) FILTER (return_interview_offered = 'Y'), count(*) FROM looked_after_missing
        WHERE category = 'M' AND returned_at::DATE BETWEEN $a AND $b""",
    "s47_started": f"""SELECT count(*), NULL FROM "List 5" WHERE "{STRATEGY}" BETWEEN $a AND $b""",
    "icpc_15wd": f"""
        SELECT NULL, count(DISTINCT ("Child Unique ID", "{CONFERENCE}")) FROM "List 5"
        WHERE "{CONFERENCE}" BETWEEN $a AND $b AND "Transfer in" = 'b) No'""",
    "single_assessments_45wd": """
        SELECT NULL, count(*) FROM "List 4" WHERE "Continuous Assessment Date of Authorisation" BETWEEN $a AND $b""",
    "cpp_repeat_ever": f"""
        SELECT count(*) FILTER ("Number of Previous Child Protection Plans"::INT > 0), count(*) FROM "List 7"
        WHERE "Child Protection Plan Start Date" BETWEEN $a AND $b AND {NOT_TEMPORARY}""",
}
OPEN = {
    "cin_open": """
        SELECT count(DISTINCT "Child Unique ID") FROM "List 6"
        WHERE "CIN Closure Date" IS NULL AND NOT starts_with("Primary Need Code", 'N9')""",
    "cpp_open": f"""SELECT count(*) FROM "List 7" WHERE "Child Protection Plan End Date" IS NULL AND {NOT_TEMPORARY}""",
    "lac_open": f"""SELECT count(*) FROM "List 8" WHERE {IN_CARE}""",
    "lac_placements_3plus": f"""
        SELECT count(*) FROM "List 8" WHERE {IN_CARE} AND "Number of Placements in the Last 12 months"::INT >= 3""",
    "elective_home_education": "SELECT count(*) FROM elective_home_education WHERE ended_on IS NULL",
}
INSIDE_A_CASE = """
    SELECT count(*) FROM "List 3" AS referral WHERE EXISTS (FROM "List 6" AS need
      WHERE need."Child Unique ID" = referral."Child Unique ID" AND need."CIN Start Date" < "Date of Referral"
        AND coalesce(need."CIN Closure Date", '9999') > "Date of Referral")"""
AUTUMN = """
    WITH roll AS (
      SELECT pupilonrolltableid AS pupil, NativeId, dob, termlysessionspossible::DOUBLE::INT AS possible
      FROM pupilonroll
      UNION ALL
      SELECT pupilnolongeronrolltableid, NativeId, dob, termlysessionspossible::DOUBLE::INT FROM pupilnolongeronroll),
    reasons AS (
      SELECT pupilonrolltableid AS pupil, sessions::DOUBLE::INT AS sessions FROM termlysessiondetailsonroll
      UNION ALL
      SELECT pupilnolongeronrolltableid, sessions::DOUBLE::INT FROM termlysessiondetailsoffroll),
    missed AS (SELECT pupil, sum(sessions) AS sessions FROM reasons GROUP BY pupil),
    pupils AS (
      SELECT phase, possible, coalesce(sessions, 0) AS missed,
             date_sub('year', strptime(dob, '%Y-%b-%d 00:00:00'), TIMESTAMP '2019-08-31') AS age
      FROM roll JOIN schools ON native_id = NativeId LEFT JOIN missed USING (pupil) WHERE possible > 0)
    SELECT CASE WHEN age = 4 THEN 'nursery_4yo' ELSE phase END AS phase, sum(missed), sum(possible),
           count_if(missed * 10 >= possible), count(*)
    FROM pupils WHERE age BETWEEN 4 AND 15 GROUP BY ALL"""
NOT_LEARNING = """
    SELECT count(*) FILTER (activity_code = '540' OR activity_code[1] IN ('6', '8')), count(*) FROM participation
    WHERE month_end IN ('2019-12-31', '2020-01-31', '2020-02-29') AND cohort_status = 'P' AND activity_code[1] <> '7'"""
RESTATED = {
    "missing_episodes_u18",
    "missing_persons_3plus_90d",
    "self_harm_attendances_u18",
    "domestic_abuse_notifications",
    "single_assessments_45wd",
    "assessment_factors",
}


@pytest.fixture(scope="module")
def files(written: Path) -> duckdb.DuckDBPyConnection:
    """The last quarter's files as tables, everything as text."""
    connection = duckdb.connect()
    for path in sorted((written / "landing").glob(f"*/{AREA}/{QUARTER}/*.csv")):
        connection.execute(f"CREATE TABLE {path.stem} AS FROM read_csv(?, all_varchar = true)", [str(path)])
    (path,) = (written / "landing").glob(f"council/{AREA}/{QUARTER}/annex_a.xlsx")
    for sheet in openpyxl.load_workbook(path, read_only=True):
        header, *rows = sheet.iter_rows(values_only=True)
        cells = [[None if cell is None else str(cell).removesuffix(" 00:00:00") for cell in row] for row in rows]
        held = pl.DataFrame(cells, schema={str(name): pl.String for name in header}, orient="row")
        connection.register("held", held.to_arrow())
        connection.execute(f'CREATE TABLE "{sheet.title}" AS FROM held')
    return connection


@pytest.fixture(scope="module")
def true(written: Path) -> Figures:
    """True figures of quarters and terms, by indicator, breakdown and period."""
    figures = pl.read_csv(written / "truth" / "indicators.csv").filter(pl.col("period_type") != "year")
    return {
        (row["indicator_id"], row["breakdown"], row["period"]): (row["numerator"], row["denominator"])
        for row in figures.iter_rows(named=True)
        if row["breakdown_type"] in ("all", "phase")
    }


@pytest.mark.parametrize("indicator", COUNTED)
def test_flows_of_the_year(files: duckdb.DuckDBPyConnection, true: Figures, indicator: str) -> None:
    for period, begin, end in YEAR:
        top, bottom = files.execute(COUNTED[indicator], {"a": begin, "b": end}).fetchone() or (-1, -1)
        truly = true[indicator, "all", period]
        # Where the list cannot tell one of the two, the other is still to agree.
        assert top in (None, truly[0]), period
        assert bottom in (None, truly[1]), period


@pytest.mark.parametrize("indicator", OPEN)
def test_stocks_on_the_last_day(files: duckdb.DuckDBPyConnection, true: Figures, indicator: str) -> None:
    (found,) = files.execute(OPEN[indicator]).fetchone() or (None,)
    assert found == true[indicator, "all", "2019-20 Q4"][0]


def test_referrals_inside_a_case_are_listed_and_not_counted(files: duckdb.DuckDBPyConnection, true: Figures) -> None:
    (listed,) = files.execute('SELECT count(*) FROM "List 3"').fetchone() or (0,)
    (inside,) = files.execute(INSIDE_A_CASE).fetchone() or (0,)
    assert inside > 0
    assert listed - inside == sum(true["cin_referrals", "all", period][0] for period, _, _ in YEAR)


def test_absence_of_the_autumn_term_by_phase(files: duckdb.DuckDBPyConnection, true: Figures) -> None:
    found = files.execute(AUTUMN).fetchall()
    assert len(found) >= 4
    for phase, missed, possible, often, pupils in found:
        assert true["absence_overall", phase, "2019-20 Autumn term"] == (missed, possible)
        if phase != "nursery_4yo":
            assert true["absence_persistent_10pct", phase, "2019-20 Autumn term"] == (often, pupils)


def test_those_not_learning_in_december_to_february(files: duckdb.DuckDBPyConnection, true: Figures) -> None:
    assert files.execute(NOT_LEARNING).fetchone() == true["neet_or_nk_16_17", "all", "2019-20 Q4"]


def test_what_is_first_reported_otherwise_is_kept(written: Path) -> None:
    changed = pl.read_csv(written / "truth" / "indicators_as_first_reported.csv")
    latest = pl.read_csv(written / "truth" / "indicators.csv")
    place = ["indicator_id", "breakdown_type", "breakdown", "period"]
    both = changed.filter(breakdown="all").join(latest, on=place, suffix="_latest")
    assert both.height > 0
    assert (both["numerator"] != both["numerator_latest"]).any()
    assert set(changed["indicator_id"]) <= RESTATED
