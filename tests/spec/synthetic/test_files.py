"""The files open where people would open them, and hold what their formats say."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from assets.synthetic.names import nhs_numbers

ORDER = {
    "Message": "Header Children",
    "Child": "ChildIdentifiers ChildCharacteristics CINdetails",
    "ChildIdentifiers": "LAchildID UPN UPNunknown PersonBirthDate ExpectedPersonBirthDate GenderCurrent",
    "CINdetails": "CINreferralDate ReferralSource PrimaryNeedCode CINclosureDate ReasonForClosure DateOfInitialCPC "
    "ReferralNFA Assessments CINPlanDates Section47 ChildProtectionPlans",
    "Assessments": "AssessmentActualStartDate AssessmentInternalReviewDate AssessmentAuthorisationDate "
    "FactorsIdentifiedAtAssessment",
    "Section47": "S47ActualStartDate InitialCPCtarget DateOfInitialCPC ICPCnotRequired",
    "ChildProtectionPlans": "CPPstartDate CPPendDate InitialCategoryOfAbuse LatestCategoryOfAbuse NumberOfPreviousCPP "
    "Reviews",
}
"""Elements of the census and what stands in them, in the order of EXTRACTS."""
REPEATED = {"CINdetails", "Assessments", "CINPlanDates", "Section47", "ChildProtectionPlans"}


def test_the_census_has_the_departments_structure(written: Path) -> None:
    (path,) = written.rglob("cin_census.xml")
    tree = etree.parse(str(path))
    seen = set()
    for element in tree.iter():
        if element.tag not in ORDER:
            continue
        seen.add(element.tag)
        inner = [child.tag for child in element]
        places = [ORDER[element.tag].split().index(tag) for tag in inner]
        assert places == sorted(places), inner
        assert all(inner.count(tag) == 1 for tag in set(inner) - REPEATED)
    assert seen == set(ORDER)
    assert len(tree.findall(".//Child")) > 50


def test_every_csv_is_read_by_the_csv_module_with_rows_as_wide_as_the_header(written: Path) -> None:
    for path in written.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            widths = {len(row) for row in csv.reader(file)}
        assert len(widths) == 1, path.name


def test_workbooks_hold_a_sheet_a_list_with_days_as_days(written: Path) -> None:
    books = sorted(written.rglob("annex_a.xlsx"))
    assert len(books) == 4
    book = openpyxl.load_workbook(books[-1], read_only=True)
    assert book.sheetnames == [f"List {number}" for number in range(1, 12)]
    rows = list(book["List 3"].iter_rows(values_only=True))
    day = rows[0].index("Date of Referral")
    assert len(rows) > 10
    assert {type(row[day]).__name__ for row in rows[1:]} == {"datetime"}


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not on this machine; openpyxl reads the books above"
)
def test_workbooks_open_in_libreoffice(written: Path, tmp_path: Path) -> None:
    for book in (next(iter(written.rglob("annex_a.xlsx"))), next(iter(written.rglob("send_annex_a.xlsx")))):
        command = ["soffice", "--headless", "--convert-to", "csv", "--outdir", str(tmp_path), str(book)]
        ran = subprocess.run(command, capture_output=True, check=False)
        assert ran.returncode == 0
        assert (tmp_path / f"{book.stem}.csv").stat().st_size > 0


def test_numbers_have_right_check_digits_and_are_of_nobody() -> None:
    import numpy as np

    numbers = nhs_numbers(np.arange(0, 49_000_000, 9_973))
    for number in numbers[:2_000]:
        digits = [int(digit) for digit in number]
        check = (11 - sum((10 - place) * digit for place, digit in enumerate(digits[:9])) % 11) % 11
        assert check == digits[9]
        assert number[0] == "9"
    assert len(set(numbers)) == len(numbers)


def test_pupil_numbers_follow_the_published_rule(written: Path) -> None:
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    path = next(iter(written.rglob("pupilonroll.csv")))
    with path.open(encoding="utf-8") as file:
        numbers = [row["upn"] for row in csv.DictReader(file)]
    for upn in numbers:
        assert re.fullmatch(r"[A-Z]\d{12}", upn)
        assert letters[sum(place * int(digit) for place, digit in enumerate(upn[1:], start=2)) % 23] == upn[0]


def test_homes_lie_where_no_post_is_delivered(written: Path) -> None:
    with next(iter(written.rglob("person_index.csv"))).open(encoding="utf-8") as file:
        assert all(row["postcode"].startswith("ZZ") for row in csv.DictReader(file))
