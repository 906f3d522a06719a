"""Ofsted's lists: a row that is right of each, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails. Not here:
the tests that put them (`test_annex_a`).
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.rule_cases import Case, Row

CHILD: Row = {
    "child_unique_id": "9000001",
    "gender": "b) Female",
    "ethnicity": "a) WBRI",
    "date_of_birth": "2010-03-14 00:00:00",
    "age": "10.047",
}
NO, YES = "b) No", "a) Yes"
WORK: Row = {"allocated_team": "North team", "allocated_worker": "A. Worker"}
LATER, AFTER_THE_QUARTER = "2020-03-31 00:00:00", "2020-04-01 00:00:00"
LONG_BEFORE_BIRTH = "2009-06-06 00:00:00"

GOOD: Mapping[str, Row] = {
    "contacts": {**CHILD, "contact_on": LATER, "source": "q) 6: Police"},
    "early_help": {
        **CHILD, "started_on": "2020-01-06 00:00:00", "completed_on": "06/02/2020", "organisation": "Early help team",
    },
    "referrals": {
        **CHILD, **WORK, "referred_on": "2020-01-06", "source": "e) 2A: Schools", "no_further_action": "No",
        "referrals_last_12_months": "0",
    },
    "assessments": {
        **CHILD, **WORK, "disability": NO, "started_on": "2020-01-06 00:00:00", "child_seen": "Yes",
        "authorised_on": "2020-02-06 00:00:00", "support_required": "Yes",
    },
    "section_47": {
        **CHILD, **WORK, "disability": NO, "started_on": "2020-01-06 00:00:00", "conference_not_required": "No",
        "conference_on": "2020-01-20 00:00:00", "resulted_in_plan": "Yes", "enquiries_last_12_months": "1",
        "conferences_last_12_months": "0", "transfer_in": None,
    },
    "children_in_need": {
        **CHILD, **WORK, "disability": NO, "started_on": "2019-01-06 00:00:00", "primary_need": "N1 - Abuse or Neglect",
        "last_seen_on": LATER, "closed_on": LATER, "closure_reason": "RC7: Services ceased",
        "case_status": "e) Closed episode",
    },
    "child_protection_plans": {
        **CHILD, **WORK, "disability": NO, "started_on": "2019-05-06 00:00:00", "initial_category": "Physical abuse",
        "latest_category": "a) Neglect", "last_visit_on": "2020-03-20 00:00:00", "seen_alone": YES,
        "latest_review_on": "2020-02-06 00:00:00", "ended_on": None, "police_protection": NO, "previous_plans": "0",
        "temporary_registration": None,
    },
    "looked_after": {
        **CHILD, **WORK, "uasc": NO, "disability": NO, "started_on": "2015-08-06 00:00:00",
        "primary_need": "N1 - Abuse or Neglect", "again_within_12_months": NO,
        "legal_status_started_on": "2016-07-12 00:00:00", "legal_status": "C2: FCO",
        "latest_review_on": "2020-01-12 00:00:00", "last_visit_on": "2020-02-22 00:00:00", "permanence_plan": None,
        "last_reviewing_officer_contact_on": "2020-01-12 00:00:00", "health_assessed_on": "2019-05-27 00:00:00",
        "teeth_checked_on": "2019-10-12 00:00:00", "placements_last_12_months": "1", "ended_on": None,
        "reason_ended": None, "placement_started_on": "2019-07-08 00:00:00",
        "placement_type": "f) U6: Foster placement - not FFA", "placement_provider": "b) PR1 - Own provision",
        "placement_postcode": "zz99 3wz", "placement_urn": "SC000001", "placement_location": None,
        "placement_authority": "Southampton", "missing_last_12_months": "0", "absent_last_12_months": "0",
        "return_interview_offered": None, "return_interview_accepted": None,
    },
    "care_leavers": {
        **CHILD, **WORK, "date_of_birth": "2001-10-08 00:00:00", "age": "18.5", "uasc": None, "disability": NO,
        "personal_advisor": "An Adviser", "eligibility": "b) Former relevant child",
        "pathway_plan_reviewed_on": "2020-01-20 00:00:00", "in_touch": YES, "last_contact_on": LATER,
        "accommodation": "U: Independent living", "suitability": "a) Suitable",
        "activity": "F2: Full time in education other than higher",
    },
    "adoption": {
        **CHILD, "family_identifier": "F9001", "disability": NO, "entered_care_on": "2018-08-06 00:00:00",
        "decided_on": "2018-10-11 00:00:00", "placement_order_on": "2018-12-16 00:00:00",
        "matched_on": "2019-02-21 00:00:00", "placed_on": "2019-03-26 00:00:00", "ordered_on": "2019-10-31 00:00:00",
        "no_longer_on": None, "no_longer_reason": None, "fostered_for_adoption_on": None,
    },
    "adopters": {
        "adopter_id": "A9001", "family_identifier": "F9001", "gender": "a) Male", "ethnicity": "a) WBRI",
        "disability": NO, "fostering_for_adoption": "No", "enquired_on": "2018-01-06 00:00:00",
        "stage_1_started_on": "2018-01-19 00:00:00", "stage_1_ended_on": "2018-03-01 00:00:00",
        "stage_2_started_on": "2018-03-14 00:00:00", "stage_2_ended_on": "2018-06-27 00:00:00",
        "applied_on": "2018-07-10 00:00:00", "approved_on": "2018-07-23 00:00:00", "matched_on": "2019-02-21 00:00:00",
        "placed_on": "2019-03-26 00:00:00", "children_placed": "1", "ordered_on": "2019-10-31 00:00:00",
        "left_on": None, "left_reason": None,
    },
}  # fmt: skip

OF_ANYBODY = {
    "row_is_a_record": Case({"child_unique_id": "Grand total: 5"}),
    "duplicate": Case({}, beside={}),
    "gender_in_code_set": Case({"gender": "d) Other words"}),
    "ethnicity_in_code_set": Case({"ethnicity": "White"}),
}
OF_A_CHILD = {
    **OF_ANYBODY,
    "child_unique_id_given": Case({"child_unique_id": None}),
    "date_of_birth_given": Case({"date_of_birth": "#N/A"}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "03/14/2010"}),
    "age_is_a_number": Case({"age": "ten"}),
    "date_of_birth_plausible": Case({"date_of_birth": "1989-03-14", "age": None}),
    "age_agrees_with_date_of_birth": Case({"age": "7"}),
}
DISABILITY = {"disability_in_code_set": Case({"disability": "c) Perhaps"})}
STARTED = {
    "started_on_given": Case({"started_on": None}),
    "started_on_is_a_date": Case({"started_on": "05/13/2019"}),
}
LISTED_IN_NEED = {
    "children_in_need": [{**GOOD["children_in_need"], "closed_on": None}],
}
OTHERS_IN_NEED = {
    "children_in_need": [{**GOOD["children_in_need"], "closed_on": None, "child_unique_id": "9000002"}],
}
BORN_OTHERWISE = {
    "children_in_need": [
        {**GOOD["children_in_need"], "closed_on": None, "date_of_birth": "2010-03-15"},
    ],
}
OF_AN_ADULT = {
    "date_of_birth_plausible": Case(
        {"date_of_birth": "1989-03-14", "age": None},
        also=frozenset({"started_before_the_18th_birthday", "ended_by_the_18th_birthday"}),
    ),
}
STILL_OPEN = {"closed_on": None, "closure_reason": None, "case_status": "c) Child in need plan"}
AS_IN_LIST_6 = {
    "date_of_birth_as_in_list_6": Case({}, companions=BORN_OTHERWISE),
    "child_is_in_list_6": Case({}, companions=OTHERS_IN_NEED),
}


def _yes_or_no(**columns: str) -> dict[str, Case]:
    return {rule: Case({column: "perhaps"}) for rule, column in columns.items()}


def _no_date(*columns: str) -> dict[str, Case]:
    return {f"{column}_is_a_date": Case({column: "Spring 2020"}) for column in columns}


CASES: Mapping[str, Mapping[str, Case]] = {
    "contacts": {
        **OF_A_CHILD,
        "contact_on_given": Case({"contact_on": None}),
        "contact_on_is_a_date": Case({"contact_on": "March 2020"}),
        "contact_by_the_end_of_the_quarter": Case({"contact_on": AFTER_THE_QUARTER}),
        "contact_not_long_before_birth": Case({"contact_on": LONG_BEFORE_BIRTH}),
        "source_given": Case({"source": None}),
        "source_in_code_set": Case({"source": "x) 5D: Early help"}),  # a code from 2021-22 on
    },
    "early_help": {
        **OF_A_CHILD,
        **STARTED,
        "started_by_the_end_of_the_quarter": Case({"started_on": AFTER_THE_QUARTER, "completed_on": None}),
        "started_not_long_before_birth": Case({"started_on": LONG_BEFORE_BIRTH}),
        "completed_on_is_a_date": Case({"completed_on": "ongoing"}),
        "completed_not_before_started": Case({"completed_on": "05/01/2020"}),
        "completed_by_the_end_of_the_quarter": Case({"completed_on": AFTER_THE_QUARTER}),
        "organisation_given": Case({"organisation": None}),
    },
    "referrals": {
        **OF_A_CHILD,
        "referred_on_given": Case({"referred_on": None}),
        "referred_on_is_a_date": Case({"referred_on": "6.1.2020"}),
        "referred_by_the_end_of_the_quarter": Case({"referred_on": AFTER_THE_QUARTER}),
        "referred_not_long_before_birth": Case({"referred_on": LONG_BEFORE_BIRTH}),
        "source_given": Case({"source": None}),
        "source_in_code_set": Case({"source": "a neighbour"}),
        "no_further_action_given": Case({"no_further_action": None}),
        "no_further_action_is_yes_or_no": Case({"no_further_action": "perhaps"}),
        "referrals_last_12_months_is_a_number": Case({"referrals_last_12_months": "several"}),
    },
    "assessments": {
        **OF_A_CHILD,
        **DISABILITY,
        **STARTED,
        "started_by_the_end_of_the_quarter": Case({"started_on": AFTER_THE_QUARTER, "authorised_on": None}),
        "started_not_long_before_birth": Case({"started_on": LONG_BEFORE_BIRTH}),
        "child_seen_is_yes_or_no": Case({"child_seen": "perhaps"}),
        "authorised_on_is_a_date": Case({"authorised_on": "ongoing"}),
        "authorised_not_before_started": Case({"authorised_on": "05/01/2020"}),
        "authorised_by_the_end_of_the_quarter": Case({"authorised_on": AFTER_THE_QUARTER}),
    },
    "section_47": {
        **OF_A_CHILD,
        **DISABILITY,
        "enquiry_or_conference_given": Case({"started_on": None, "conference_on": None, "resulted_in_plan": "No"}),
        "conference_without_enquiry_is_a_transfer": Case({"started_on": None}),
        "started_on_is_a_date": Case({"started_on": "05/13/2019"}),
        "started_by_the_end_of_the_quarter": Case(
            {"started_on": AFTER_THE_QUARTER, "conference_on": None, "resulted_in_plan": None}
        ),
        "started_not_long_before_birth": Case({"started_on": LONG_BEFORE_BIRTH}),
        "conference_on_is_a_date": Case({"conference_on": "to be held"}),
        "conference_not_before_enquiry": Case({"conference_on": "2020-01-05 00:00:00"}),
        "conference_by_the_end_of_the_quarter": Case({"conference_on": AFTER_THE_QUARTER}),
        "no_conference_where_none_was_needed": Case({"conference_not_required": "Yes"}),
        "plan_comes_of_a_conference": Case({"conference_on": None}),
        "plan_is_listed": Case(
            {}, companions={"child_protection_plans": [{**GOOD["child_protection_plans"], "ended_on": LATER}]}
        ),
        **_yes_or_no(
            conference_not_required_is_yes_or_no="conference_not_required",
            resulted_in_plan_is_yes_or_no="resulted_in_plan",
            transfer_in_is_yes_or_no="transfer_in",
        ),
        "enquiries_last_12_months_is_a_number": Case({"enquiries_last_12_months": "several"}),
        "conferences_last_12_months_is_a_number": Case({"conferences_last_12_months": "several"}),
    },
    "children_in_need": {
        **OF_A_CHILD,
        **DISABILITY,
        **STARTED,
        "started_by_the_end_of_the_quarter": Case({**STILL_OPEN, "started_on": AFTER_THE_QUARTER}),
        "started_not_long_before_birth": Case({"started_on": LONG_BEFORE_BIRTH}),
        "episodes_do_not_overlap": Case({}, beside={"started_on": "2020-03-30"}),
        "primary_need_given": Case({"primary_need": None}),
        "primary_need_in_code_set": Case({"primary_need": "PSRMEM - Support with memory and cognition"}),
        **_no_date("last_seen_on", "closed_on"),
        "last_seen_by_the_end_of_the_quarter": Case({"last_seen_on": AFTER_THE_QUARTER}),
        "closed_not_before_started": Case({"closed_on": "2019-01-05"}),
        "closed_by_the_end_of_the_quarter": Case({"closed_on": AFTER_THE_QUARTER}),
        "closed_says_why": Case({"closure_reason": None}),
        "reason_only_of_what_closed": Case({**STILL_OPEN, "closure_reason": "RC7: Services ceased"}),
        "closure_reason_in_code_set": Case({"closure_reason": "RC9: Referred to early help"}),  # from 2020-21 on
        "case_status_given": Case({"case_status": None}),
        "case_status_in_code_set": Case({**STILL_OPEN, "case_status": "g) Another"}),
        "status_agrees_with_closure": Case({"case_status": "d) Open assessment"}),
    },
    "child_protection_plans": {
        **OF_A_CHILD,
        "plan_stands_once": Case({}, beside={"previous_plans": "1"}),
        **OF_AN_ADULT,
        **AS_IN_LIST_6,
        **DISABILITY,
        **STARTED,
        "started_by_the_end_of_the_quarter": Case({"started_on": AFTER_THE_QUARTER, "latest_review_on": None}),
        "started_not_long_before_birth": Case({"started_on": LONG_BEFORE_BIRTH}),
        "started_before_the_18th_birthday": Case({"date_of_birth": "2001-05-06", "age": "18.9"}),
        "ended_by_the_18th_birthday": Case({"date_of_birth": "2001-03-31", "age": "19", "started_on": "2019-03-30"}),
        "plans_do_not_overlap": Case({}, beside={"started_on": "2019-07-06"}),
        "initial_category_given": Case({"initial_category": None}),
        "initial_category_in_code_set": Case({"initial_category": "Criminal exploitation"}),
        "latest_category_given": Case({"latest_category": None}),
        "latest_category_in_code_set": Case({"latest_category": "Criminal exploitation"}),
        **_no_date("last_visit_on", "latest_review_on", "ended_on"),
        "reviewed_not_before_started": Case({"latest_review_on": "05/05/2019"}),
        "visited_and_reviewed_by_the_end_of_the_quarter": Case({"last_visit_on": AFTER_THE_QUARTER}),
        **_yes_or_no(
            seen_alone_is_yes_or_no="seen_alone",
            police_protection_is_yes_or_no="police_protection",
            temporary_registration_is_yes_or_no="temporary_registration",
        ),
        "ended_not_before_started": Case({"ended_on": "05/05/2019"}),
        "ended_by_the_end_of_the_quarter": Case({"ended_on": AFTER_THE_QUARTER}),
        "previous_plans_given": Case({"previous_plans": None}),
        "previous_plans_is_a_number": Case({"previous_plans": "none"}),
        "previous_plans_plausible": Case({"previous_plans": "11"}),
        "plan_follows_a_conference": Case(
            {"started_on": "2020-01-21", "latest_review_on": None},
            companions={"section_47": [{**GOOD["section_47"], "child_unique_id": "9000002"}]},
        ),
    },
    "looked_after": {
        **OF_A_CHILD,
        "period_stands_once": Case({}, beside={"legal_status": "C1: ICO"}),
        **OF_AN_ADULT,
        **AS_IN_LIST_6,
        **DISABILITY,
        **STARTED,
        "started_by_the_end_of_the_quarter": Case(
            {
                "started_on": AFTER_THE_QUARTER, "legal_status_started_on": None, "latest_review_on": None,
                "placement_started_on": None,
            }
        ),
        "started_not_before_birth": Case({"started_on": "2010-03-13"}),
        "started_before_the_18th_birthday": Case(
            {"date_of_birth": "1997-08-06", "age": None, "ended_on": LATER, "reason_ended": "E7: Adult care"}
        ),
        "ended_by_the_18th_birthday": Case({"date_of_birth": "31/03/2002", "age": "18"}),
        "periods_do_not_overlap": Case({}, beside={"started_on": "2016-01-06"}),
        "primary_need_in_code_set": Case({"primary_need": "N10"}),
        **_no_date(
            "legal_status_started_on", "latest_review_on", "last_visit_on", "health_assessed_on", "teeth_checked_on",
            "ended_on", "placement_started_on",
        ),
        "ended_on_is_a_date": Case({"ended_on": "Spring 2020", "reason_ended": "E4A: Returned home"}),
        "reviewing_officer_contact_is_a_date": Case({"last_reviewing_officer_contact_on": "Spring 2020"}),
        **_yes_or_no(
            uasc_is_yes_or_no="uasc",
            again_within_12_months_is_yes_or_no="again_within_12_months",
            offered_is_yes_or_no="return_interview_offered",
            accepted_is_yes_or_no="return_interview_accepted",
        ),
        "legal_status_given": Case({"legal_status": None}),
        "legal_status_in_code_set": Case({"legal_status": "C9: Another"}),
        "legal_status_not_before_started": Case({"legal_status_started_on": "05/08/2015"}),
        "reviewed_not_before_started": Case({"latest_review_on": "05/08/2015"}),
        "seen_and_reviewed_by_the_end_of_the_quarter": Case({"teeth_checked_on": AFTER_THE_QUARTER}),
        "placements_last_12_months_is_a_number": Case({"placements_last_12_months": "several"}),
        "ended_not_before_started": Case({"ended_on": "05/08/2015", "reason_ended": "E4A: Returned home"}),
        "ended_by_the_end_of_the_quarter": Case({"ended_on": AFTER_THE_QUARTER, "reason_ended": "E4A: Returned home"}),
        "ended_says_why": Case({"ended_on": LATER}),
        "reason_only_of_what_ended": Case({"reason_ended": "E4A: Returned home"}),
        "reason_ended_in_code_set": Case({"ended_on": LATER, "reason_ended": "E43: SGO"}),  # until 2017-18
        "placement_not_before_started": Case({"placement_started_on": "05/08/2015"}),
        "placement_type_given": Case({"placement_type": None}),
        "placement_type_in_code_set": Case({"placement_type": "p) K3: Supported accommodation"}),  # from 2024-25 on
        "placement_provider_in_code_set": Case({"placement_provider": "Own provision"}),
        "placement_postcode_is_a_postcode": Case({"placement_postcode": "nope"}),
        "placement_urn_is_a_number_of_ofsted": Case({"placement_urn": "none yet"}),
        "missing_last_12_months_is_a_number": Case({"missing_last_12_months": "several"}),
        "absent_last_12_months_is_a_number": Case({"absent_last_12_months": "several"}),
        "accepted_only_what_was_offered": Case({"return_interview_offered": NO, "return_interview_accepted": YES}),
    },
    "care_leavers": {
        **OF_A_CHILD,
        "age_agrees_with_date_of_birth": Case({"age": "16"}),
        "child_stands_once": Case({}, beside={"activity": "G5: Not in education"}),
        "date_of_birth_as_in_list_6": Case({}, companions=BORN_OTHERWISE),
        "child_is_in_list_6": Case({}, companions=OTHERS_IN_NEED),
        "date_of_birth_plausible": Case({"date_of_birth": "2004-04-01", "age": "16"}),
        "uasc_is_yes_or_no": Case({"uasc": "perhaps"}),
        **DISABILITY,
        "eligibility_in_code_set": Case({"eligibility": "e) Another"}),
        **_no_date("pathway_plan_reviewed_on", "last_contact_on"),
        "in_touch_given": Case({"in_touch": None}),
        "in_touch_in_code_set": Case({"in_touch": "now and then"}),
        "seen_and_reviewed_by_the_end_of_the_quarter": Case({"last_contact_on": AFTER_THE_QUARTER}),
        "accommodation_in_code_set": Case({"accommodation": "Q: Another"}),
        "accommodation_of_those_in_touch": Case({"accommodation": None}),
        "suitability_in_code_set": Case({"suitability": "c) Unknown"}),
        "suitability_given": Case({"suitability": None}),
        "activity_in_code_set": Case({"activity": "X1: Another"}),
        "activity_of_those_in_touch": Case({"activity": None}),
    },
    "adoption": {
        **OF_A_CHILD,
        "child_stands_once": Case({}, beside={"family_identifier": "F9002"}),
        **DISABILITY,
        **_no_date(
            "entered_care_on", "decided_on", "placement_order_on", "matched_on", "placed_on", "ordered_on",
            "fostered_for_adoption_on",
        ),
        "no_longer_on_is_a_date": Case({"ordered_on": None, "no_longer_on": "Spring", "no_longer_reason": "RD2"}),
        "entered_care_not_before_birth": Case({"entered_care_on": "13/03/2010"}),
        "decided_on_given": Case({"decided_on": None}),
        "decided_not_before_entered_care": Case({"decided_on": "05/08/2018"}),
        "placement_order_not_before_decided": Case({"placement_order_on": "10/10/2018"}),
        "matched_not_before_decided": Case({"matched_on": "10/10/2018"}),
        "placed_not_before_matched": Case({"placed_on": "20/02/2019"}),
        "ordered_not_before_placed": Case({"ordered_on": "25/03/2019"}),
        "no_longer_not_before_decided": Case(
            {"ordered_on": None, "no_longer_on": "10/10/2018", "no_longer_reason": "RD2"}
        ),
        "steps_by_the_end_of_the_quarter": Case({"ordered_on": AFTER_THE_QUARTER}),
        "no_longer_says_why": Case({"no_longer_reason": "RD2"}),
        "no_longer_reason_in_code_set": Case({"ordered_on": None, "no_longer_on": LATER, "no_longer_reason": "RD9"}),
        "not_adopted_and_given_up": Case({"no_longer_on": LATER, "no_longer_reason": "RD4"}),
        "child_is_in_list_8": Case(
            {"ordered_on": None}, companions={"looked_after": [{**GOOD["looked_after"], "child_unique_id": "9000002"}]}
        ),
    },
    "adopters": {
        **OF_ANYBODY,
        "row_is_a_record": Case({"adopter_id": "Individual adopter identifier"}),
        "adopter_id_given": Case({"adopter_id": None}),
        "adopter_stands_once": Case({}, beside={"family_identifier": "F9002"}),
        **DISABILITY,
        "fostering_for_adoption_is_yes_or_no": Case({"fostering_for_adoption": "perhaps"}),
        **_no_date(
            "enquired_on", "stage_1_started_on", "stage_1_ended_on", "stage_2_started_on", "stage_2_ended_on",
            "applied_on", "approved_on", "matched_on", "placed_on", "ordered_on",
        ),
        "left_on_is_a_date": Case({"left_on": "Spring 2020", "left_reason": "1"}),
        "stage_1_not_before_enquiry": Case({"stage_1_started_on": "05/01/2018"}),
        "stage_1_ends_not_before_it_begins": Case({"stage_1_ended_on": "18/01/2018"}),
        "stage_2_not_before_stage_1_ended": Case({"stage_2_started_on": "28/02/2018"}),
        "stage_2_ends_not_before_it_begins": Case({"stage_2_ended_on": "13/03/2018"}),
        "approved_not_before_enquiry": Case({"approved_on": "05/01/2018"}),
        "matched_not_before_approved": Case({"matched_on": "22/07/2018"}),
        "placed_not_before_matched": Case({"placed_on": "20/02/2019"}),
        "children_placed_is_a_number": Case({"children_placed": "two"}),
        "children_placed_plausible": Case({"children_placed": "11"}),
        "ordered_not_before_placed": Case({"ordered_on": "25/03/2019"}),
        "left_not_before_enquiry": Case({"left_on": "05/01/2018", "left_reason": "1"}),
        "steps_by_the_end_of_the_quarter": Case({"applied_on": AFTER_THE_QUARTER}),
        "left_says_why": Case({"left_on": LATER}),
        "child_is_in_list_10": Case({}, companions={"adoption": [{**GOOD["adoption"], "family_identifier": "F9002"}]}),
    },
}  # fmt: skip
