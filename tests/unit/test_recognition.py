"""A fault of the product's own while a file is read stops that file, without its words, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.intake import recognition
from assets.intake.recognition import UNFORESEEN, recognise
from assets.raw.readers.grid import UnreadableError
from expectations.contract import ContractRegistry

CONTRACTS = ContractRegistry.load()
VALUE = "a value of the file"


def fail(*_: object) -> None:
    raise KeyError(VALUE)


@pytest.mark.parametrize("where", ["read_delimited", "read_flat"])
def test_a_fault_not_foreseen_is_told_by_its_kind_alone(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "return.csv"
    path.write_text("indicator,period,value\ncin_open,2019-20 Q4,1\n")
    monkeypatch.setattr(recognition, where, fail)
    with pytest.raises(UnreadableError) as told:
        list(recognise(path, CONTRACTS).batches())
    assert told.value.rule == UNFORESEEN
    assert "KeyError" in str(told.value)
    assert VALUE not in str(told.value)
