"""Templates: what is published of a format of ours reads back, and its own examples are a row that is right.

Here: every contract of one table of our own. Not here: other encodings (`tests/integration/test_operations.py`).
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.homes import SOUTHAMPTON
from tests.rule_cases import CONTRACTS

OURS = [
    extract
    for extract, contract in CONTRACTS.items()
    if contract.format_owner == "ours" and not contract.is_reference and contract.shape == "flat"
]
PLACE = ["--area", SOUTHAMPTON, "--quarter", "2019-20-Q4"]


@pytest.mark.parametrize("extract", OURS)
def test_a_template_filled_in_with_its_examples_is_accepted(
    extract: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = tmp_path / "filled.csv"
    assert main(["template", extract, "--out", str(filled)]) == 0
    [table] = CONTRACTS[extract].tables
    with filled.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([column.example for column in table.columns])
    capsys.readouterr()
    assert main(["check", str(filled), *PLACE]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown == [f"filled.csv: {extract}: accepted: 1 rows read, 1 accepted, 0 quarantined"]
