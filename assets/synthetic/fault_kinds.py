"""What can be wrong with a row of each table: the change, the rule it breaks, and how grave that is.

Here: kinds that break one rule and no other, on rows nothing else hangs on. Not here: which rows (`faults`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

CRITICAL, WARNING = "critical", "warning"
DUPLICATE = "duplicate"
_NO_BRITISH_DAY, _NO_TIME = "31/02/2019", "2019-02-30T25:61:00"


@dataclass(frozen=True)
class Kind:
    """A kind of fault: the rule that finds it, its severity, and what stands in a column instead, where it can."""

    rule: str
    severity: str
    column: str = ""
    value: pl.Expr | None = None
    where: pl.Expr | None = None


def _put(rule: str, column: str, value: str | None, severity: str = WARNING, where: pl.Expr | None = None) -> Kind:
    """A value that is not of the code set, not of its form, or missing, on a row that has one."""
    given = pl.col(column).is_not_null()
    return Kind(rule, severity, column, pl.lit(value, pl.String), given if where is None else given & where)


def _blank(rule: str, column: str, severity: str = CRITICAL) -> Kind:
    return _put(rule, column, None, severity)


def _no_day(rule: str, column: str, severity: str = CRITICAL, where: pl.Expr | None = None) -> Kind:
    given = pl.col(column).is_not_null()
    return Kind(rule, severity, column, pl.col(column).str.slice(0, 8) + pl.lit("99"), given if where is None else given & where)


def _letter(rule: str, column: str) -> Kind:
    """A pupil number with another check letter."""
    rest = pl.col(column).str.slice(1)
    wrong = pl.when(pl.col(column).str.starts_with("A")).then(pl.lit("B") + rest).otherwise(pl.lit("A") + rest)
    return Kind(rule, WARNING, column, wrong, pl.col(column).str.contains(r"^[A-Z]\d{12}$"))


def _digit(rule: str, column: str = "nhs_number") -> Kind:
    """An NHS number with another last digit."""
    last = ((pl.col(column).str.slice(9, 1).cast(pl.Int64, strict=False) + 1) % 10).cast(pl.String)
    return Kind(rule, WARNING, column, pl.col(column).str.slice(0, 9) + last, pl.col(column).str.len_chars() == 10)


def _before(rule: str, column: str, other: str, form: str = "%Y-%m-%d", severity: str = CRITICAL) -> Kind:
    """A day or time before the one it should follow."""
    read = pl.col(other).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False) if "T" in form else pl.col(other).str.to_date(form, strict=False)
    return Kind(rule, severity, column, (read - pl.duration(days=4)).dt.strftime(form), pl.col(column).is_not_null() & read.is_not_null())


def _again() -> Kind:
    return Kind(DUPLICATE, WARNING)


_NOBODY = Kind("child_in_header", WARNING, "CHILD", pl.lit("X") + pl.col("CHILD"), pl.lit(True))
_TIME = "%Y-%m-%dT%H:%M:%S"
_LISTED = (
    _put("ethnicity_in_code_set", "Ethnicity", "z) XXXX"), _put("gender_in_code_set", "Gender", "d) Other"), _again(),
)  # fmt: skip
_NO_LIST_DAY = "31/31/2019"
_CONTINUOUS = "Continuous Assessment Date of Authorisation"
_STRATEGY = "Strategy discussion initiating Section 47 Enquiry Start Date"
_PUPIL = (
    _put("sex_in_code_set", "sex", "X"), _put("ethnicity_is_a_code", "ethnicity", "X1"), _letter("upn_is_valid", "upn"), _blank("upn_given", "upn", WARNING),
)  # fmt: skip
_ABSENCES = (
    Kind("attendance_reason_in_code_set", WARNING, "attendancereason", pl.lit("Q") + pl.col("attendancereason"), pl.lit(True)), _put("sessions_are_a_number", "sessions", "many", CRITICAL), _blank("attendance_reason_given", "attendancereason"), _again(),
)  # fmt: skip
_EXCLUSIONS = (
    _put("category_in_code_set", "category", "ZZZZ", where=pl.col("category") == "SUSP"), _put("reason1_in_code_set", "reason1", "ZZ"), _put("started_on_is_a_date", "startdate", "2019-Foo-31 00:00:00", CRITICAL), _again(),
)  # fmt: skip
_SPECIAL = (
    _put("primary_need_in_code_set", "SEN primary need", "ZZZ"), _letter("upn_is_valid", "UPN"), _put("absence_at_most_100", "Absence", "250"),
    _put("ethnicity_is_a_code", "Ethnicity", "X1"), _put("gender_in_code_set", "Gender", "Q"),
)  # fmt: skip

KINDS: dict[tuple[str, str], tuple[Kind, ...]] = {
    ("person_index", "person_index"): (
        _letter("upn_is_valid", "upn"), _digit("nhs_number_is_valid"), _put("postcode_is_a_postcode", "postcode", "NOT KNOWN"),
        _put("ethnicity_in_code_set", "ethnicity", "XXXX"), _put("sex_in_code_set", "sex", "X"), _no_day("date_of_birth_is_a_date", "date_of_birth"),
        _blank("la_child_id_given", "la_child_id"), _blank("surname_given", "surname", WARNING), _again(),
    ),
    ("looked_after_missing", "looked_after_missing"): (
        _put("missing_from_is_a_time", "missing_from", _NO_TIME, CRITICAL), _before("returned_not_before_missing", "returned_at", "missing_from", _TIME),
        _blank("category_given", "category"), _put("category_in_code_set", "category", "X"), _blank("la_child_id_given", "la_child_id"), _again(),
    ),
    ("annex_a", "contacts"): (
        *_LISTED, _put("contact_on_is_a_date", "Date of Contact", _NO_LIST_DAY, CRITICAL), _blank("child_unique_id_given", "Child Unique ID"),
        _put("source_in_code_set", "Contact Source", "99: somebody"), _blank("contact_on_given", "Date of Contact"),
    ),
    ("annex_a", "early_help"): (*_LISTED, _before("completed_not_before_started", "Assessment completion date", "Assessment start date")),
    ("annex_a", "referrals"): (
        *_LISTED, _put("referred_on_is_a_date", "Date of Referral", _NO_LIST_DAY, CRITICAL), _put("source_in_code_set", "Referral Source", "99: somebody"),
        _put("no_further_action_is_yes_or_no", "Referral NFA?", "perhaps"), _blank("child_unique_id_given", "Child Unique ID"),
    ),
    ("annex_a", "assessments"): (
        *_LISTED, _before("authorised_not_before_started", _CONTINUOUS, "Continuous Assessment Start Date"), _put("authorised_on_is_a_date", _CONTINUOUS, _NO_LIST_DAY, CRITICAL),
        _put("child_seen_is_yes_or_no", "Child Seen During Continuous Assessment", "perhaps"), _blank("started_on_given", "Continuous Assessment Start Date"),
    ),
    ("annex_a", "section_47"): (
        *_LISTED, _put("started_on_is_a_date", _STRATEGY, _NO_LIST_DAY, CRITICAL, pl.col("Date of Initial Child Protection Conference").is_null()),
        _put("conference_not_required_is_yes_or_no", "Was an Initial Child Protection Conference deemed unnecessary?", "perhaps"),
    ),
    ("annex_a", "children_in_need"): (
        *_LISTED[:2], _put("primary_need_in_code_set", "Primary Need Code", "N99 - other"), _put("closure_reason_in_code_set", "Reason for Closure", "RC99: other"),
        _put("case_status_in_code_set", "Case Status", "z) Somewhere", where=pl.col("CIN Closure Date").is_null()),
    ),
    ("annex_a", "child_protection_plans"): (
        *_LISTED[:2], _put("initial_category_in_code_set", "Initial Category of Abuse", "Other harm"), _put("seen_alone_is_yes_or_no", "Was the Child Seen Alone?", "perhaps"),
        _put("previous_plans_is_a_number", "Number of Previous Child Protection Plans", "many"),
    ),
    ("annex_a", "looked_after"): (
        *_LISTED[:2], _put("placement_type_in_code_set", "Placement Type", "Q9: somewhere"), _put("legal_status_in_code_set", "Child's Legal Status", "Q9: some"),
        _put("placement_postcode_is_a_postcode", "Placement postcode", "NOWHERE"),
    ),
    ("annex_a", "care_leavers"): (*_LISTED[:2], _put("activity_in_code_set", "Activity Status", "Q9: something"), _put("eligibility_in_code_set", "Eligibility Category", "z) None")),
    ("annex_a", "adoption"): _LISTED[:2],
    ("ssda903", "header"): (_put("ethnicity_in_code_set", "ETHNIC", "XXXX"), _letter("upn_check_letter_fits", "UPN"), _put("sex_in_code_set", "SEX", "3")),
    ("ssda903", "episodes"): (
        _put("placement_type_in_code_set", "PLACE", "Q9"), _put("legal_status_in_code_set", "LS", "Q9"), _put("home_postcode_is_a_postcode", "HOME_POST", "NOWHERE"),
        _put("placement_provider_in_code_set", "PLACE_PROVIDER", "PR9"), _put("reason_ended_in_code_set", "REC", "E99", where=pl.col("REC") != "X1"),
    ),
    ("ssda903", "reviews"): (_put("participation_in_code_set", "REVIEW_CODE", "PN9"), _put("reviewed_on_is_a_date", "REVIEW", _NO_BRITISH_DAY, CRITICAL), _again()),
    ("ssda903", "oc2"): (
        _put("sdq_score_in_range", "SDQ_SCORE", "99"), _put("convicted_is_yes_or_no", "CONVICTED", "maybe"), _NOBODY,
        _put("date_of_birth_as_in_header", "DOB", "01/02/2009"),
    ),
    ("ssda903", "oc3"): (_put("in_touch_in_code_set", "IN_TOUCH", "PERHAPS"), _put("activity_in_code_set", "ACTIV", "Q9")),
    ("ssda903", "previous_permanence"): (_put("previous_order_in_code_set", "PREV_PERM", "Z9"), _NOBODY),
    ("ssda903", "missing"): (_put("category_in_code_set", "MISSING", "X"), _before("ended_not_before_started", "MIS_END", "MIS_START", "%d/%m/%Y"), _again()),
    ("cin_census", "children"): (
        _put("ethnicity_in_code_set", "Ethnicity", "XXXX"), _letter("upn_check_letter_agrees", "UPN"), _put("disabilities_in_code_set", "Disability", "ZZZ"),
    ),
    ("cin_census", "cin_details"): (
        _put("referral_source_in_code_set", "ReferralSource", "9Z"), _put("primary_need_in_code_set", "PrimaryNeedCode", "N99"), _put("closure_reason_in_code_set", "ReasonForClosure", "RC99"),
    ),
    ("cin_census", "assessments"): (
        _put("factors_in_code_set", "FactorsIdentifiedAtAssessment/AssessmentFactors", "99Z"), _before("authorised_on_not_before_started_on", "AssessmentAuthorisationDate", "AssessmentActualStartDate"),
        _no_day("started_on_is_a_date", "AssessmentActualStartDate"), _put("started_on_given", "AssessmentActualStartDate", None, CRITICAL, pl.col("AssessmentAuthorisationDate").is_not_null()), _again(),
    ),
    ("cin_census", "cin_plans"): (_before("ended_on_not_before_started_on", "CINPlanEndDate", "CINPlanStartDate"), _no_day("started_on_is_a_date", "CINPlanStartDate"), _again()),
    ("cin_census", "section_47"): (_put("conference_not_required_is_yes_or_no", "ICPCnotRequired", "maybe"), _no_day("started_on_is_a_date", "S47ActualStartDate"), _again()),
    ("cin_census", "child_protection_plans"): (
        _put("initial_category_in_code_set", "InitialCategoryOfAbuse", "XXX"), _put("previous_plans_is_a_number", "NumberOfPreviousCPP", "many"), _put("reviews_are_dates", "Reviews/CPPreviewDate", "never"),
    ),
    ("missing_episodes", "missing_episodes"): (
        _blank("occurrence_ref_given", "occurrence_ref"), _put("reported_at_is_a_time", "reported_at", _NO_TIME, CRITICAL), _before("returned_not_before_reported", "returned_at", "reported_at", _TIME),
        _put("category_in_code_set", "category", "lost", CRITICAL), _put("sex_in_code_set", "sex", "X"), _blank("date_of_birth_given", "date_of_birth", WARNING),
        _blank("police_person_ref_given", "police_person_ref"), _again(),
    ),
    ("police_protection", "police_protection"): (
        _put("home_postcode_is_a_postcode", "home_postcode", "NOWHERE"), _put("sex_in_code_set", "sex", "X"), _before("released_not_before_taken", "released_at", "taken_at", _TIME), _again(),
    ),
    ("youth_outcomes", "youth_outcomes"): (
        _put("outcome_type_in_code_set", "outcome_type", "warning"), _no_day("offence_date_is_a_date", "offence_date"), _put("home_postcode_is_a_postcode", "home_postcode", "NOWHERE"), _again(),
    ),
    ("domestic_abuse_notifications", "domestic_abuse_notifications"): (
        _put("risk_grade_in_code_set", "risk_grade", "extreme"), _blank("risk_grade_given", "risk_grade", WARNING), _put("incident_at_is_a_time", "incident_at", _NO_TIME, CRITICAL),
        _before("sent_not_before_incident", "sent_to_mash_at", "incident_at", _TIME), _blank("police_person_ref_given", "police_person_ref"), _again(),
    ),
    ("emergency_attendances", "emergency_attendances"): (
        _digit("nhs_number_is_valid"), _blank("self_harm_given", "self_harm", WARNING), _put("arrived_at_is_a_time", "arrived_at", _NO_TIME, CRITICAL), _put("sex_in_code_set", "sex", "X"),
        _no_day("date_of_birth_is_a_date", "date_of_birth"), _blank("provider_given", "provider", WARNING), _again(),
    ),
    ("camhs_referrals", "camhs_referrals"): (
        _before("first_contact_not_before_referral", "first_contact_on", "referral_received_on"), _put("accepted_is_yes_or_no", "accepted", "maybe", where=pl.col("first_contact_on").is_null()),
        _blank("referral_ref_given", "referral_ref"), _put("postcode_is_a_postcode", "postcode", "NOWHERE"), _again(),
    ),
    ("looked_after_health", "looked_after_health"): (_put("assessment_type_in_code_set", "assessment_type", "XHA"), _no_day("completed_on_is_a_date", "completed_on"), _digit("nhs_number_is_valid"), _again()),
    ("child_deaths", "child_deaths"): (_put("expected_is_yes_or_no", "expected", "maybe"), _put("review_status_in_code_set", "review_status", "pending")),
    ("cp_is", "cp_is"): (_put("plan_type_in_code_set", "plan_type", "ABC"), _no_day("plan_start_is_a_date", "plan_start"), _digit("nhs_number_is_valid"), _again()),
    ("participation", "participation"): (
        _no_day("month_end_is_a_date", "month_end"), _put("activity_code_in_code_set", "activity_code", "999"), _put("cohort_status_in_code_set", "cohort_status", "Z"),
        _put("academic_age_is_a_number", "academic_age", "sixteen", CRITICAL), _letter("upn_is_valid", "upn"), _blank("young_person_id_given", "young_person_id"), _again(),
    ),
    ("elective_home_education", "elective_home_education"): (
        _put("reason_in_code_set", "reason", "because"), _no_day("started_on_is_a_date", "started_on"),
        _put("suitability_in_code_set", "suitability", "maybe"), _put("home_postcode_is_a_postcode", "home_postcode", "NOWHERE"), _again(),
    ),
    ("school_census", "pupilonroll"): (
        *_PUPIL, _put("sen_provision_in_code_set", "senprovision", "Z"), _put("year_group_in_code_set", "ncyearactual", "99"), _put("enrolment_status_in_code_set", "enrolstatus", "Z"),
    ),
    ("school_census", "pupilnolongeronroll"): _PUPIL,
    ("school_census", "termlysessiondetailsonroll"): _ABSENCES,
    ("school_census", "termlysessiondetailsoffroll"): _ABSENCES,
    ("school_census", "termlyexclusionsonroll"): _EXCLUSIONS,
    ("school_census", "termlyexclusionsoffroll"): _EXCLUSIONS,
    ("school_census", "senneeds"): (_put("need_in_code_set", "sentype", "ZZZ"), _again()),
    ("send_annex_a", "plans"): _SPECIAL,
    ("send_annex_a", "support"): _SPECIAL,
}  # fmt: skip
