"""Whatever is done to a statutory file: no traceback, every row read is accepted or quarantined, no value is told."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.intake.check import Checker, FileCheck
from assets.intake.recognition import UNFORESEEN
from assets.marts.catalogue_model import Catalogue
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from tests.homes import SOUTHAMPTON
from tests.spec.contracts.test_events import CENSUS, annex
from tests.statutory import text_of
from warehouse.quarters import FinancialQuarter

CHECKER = Checker(ContractRegistry.load(), Catalogue.load(), areas(), SOUTHAMPTON, FinancialQuarter.parse("2019-20 Q4"))
BOUNDED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
CHILD = "7394028156"
EPISODES = text_of(
    [
        {
            "CHILD": f"{CHILD}{number}", "DECOM": "03/06/2019", "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U6",
            "PLACE_PROVIDER": "PR1", "DEC": "", "REC": "", "REASON_PLACE_CHANGE": "", "HOME_POST": "ZZ1 1AA",
            "PL_POST": "ZZ2 2BB", "URN": "1234567",
        }
        for number in range(5)
    ]
)  # fmt: skip
HEADER = text_of(
    [
        {
            "CHILD": f"{CHILD}{number}", "SEX": "2", "DOB": "14/05/2009", "ETHNIC": "WBRI", "UPN": "UN1", "MOTHER": "",
            "MC_DOB": "",
        }
        for number in range(5)
    ]
)  # fmt: skip


def zipped(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return held.getvalue()


FILES = {
    "census.xml": CENSUS,
    "episodes.csv": EPISODES,
    "return.zip": zipped(episodes=EPISODES, header=HEADER),
    "lists.xlsx": annex(),
}
_ELEMENT = re.compile(rb"<(\w+)>[^<]*</\1>")


def checked(path: Path, content: bytes) -> FileCheck:
    path.write_bytes(content)
    verdict = CHECKER.check(path)
    assert verdict.rows_read == verdict.rows_accepted + verdict.rows_quarantined
    assert verdict.outcome in ("accepted", "accepted_with_quarantine", "stopped", "unrecognised")
    for problem in verdict.problems:
        assert problem.rule != UNFORESEEN
        assert CHILD not in f"{problem.location} {problem.kind} {problem.remedy}"
    return verdict


@pytest.mark.parametrize("name", FILES)
def test_the_file_that_is_mutated_is_a_good_one(name: str, tmp_path: Path) -> None:
    verdict = checked(tmp_path / name, FILES[name])
    assert verdict.outcome == "accepted"
    assert verdict.rows_read > 0


@pytest.mark.parametrize("name", FILES)
@BOUNDED
@given(at=st.floats(0, 1), put=st.binary(max_size=8), cut=st.integers(0, 200))
def test_its_bytes_may_be_anything(name: str, at: float, put: bytes, cut: int, tmp_path: Path) -> None:
    content = FILES[name]
    start = int(at * len(content))
    checked(tmp_path / name, content[:start] + put + content[start + cut :])


@BOUNDED
@given(seed=st.integers(0, 2**32))
def test_elements_of_a_census_may_be_lost_repeated_moved_or_hold_anything(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    content = CENSUS
    for _ in range(chance.randrange(1, 5)):
        found = list(_ELEMENT.finditer(content))
        one, other = chance.choice(found), chance.choice(found)
        match chance.randrange(4):
            case 0:
                content = content[: one.start()] + content[one.end() :]
            case 1:
                content = content[: other.start()] + one[0] + content[other.start() :]
            case 2:
                content = content[: one.start()] + other[0] + content[one.end() :]
            case 3:
                text = chance.choice([b"", b"2019-13-40", b"perhaps", "é".encode(), b"&amp;", b"|", b"2019-05-14|x"])
                content = (
                    content[: one.start()] + b"<" + one[1] + b">" + text + b"</" + one[1] + b">" + content[one.end() :]
                )
    checked(tmp_path / "census.xml", content)


@BOUNDED
@given(seed=st.integers(0, 2**32))
def test_cells_of_a_return_may_be_anything(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    lines = [line.split(b",") for line in EPISODES.splitlines()]
    for _ in range(chance.randrange(1, 8)):
        line = chance.choice(lines)
        odd = [b"", b"31/02/2019", b"2019-05-14", b"\xa3", b'"', b"X" * 50, b"C2 ", b"0"]
        line[chance.randrange(len(line))] = chance.choice(odd)
    checked(tmp_path / "episodes.csv", b"\n".join(b",".join(line) for line in lines))
