"""The kinds of faults of each table.

Here: which rules each table's rows can be made to break. Not here: how a value is made wrong
(`assets.synthetic.fault_kinds`).
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.fault_kinds import CRITICAL, WARNING, Kind, again, before, blank, digit, letter, no_day, put

_NO_BRITISH_DAY, _NO_TIME = "31/02/2019", "2019-02-30T25:61:00"
_TIME = "%Y-%m-%dT%H:%M:%S"
_LISTED = (
    put("ethnicity_in_code_set", "Ethnicity", "z) XXXX"),
    put("gender_in_code_set", "Gender", "d) Other"),
    again(),
)
_NO_LIST_DAY = "31/31/2019"
_CONTINUOUS = "Continuous Assessment Date of Authorisation"
_STRATEGY = "Strategy discussion initiating Section 47 Enquiry Start Date"
_PUPIL = (
    put("sex_in_code_set", "sex", "X"),
    put("ethnicity_is_a_code", "ethnicity", "X1"),
    letter("upn_is_valid", "upn"),
    blank("upn_given", "upn", WARNING),
)
_ABSENCES = (
    Kind(
        "attendance_reason_in_code_set",
        WARNING,
        "attendancereason",
        pl.lit("Q") + pl.col("attendancereason"),
        pl.lit(True),
    ),
    put("sessions_are_a_number", "sessions", "many", CRITICAL),
    blank("attendance_reason_given", "attendancereason"),
    again(),
)
_EXCLUSIONS = (
    put("category_in_code_set", "category", "ZZZZ", where=pl.col("category") == "SUSP"),
    put("reason1_in_code_set", "reason1", "ZZ"),
    put("started_on_is_a_date", "startdate", "2019-Foo-31 00:00:00", CRITICAL),
    again(),
)
_SPECIAL = (
    put("primary_need_in_code_set", "SEN primary need", "ZZZ"),
    letter("upn_is_valid", "UPN"),
    put("absence_at_most_100", "Absence", "250"),
    put("ethnicity_is_a_code", "Ethnicity", "X1"),
    put("gender_in_code_set", "Gender", "Q"),
)
_NOBODY = Kind("child_in_header", WARNING, "CHILD", pl.lit("X") + pl.col("CHILD"), pl.lit(True))
KINDS: dict[tuple[str, str], tuple[Kind, ...]] = {
    ("person_index", "person_index"): (
        letter("upn_is_valid", "upn"),
        digit("nhs_number_is_valid"),
        put("postcode_is_a_postcode", "postcode", "NOT KNOWN"),
        put("ethnicity_in_code_set", "ethnicity", "XXXX"),
        put("sex_in_code_set", "sex", "X"),
        no_day("date_of_birth_is_a_date", "date_of_birth"),
        blank("la_child_id_given", "la_child_id"),
        blank("surname_given", "surname", WARNING),
        again(),
    ),
    ("looked_after_missing", "looked_after_missing"): (
        put("missing_from_is_a_time", "missing_from", _NO_TIME, CRITICAL),
        before("returned_not_before_missing", "returned_at", "missing_from", _TIME),
        blank("category_given", "category"),
        put("category_in_code_set", "category", "X"),
        blank("la_child_id_given", "la_child_id"),
        again(),
    ),
    ("annex_a", "contacts"): (
        *_LISTED,
        put("contact_on_is_a_date", "Date of Contact", _NO_LIST_DAY, CRITICAL),
        blank("child_unique_id_given", "Child Unique ID"),
        put("source_in_code_set", "Contact Source", "99: somebody"),
        blank("contact_on_given", "Date of Contact"),
    ),
    ("annex_a", "early_help"): (
        *_LISTED,
        before("completed_not_before_started", "Assessment completion date", "Assessment start date"),
    ),
    ("annex_a", "referrals"): (
        *_LISTED,
        put("referred_on_is_a_date", "Date of Referral", _NO_LIST_DAY, CRITICAL),
        put("source_in_code_set", "Referral Source", "99: somebody"),
        put("no_further_action_is_yes_or_no", "Referral NFA?", "perhaps"),
        blank("child_unique_id_given", "Child Unique ID"),
    ),
    ("annex_a", "assessments"): (
        *_LISTED,
        before("authorised_not_before_started", _CONTINUOUS, "Continuous Assessment Start Date"),
        put("authorised_on_is_a_date", _CONTINUOUS, _NO_LIST_DAY, CRITICAL),
        put("child_seen_is_yes_or_no", "Child Seen During Continuous Assessment", "perhaps"),
        blank("started_on_given", "Continuous Assessment Start Date"),
    ),
    ("annex_a", "section_47"): (
        *_LISTED,
        put(
            "started_on_is_a_date",
            _STRATEGY,
            _NO_LIST_DAY,
            CRITICAL,
            pl.col("Date of Initial Child Protection Conference").is_null(),
        ),
        put(
            "conference_not_required_is_yes_or_no",
            "Was an Initial Child Protection Conference deemed unnecessary?",
            "perhaps",
        ),
    ),
    ("annex_a", "children_in_need"): (
        *_LISTED[:2],
        put("primary_need_in_code_set", "Primary Need Code", "N99 - other"),
        put("closure_reason_in_code_set", "Reason for Closure", "RC99: other"),
        put("case_status_in_code_set", "Case Status", "z) Somewhere", where=pl.col("CIN Closure Date").is_null()),
    ),
    ("annex_a", "child_protection_plans"): (
        *_LISTED[:2],
        put("initial_category_in_code_set", "Initial Category of Abuse", "Other harm"),
        put("seen_alone_is_yes_or_no", "Was the Child Seen Alone?", "perhaps"),
        put("previous_plans_is_a_number", "Number of Previous Child Protection Plans", "many"),
    ),
    ("annex_a", "looked_after"): (
        *_LISTED[:2],
        put("placement_type_in_code_set", "Placement Type", "Q9: somewhere"),
        put("legal_status_in_code_set", "Child's Legal Status", "Q9: some"),
        put("placement_postcode_is_a_postcode", "Placement postcode", "NOWHERE"),
    ),
    ("annex_a", "care_leavers"): (
        *_LISTED[:2],
        put("activity_in_code_set", "Activity Status", "Q9: something"),
        put("eligibility_in_code_set", "Eligibility Category", "z) None"),
    ),
    ("annex_a", "adoption"): _LISTED[:2],
    ("ssda903", "header"): (
        put("ethnicity_in_code_set", "ETHNIC", "XXXX"),
        letter("upn_check_letter_fits", "UPN"),
        put("sex_in_code_set", "SEX", "3"),
    ),
    ("ssda903", "episodes"): (
        put("placement_type_in_code_set", "PLACE", "Q9"),
        put("legal_status_in_code_set", "LS", "Q9"),
        put("home_postcode_is_a_postcode", "HOME_POST", "NOWHERE"),
        put("placement_provider_in_code_set", "PLACE_PROVIDER", "PR9"),
        put("reason_ended_in_code_set", "REC", "E99", where=pl.col("REC") != "X1"),
    ),
    ("ssda903", "reviews"): (
        put("participation_in_code_set", "REVIEW_CODE", "PN9"),
        put("reviewed_on_is_a_date", "REVIEW", _NO_BRITISH_DAY, CRITICAL),
        again(),
    ),
    ("ssda903", "oc2"): (
        put("sdq_score_in_range", "SDQ_SCORE", "99"),
        put("convicted_is_yes_or_no", "CONVICTED", "maybe"),
        _NOBODY,
        put("date_of_birth_as_in_header", "DOB", "01/02/2009"),
    ),
    ("ssda903", "oc3"): (
        put("in_touch_in_code_set", "IN_TOUCH", "PERHAPS"),
        put("activity_in_code_set", "ACTIV", "Q9"),
    ),
    ("ssda903", "previous_permanence"): (put("previous_order_in_code_set", "PREV_PERM", "Z9"), _NOBODY),
    ("ssda903", "missing"): (
        put("category_in_code_set", "MISSING", "X"),
        before("ended_not_before_started", "MIS_END", "MIS_START", "%d/%m/%Y"),
        again(),
    ),
    ("cin_census", "children"): (
        put("ethnicity_in_code_set", "Ethnicity", "XXXX"),
        letter("upn_check_letter_agrees", "UPN"),
        put("disabilities_in_code_set", "Disability", "ZZZ"),
    ),
    ("cin_census", "cin_details"): (
        put("referral_source_in_code_set", "ReferralSource", "9Z"),
        put("primary_need_in_code_set", "PrimaryNeedCode", "N99"),
        put("closure_reason_in_code_set", "ReasonForClosure", "RC99"),
    ),
    ("cin_census", "assessments"): (
        put("factors_in_code_set", "FactorsIdentifiedAtAssessment/AssessmentFactors", "99Z"),
        before("authorised_on_not_before_started_on", "AssessmentAuthorisationDate", "AssessmentActualStartDate"),
        no_day("started_on_is_a_date", "AssessmentActualStartDate"),
        put(
            "started_on_given",
            "AssessmentActualStartDate",
            None,
            CRITICAL,
            pl.col("AssessmentAuthorisationDate").is_not_null(),
        ),
        again(),
    ),
    ("cin_census", "cin_plans"): (
        before("ended_on_not_before_started_on", "CINPlanEndDate", "CINPlanStartDate"),
        no_day("started_on_is_a_date", "CINPlanStartDate"),
        again(),
    ),
    ("cin_census", "section_47"): (
        put("conference_not_required_is_yes_or_no", "ICPCnotRequired", "maybe"),
        no_day("started_on_is_a_date", "S47ActualStartDate"),
        again(),
    ),
    ("cin_census", "child_protection_plans"): (
        put("initial_category_in_code_set", "InitialCategoryOfAbuse", "XXX"),
        put("previous_plans_is_a_number", "NumberOfPreviousCPP", "many"),
        put("reviews_are_dates", "Reviews/CPPreviewDate", "never"),
    ),
    ("missing_episodes", "missing_episodes"): (
        blank("occurrence_ref_given", "occurrence_ref"),
        put("reported_at_is_a_time", "reported_at", _NO_TIME, CRITICAL),
        before("returned_not_before_reported", "returned_at", "reported_at", _TIME),
        put("category_in_code_set", "category", "lost", CRITICAL),
        put("sex_in_code_set", "sex", "X"),
        blank("date_of_birth_given", "date_of_birth", WARNING),
        blank("police_person_ref_given", "police_person_ref"),
        again(),
    ),
    ("police_protection", "police_protection"): (
        put("home_postcode_is_a_postcode", "home_postcode", "NOWHERE"),
        put("sex_in_code_set", "sex", "X"),
        before("released_not_before_taken", "released_at", "taken_at", _TIME),
        again(),
    ),
    ("youth_outcomes", "youth_outcomes"): (
        put("outcome_type_in_code_set", "outcome_type", "warning"),
        no_day("offence_date_is_a_date", "offence_date"),
        put("home_postcode_is_a_postcode", "home_postcode", "NOWHERE"),
        again(),
    ),
    ("domestic_abuse_notifications", "domestic_abuse_notifications"): (
        put("risk_grade_in_code_set", "risk_grade", "extreme"),
        blank("risk_grade_given", "risk_grade", WARNING),
        put("incident_at_is_a_time", "incident_at", _NO_TIME, CRITICAL),
        before("sent_not_before_incident", "sent_to_mash_at", "incident_at", _TIME),
        blank("police_person_ref_given", "police_person_ref"),
        again(),
    ),
    ("emergency_attendances", "emergency_attendances"): (
        digit("nhs_number_is_valid"),
        blank("self_harm_given", "self_harm", WARNING),
        put("arrived_at_is_a_time", "arrived_at", _NO_TIME, CRITICAL),
        put("sex_in_code_set", "sex", "X"),
        no_day("date_of_birth_is_a_date", "date_of_birth"),
        blank("provider_given", "provider", WARNING),
        again(),
    ),
    ("camhs_referrals", "camhs_referrals"): (
        before("first_contact_not_before_referral", "first_contact_on", "referral_received_on"),
        put("accepted_is_yes_or_no", "accepted", "maybe", where=pl.col("first_contact_on").is_null()),
        blank("referral_ref_given", "referral_ref"),
        put("postcode_is_a_postcode", "postcode", "NOWHERE"),
        again(),
    ),
    ("looked_after_health", "looked_after_health"): (
        put("assessment_type_in_code_set", "assessment_type", "XHA"),
        no_day("completed_on_is_a_date", "completed_on"),
        digit("nhs_number_is_valid"),
        again(),
    ),
    ("child_deaths", "child_deaths"): (
        put("expected_is_yes_or_no", "expected", "maybe"),
        put("review_status_in_code_set", "review_status", "pending"),
    ),
    ("cp_is", "cp_is"): (
        put("plan_type_in_code_set", "plan_type", "ABC"),
        no_day("plan_start_is_a_date", "plan_start"),
        digit("nhs_number_is_valid"),
        again(),
    ),
    ("participation", "participation"): (
        no_day("month_end_is_a_date", "month_end"),
        put("activity_code_in_code_set", "activity_code", "999"),
        put("cohort_status_in_code_set", "cohort_status", "Z"),
        put("academic_age_is_a_number", "academic_age", "sixteen", CRITICAL),
        letter("upn_is_valid", "upn"),
        blank("young_person_id_given", "young_person_id"),
        again(),
    ),
    ("elective_home_education", "elective_home_education"): (
        put("reason_in_code_set", "reason", "because"),
        no_day("started_on_is_a_date", "started_on"),
        put("suitability_in_code_set", "suitability", "maybe"),
        put("home_postcode_is_a_postcode", "home_postcode", "NOWHERE"),
        again(),
    ),
    ("school_census", "pupilonroll"): (
        *_PUPIL,
        put("sen_provision_in_code_set", "senprovision", "Z"),
        put("year_group_in_code_set", "ncyearactual", "99"),
        put("enrolment_status_in_code_set", "enrolstatus", "Z"),
    ),
    ("school_census", "pupilnolongeronroll"): _PUPIL,
    ("school_census", "termlysessiondetailsonroll"): _ABSENCES,
    ("school_census", "termlysessiondetailsoffroll"): _ABSENCES,
    ("school_census", "termlyexclusionsonroll"): _EXCLUSIONS,
    ("school_census", "termlyexclusionsoffroll"): _EXCLUSIONS,
    ("school_census", "senneeds"): (put("need_in_code_set", "sentype", "ZZZ"), again()),
    ("send_annex_a", "plans"): _SPECIAL,
    ("send_annex_a", "support"): _SPECIAL,
}
