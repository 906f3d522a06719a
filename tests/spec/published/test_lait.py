"""The department's long file: Parquet or CSV to figures with days, ONS codes and named absences; none is lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from assets.intake.recognition import recognise
from assets.raw.layouts.columnar import ColumnarRows
from assets.raw.readers import parquet
from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.parquet import is_parquet, read_parquet
from tests.homes import land
from tests.published import CONTRACTS, published
from warehouse.home import Home

GOOD: Mapping[str, str | float | None] = {
    "Short Desc": "Section_47",
    "Data item": None,
    "Years": "2019",
    "LA and Regions": "Southampton",
    "Values": "347.2",
    "LA Number": 852.0,
    "Region": "South East",
}


def frame(*changes: Mapping[str, str | float | None]) -> pl.DataFrame:
    schema = {name: pl.Float64 if name == "LA Number" else pl.String for name in GOOD}
    return pl.DataFrame([{**GOOD, **change} for change in changes], schema=schema)


def core(folder: Path, content: pl.DataFrame, columns: str, *, suffix: str = "parquet") -> list[tuple[object, ...]]:
    file = folder / f"long.{suffix}"
    if suffix == "csv":
        content.write_csv(file)
    else:
        content.write_parquet(file)
    home = Home(folder / "home").create()
    land(home, f"reference/lait/2025/{file.name}", file)
    with published(home) as connection:
        return connection.execute(f"SELECT {columns} FROM core.lait_figure ORDER BY row_number").fetchall()


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_figure_has_its_days_and_its_area(tmp_path: Path, suffix: str) -> None:
    found = core(
        tmp_path,
        frame({}),
        "area_code, quarter, measure, years, area, geographic_level, period_start::VARCHAR, period_end::VARCHAR, "
        "value::DOUBLE, symbol, status, dq_status",
        suffix=suffix,
    )
    assert found == [
        (
            "lait",
            "2025",
            "Section_47",
            "2019",
            "E06000045",
            "Local authority",
            "2018-04-01",
            "2019-03-31",
            347.2,
            None,
            "value",
            "pass",
        )
    ]


@pytest.mark.parametrize(
    ("printed", "value"),
    [("9.3699999999999992", "9.370000"), ("39.450000000000003", "39.450000"), ("-21.74", "-21.740000"),
     ("16012000000", "16012000000.000000"), ("0", "0.000000"), ("1E-3", "0.001000")],
)  # fmt: skip
def test_a_figure_is_kept_without_the_noise_of_arithmetic(tmp_path: Path, printed: str, value: str) -> None:
    assert core(tmp_path, frame({"Values": printed}), "value::VARCHAR, status") == [(value, "value")]


@pytest.mark.parametrize(
    ("symbol", "status"),
    [("-", "missing"), ("c", "suppressed"), ("~", "suppressed"), ("z", "not_applicable"), ("x", "missing"),
     (":", "missing"), ("low", "low"), ("k", "low"), ("Low", "low")],
)  # fmt: skip
def test_a_symbol_is_kept_and_names_the_absence(tmp_path: Path, symbol: str, status: str) -> None:
    assert core(tmp_path, frame({"Values": symbol}), "value, symbol, status") == [(None, symbol, status)]


@pytest.mark.parametrize("text", ["n.a.", "NaN", "inf", "1e300", None])
def test_what_is_neither_a_number_nor_a_symbol_is_quarantined(tmp_path: Path, text: str | None) -> None:
    assert core(tmp_path, frame({}, {"LA Number": 851.0, "Values": text}), "area") == [("E06000045",)]


def test_a_label_that_names_no_period_is_kept_and_found(tmp_path: Path) -> None:
    found = core(tmp_path, frame({"Years": "0", "Values": "-"}), "years, period_end, status, dq_status")
    assert found == [("0", None, "missing", "warn")]


@pytest.mark.parametrize(
    ("number", "name", "year", "code"),
    [
        (970.0, "England", "2019", "E92000001"),
        (989.0, "South East", "2019", "E12000008"),
        (982.0, "Yorkshire and the Humber", "2019", "E12000003"),
        (986.0, "London", "2019", "E12000007"),
        (987.0, "London (Inner)", "2019", "E13000001"),
        (988.0, "London (Outer)", "2019", "E13000002"),
        (825.0, "Buckinghamshire", "2019", "E10000002"),
        (825.0, "Buckinghamshire", "2021", "E06000060"),
        (373.0, "Sheffield", "2025", "E08000019"),
        (837.0, "Bournemouth (Pre LG)", "2024", "E06000028"),
        (840.0, "Durham", "0", "E06000047"),
    ],
)
def test_an_area_has_the_code_it_had_on_the_last_day(
    tmp_path: Path, number: float, name: str, year: str, code: str
) -> None:
    row = {"LA Number": number, "LA and Regions": name, "Years": year}
    assert core(tmp_path, frame(row), "area") == [(code,)]


def test_an_area_that_cannot_be_told_is_quarantined(tmp_path: Path) -> None:
    rows = frame({}, {"LA Number": 999.0, "LA and Regions": "Wessex"})
    assert core(tmp_path, rows, "area_name") == [("Southampton",)]


def test_columns_not_known_are_kept_in_raw(tmp_path: Path) -> None:
    file = tmp_path / "long.parquet"
    frame({}).with_columns(pl.lit("new").alias("Note")).write_parquet(file)
    [(_, rows)] = recognise(file, CONTRACTS).batches()
    assert isinstance(rows, ColumnarRows)
    assert rows.unknown_headers == ("Note",)
    assert rows.frame["extra"].to_list() == ['{"Note": "new"}']


def test_a_file_is_parquet_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    frame({}).write_parquet(file)
    assert is_parquet(file)
    assert recognise(file, CONTRACTS).contract.extract == "lait"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"PAR1", "parquet_opens"),
        (b"PAR1" + b"\0" * 64 + b"PAR1", "parquet_opens"),
        (b"PAR1" + b"x" * 500, "parquet_opens"),
    ],
)
def test_a_damaged_file_is_refused_without_its_words(tmp_path: Path, content: bytes, rule: str) -> None:
    file = tmp_path / "long.parquet"
    file.write_bytes(content)
    with pytest.raises(UnreadableError) as refused:
        read_parquet(file)
    assert refused.value.rule == rule
    assert "long" not in str(refused.value)


@pytest.mark.parametrize("length", [0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_off_is_refused(tmp_path: Path, length: float) -> None:
    file = tmp_path / "long.parquet"
    frame(*({"LA Number": float(n)} for n in range(1000))).write_parquet(file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * length)])
    with pytest.raises(UnreadableError):
        read_parquet(file)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (pl.DataFrame({"a": [[1, 2]]}), "parquet_is_flat"),
        (pl.DataFrame({"a": [b"bytes"]}), "parquet_is_flat"),
        (pl.DataFrame({"a": []}, schema={"a": pl.String}), "file_not_empty"),
    ],
)
def test_a_file_that_holds_no_plain_rows_is_refused(tmp_path: Path, content: pl.DataFrame, rule: str) -> None:
    file = tmp_path / "long.parquet"
    content.write_parquet(file)
    with pytest.raises(UnreadableError) as refused:
        read_parquet(file)
    assert refused.value.rule == rule


def test_a_file_too_large_is_refused_before_a_column_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "long.parquet"
    frame({}, {}).write_parquet(file)
    monkeypatch.setattr(parquet, "MAXIMUM_ROWS", 1)
    with pytest.raises(UnreadableError) as refused:
        read_parquet(file)
    assert refused.value.rule == "parquet_within_bounds"
