"""A small version of the proof of statutory files at size: what is measured is a whole way to core."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.statutory import EXTRACTS, measure


@pytest.mark.parametrize("extract", EXTRACTS)
def test_the_proof_brings_every_row_to_core(extract: str, tmp_path: Path) -> None:
    found = measure(extract, 60, tmp_path)
    assert found["rows"] >= 300
    assert min(found["seconds"], found["floor"], found["memory"], found["bytes"]) > 0
