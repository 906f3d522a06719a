"""Whatever is done to a file: no traceback reaches the user, and every row read is accepted or quarantined."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.intake.check import Checker, FileCheck
from assets.intake.recognition import UNFORESEEN
from assets.marts.catalogue_model import Catalogue
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from tests.homes import SOUTHAMPTON, example_file
from warehouse.quarters import FinancialQuarter

CHECKER = Checker(ContractRegistry.load(), Catalogue.load(), areas(), SOUTHAMPTON, FinancialQuarter.parse("2019-20 Q4"))
POLICE, COUNCIL = example_file("police").read_bytes(), example_file("council").read_bytes()
NAMES = [line.split(",")[3] for line in POLICE.decode().splitlines()[1:]]
BOUNDED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def checked(path: Path, content: bytes) -> FileCheck:
    path.write_bytes(content)
    verdict = CHECKER.check(path)
    assert verdict.rows_read == verdict.rows_accepted + verdict.rows_quarantined
    assert verdict.outcome in ("accepted", "accepted_with_quarantine", "stopped", "unrecognised")
    for problem in verdict.problems:
        assert problem.rule != UNFORESEEN
        words = f"{problem.location} {problem.kind} {problem.remedy}"
        assert not [name for name in NAMES if name in words]
    return verdict


def mutate_rows(content: bytes, seed: int) -> bytes:
    """Lines dropped, repeated, shuffled, cut or with cells exchanged, as the seed has it."""
    chance = random.Random(seed)
    lines = content.split(b"\r\n")
    for _ in range(chance.randrange(1, 6)):
        index = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                del lines[index]
            case 1:
                lines.insert(chance.randrange(len(lines)), lines[index])
            case 2:
                chance.shuffle(lines)
            case 3:
                lines[index] = lines[index][: chance.randrange(len(lines[index]) + 1)]
            case 4:
                cells = lines[index].split(b",")
                chance.shuffle(cells)
                lines[index] = b",".join(cells)
        if not lines:
            return b""
    return b"\r\n".join(lines)


@BOUNDED
@given(seed=st.integers(0, 2**32))
def test_rows_of_a_csv_may_be_anything(seed: int, tmp_path: Path) -> None:
    checked(tmp_path / "police.csv", mutate_rows(POLICE, seed))


@BOUNDED
@given(at=st.integers(0, len(POLICE)), put=st.binary(max_size=8), cut=st.integers(0, 40))
def test_bytes_of_a_csv_may_be_anything(at: int, put: bytes, cut: int, tmp_path: Path) -> None:
    checked(tmp_path / "police.csv", POLICE[:at] + put + POLICE[at + cut :])


@BOUNDED
@given(at=st.integers(0, len(COUNCIL)), put=st.binary(max_size=8), cut=st.integers(0, 400))
def test_bytes_of_a_workbook_may_be_anything(at: int, put: bytes, cut: int, tmp_path: Path) -> None:
    checked(tmp_path / "council.xlsx", COUNCIL[:at] + put + COUNCIL[at + cut :])


@BOUNDED
@given(text=st.text(max_size=200))
def test_any_text_may_be_landed(text: str, tmp_path: Path) -> None:
    checked(tmp_path / "any.csv", text.encode("utf-8", errors="surrogatepass"))


@BOUNDED
@given(cell=st.text(max_size=30))
def test_any_text_may_stand_in_a_cell_of_a_return(cell: str, tmp_path: Path) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    text = f"indicator,period,value\ncin_open,2019-20 Q4,{quoted}\n"
    verdict = checked(tmp_path / "return.csv", text.encode("utf-8", errors="replace"))
    if "\0" not in cell:
        assert verdict.extract == "indicator_return"
        assert verdict.rows_read == 1


@pytest.mark.parametrize("content", [POLICE, COUNCIL])
def test_the_file_that_is_mutated_is_a_good_one(content: bytes, tmp_path: Path) -> None:
    assert checked(tmp_path / "whole", content).outcome in ("accepted", "accepted_with_quarantine")
