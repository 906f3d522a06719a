"""Invented children in need census files of any size, in the shape of the department's return.

Here: writing them. Nothing in them is of a real child: every value is drawn from a seed. Not here: what is made of
them (the tests and the benchmarks).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from assets.raw.readers.xml_shapes import RecordShape

CHILD = ("Children", "Child")
DETAILS = (*CHILD, "CINdetails")
SHAPES = (
    RecordShape(
        "header",
        ("Header",),
        {
            "collection": "CollectionDetails/Collection",
            "reference_date": "CollectionDetails/ReferenceDate",
            "authority": "Source/LEA",
        },
    ),
    RecordShape(
        "child",
        CHILD,
        {
            "child_id": "ChildIdentifiers/LAchildID",
            "upn": "ChildIdentifiers/UPN",
            "birth_date": "ChildIdentifiers/PersonBirthDate",
            "sex": "ChildIdentifiers/Sex",
            "ethnicity": "ChildCharacteristics/Ethnicity",
            "disabilities": "ChildCharacteristics/Disabilities/Disability",
        },
    ),
    RecordShape(
        "referral",
        DETAILS,
        {
            "child_id": "../ChildIdentifiers/LAchildID",
            "referral_date": "CINreferralDate",
            "source": "ReferralSource",
            "need": "PrimaryNeedCode",
            "closure_date": "CINclosureDate",
            "closure_reason": "ReasonForClosure",
            "no_further_action": "ReferralNFA",
        },
    ),
    RecordShape(
        "assessment",
        (*DETAILS, "Assessments"),
        {
            "child_id": "../../ChildIdentifiers/LAchildID",
            "referral_date": "../CINreferralDate",
            "start_date": "AssessmentActualStartDate",
            "authorised_date": "AssessmentAuthorisationDate",
            "factors": "FactorsIdentifiedAtAssessment/AssessmentFactors",
        },
    ),
    RecordShape(
        "plan",
        (*DETAILS, "CINPlanDates"),
        {
            "child_id": "../../ChildIdentifiers/LAchildID",
            "start_date": "CINPlanStartDate",
            "end_date": "CINPlanEndDate",
        },
    ),
    RecordShape(
        "enquiry",
        (*DETAILS, "Section47"),
        {
            "child_id": "../../ChildIdentifiers/LAchildID",
            "start_date": "S47ActualStartDate",
            "target_date": "InitialCPCtarget",
            "conference_date": "DateOfInitialCPC",
            "not_required": "ICPCnotRequired",
        },
    ),
    RecordShape(
        "protection_plan",
        (*DETAILS, "ChildProtectionPlans"),
        {
            "child_id": "../../ChildIdentifiers/LAchildID",
            "start_date": "CPPstartDate",
            "end_date": "CPPendDate",
            "initial_category": "InitialCategoryOfAbuse",
            "latest_category": "LatestCategoryOfAbuse",
            "previous": "NumberOfPreviousCPP",
        },
    ),
    RecordShape(
        "review",
        (*DETAILS, "ChildProtectionPlans", "Reviews", "CPPreviewDate"),
        {"child_id": "../../../../ChildIdentifiers/LAchildID", "review_date": "."},
    ),
)

_OPENING = """<?xml version="1.0" encoding="UTF-8"?>
<Message>
  <Header>
    <CollectionDetails>
      <Collection>CIN</Collection><Year>2024</Year><ReferenceDate>2024-03-31</ReferenceDate>
    </CollectionDetails>
    <Source>
      <SourceLevel>L</SourceLevel><LEA>852</LEA><SoftwareCode>Invented</SoftwareCode>
      <Release>1</Release><SerialNo>001</SerialNo><DateTime>2024-05-23T11:14:05</DateTime>
    </Source>
  </Header>
  <Children>
"""
_CLOSING = "  </Children>\n</Message>\n"


def write_census(path: Path, children: int, seed: int = 1) -> Path:
    """A census file of so many invented children, written as it is made up; returns the path."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_OPENING)
        for number in range(1, children + 1):
            file.write("".join(_child(chance, number)))
        file.write(_CLOSING)
    return path


def _day(chance: random.Random) -> str:
    return f"20{chance.randrange(10, 25)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"


def _child(chance: random.Random, number: int) -> Iterator[str]:
    yield "    <Child>\n      <ChildIdentifiers>\n"
    yield f"        <LAchildID>INV{number:07}</LAchildID>\n"
    yield f"        <PersonBirthDate>{_day(chance)}</PersonBirthDate>\n        <Sex>{chance.choice('MFU')}</Sex>\n"
    yield "      </ChildIdentifiers>\n      <ChildCharacteristics>\n        <Ethnicity>WBRI</Ethnicity>\n"
    yield "        <Disabilities><Disability>NONE</Disability></Disabilities>\n      </ChildCharacteristics>\n"
    yield f"      <CINdetails>\n        <CINreferralDate>{_day(chance)}</CINreferralDate>\n"
    yield "        <ReferralSource>1A</ReferralSource>\n        <PrimaryNeedCode>N1</PrimaryNeedCode>\n"
    for _ in range(chance.randrange(1, 4)):
        yield f"        <Assessments><AssessmentActualStartDate>{_day(chance)}</AssessmentActualStartDate>\n"
        yield "          <FactorsIdentifiedAtAssessment><AssessmentFactors>2A</AssessmentFactors>"
        yield "<AssessmentFactors>4B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>\n"
    for _ in range(chance.randrange(3)):
        yield f"        <CINPlanDates><CINPlanStartDate>{_day(chance)}</CINPlanStartDate></CINPlanDates>\n"
    for _ in range(chance.randrange(3)):
        yield f"        <Section47><S47ActualStartDate>{_day(chance)}</S47ActualStartDate>"
        yield "<ICPCnotRequired>false</ICPCnotRequired></Section47>\n"
    yield "        <ReferralNFA>false</ReferralNFA>\n"
    for _ in range(chance.randrange(2)):
        yield f"        <ChildProtectionPlans><CPPstartDate>{_day(chance)}</CPPstartDate>\n"
        yield "          <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
        yield "<LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>\n          <Reviews>"
        yield "".join(f"<CPPreviewDate>{_day(chance)}</CPPreviewDate>" for _ in range(chance.randrange(1, 5)))
        yield "</Reviews></ChildProtectionPlans>\n"
    yield "      </CINdetails>\n    </Child>\n"
