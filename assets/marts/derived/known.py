"""What is known of a child or a school on the way: date of birth, sex, ethnicity, home, phase.

Here: looking it up in the newest deliveries of a unit's areas, for breakdowns. Not here: linking children of different
agencies: a figure never depends on a link.
"""

from __future__ import annotations

import duckdb

_SCOPE = "list_contains(getvariable('scope_areas'), area_code) AND quarter <= getvariable('scope_quarter')"
_YEARS = "quarter >= (left(getvariable('scope_quarter'), 4)::INTEGER - 1)::VARCHAR"
"""This year's deliveries and the last one's: a child counted now stands in them."""


def define_children(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `derived_child`: area_code, child_id, date_of_birth, sex, ethnicity, deprivation_decile and ward.

    Each is the newest delivery's; of several extracts of one quarter the one that decides. The home's decile is by the
    newest index that is held, its ward by the newest look-up; both are null where they are not held.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE derived_child AS
        WITH newest AS (
            SELECT area_code, child_id,
                   arg_max(date_of_birth, (quarter, decides)) FILTER (date_of_birth IS NOT NULL) AS date_of_birth,
                   arg_max(sex, (quarter, decides)) FILTER (sex IS NOT NULL) AS sex,
                   arg_max(ethnicity, (quarter, decides)) FILTER (ethnicity IS NOT NULL) AS ethnicity,
                   arg_max(lsoa11_code, (quarter, decides)) FILTER (lsoa11_code IS NOT NULL) AS lsoa11_code
            FROM core.person_record WHERE {_SCOPE} AND {_YEARS} GROUP BY area_code, child_id
        ), home AS (
            SELECT area, arg_max(decile, quarter)::INTEGER::VARCHAR AS deprivation_decile
            FROM core.deprivation WHERE domain = 'imd' GROUP BY area
        ), ward AS (
            SELECT area, arg_max(ward, quarter) AS ward FROM core.small_area GROUP BY area
        )
        SELECT newest.* EXCLUDE (lsoa11_code), home.deprivation_decile, ward.ward
        FROM newest LEFT JOIN home ON home.area = newest.lsoa11_code LEFT JOIN ward ON ward.area = newest.lsoa11_code
        """
    )


def define_schools(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `derived_school`: area_code, native_id and phase, by the newest list of schools so far."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE derived_school AS
        SELECT area_code, native_id, arg_max(phase, quarter) AS phase FROM core.school WHERE {_SCOPE}
        GROUP BY area_code, native_id
        """
    )
