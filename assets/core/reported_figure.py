"""Reported figures: an agency's own figures, from label, header and cell to indicator, period and number.

Here: the shape of `indicator_return`, and which of several reports of one figure is in force. Not here: types
of flat tables (`assets.core.staging`), the checks (the contract), or rates we make ourselves (`assets.marts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.core.periods import NOT_STATED, period_of, read_quarter
from assets.core.printed_number import PrintedNumber, read_printed_number
from assets.core.staging import CARRIED, stage_flat
from assets.labels import label_key
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

COMPARATOR_HEADERS: Mapping[str, str] = {
    label_key(header): comparator
    for comparator, headers in {
        "statistical_neighbours": ("SN", "SNs", "Statistical neighbours", "Statistical neighbour average"),
        "england": ("England", "National"),
        "south_east": ("South East",),
    }.items()
    for header in headers
}
"""Headers of a printed table that stand for a comparator rather than a period."""

_FIGURE_COLUMNS = (
    "indicator_id", "measure", "subject", "breakdown_type", "breakdown_value", "period_type", "period_label"
)  # fmt: skip


def stage_reported_figures(raw: pl.DataFrame, table: Table, catalogue: Catalogue) -> pl.DataFrame:
    """Raw cells to staged figures. `raw` needs the receipt's `layout` beside its columns.

    Every distinct text is read once, so the cost goes with the variety of a quarter's returns, not their number.
    """
    flat = stage_flat(raw, table).with_columns(raw["layout"])
    records = [_figure(record, catalogue) for record in flat.select(_TEXTS).unique(maintain_order=True).to_dicts()]
    schema: dict[str, Any] = {
        **dict.fromkeys(_TEXTS, pl.String),
        **dict.fromkeys(_FIGURE_COLUMNS, pl.String),
        "period_start": pl.Date,
        "period_end": pl.Date,
        "number": pl.Decimal(18, 6),
        "count": pl.Decimal(18, 6),
        "base": pl.Decimal(18, 6),
        "percent_sign": pl.Boolean,
        "status": pl.String,
        "reason": pl.String,
    }
    figures = pl.DataFrame(records, schema=schema, orient="row")
    staged = flat.drop("row_fingerprint").join(figures, on=_TEXTS, how="left", nulls_equal=True)
    unknown = pl.when(pl.col("indicator_id").is_null()).then(pl.col("indicator__text"))
    # The same figure with the same number is the same row, however its label was broken or spaced.
    same = pl.struct([*_FIGURE_COLUMNS, "number", "count", "base", "status", unknown.alias("unknown")])
    texts = [name for column in table.columns for name in (column.name, f"{column.name}__text")]
    return staged.select(
        [*CARRIED, *texts, *(column.name for column in table.staged), same.hash(seed=0).alias("row_fingerprint")]
    )


_TEXTS = [
    "layout",
    *(f"{name}__text" for name in ("indicator", "breakdown", "period", "numerator", "denominator", "value", "note")),
]


def _figure(record: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    found = _indicator(record["indicator__text"], catalogue)
    indicator_id, measure = found or (None, None)
    breakdown_type, _, breakdown_value = (record["breakdown__text"] or "all/all").partition("/")
    cell = read_printed_number(record["value__text"])
    numerator, denominator = _number(record["numerator__text"]), _number(record["denominator__text"])
    if record["value__text"] is None and measure == "count" and numerator.number is not None:
        cell, numerator = numerator, read_printed_number(None)
    readable = numerator.status and denominator.status
    return {
        **record,
        "indicator_id": indicator_id,
        "measure": measure,
        "breakdown_type": breakdown_type.strip().lower(),
        "breakdown_value": (breakdown_value.strip() or "all").lower(),
        **_period(record["period__text"], catalogue[indicator_id].period_type if indicator_id else "quarter"),
        "number": cell.number,
        "count": None if measure == "count" else numerator.number,
        "base": denominator.number,
        "percent_sign": cell.percent_sign,
        "status": cell.status if readable else None,
        "reason": (record["note__text"] or cell.reason) if cell.status != "value" else None,
    }


def _number(text: str | None) -> PrintedNumber:
    return read_printed_number(text)


def _indicator(text: str | None, catalogue: Catalogue) -> tuple[str, str] | None:
    if text is None:
        return None
    if text in catalogue:
        return text, catalogue[text].measure
    known = catalogue.labels.get(label_key(text))
    return (known[0], known[1]) if known else None


def _period(text: str | None, period_type: str) -> dict[str, Any]:
    comparator = COMPARATOR_HEADERS.get(label_key(text or ""))
    if comparator:
        return {
            "subject": comparator,
            "period_type": "not_stated",
            "period_label": NOT_STATED,
            "period_start": None,
            "period_end": None,
        }
    quarter = read_quarter(text or "")
    period = period_of(quarter, period_type) if quarter else None
    return {
        "subject": "area",
        "period_type": period_type if period else None,
        "period_label": period.label if period else None,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
    }


def in_force_figures(judged: str, columns: list[str]) -> str:
    """The newest accepted report of every figure, as a SELECT over judged rows joined to their receipts.

    A tidy row that gives a count beside its value is two figures: each replaces, and is replaced, alone.
    """
    kept = ", ".join(f'"{column}"' for column in columns)
    return f"""
        WITH figure AS (
            SELECT * FROM {judged}
            UNION ALL BY NAME
            SELECT * REPLACE ('count' AS measure, count AS number, 'value' AS status, NULL AS reason)
            FROM {judged} WHERE count IS NOT NULL
        )
        SELECT {kept} FROM figure
        QUALIFY row_number() OVER (
            PARTITION BY agency, area_code, quarter, {", ".join(_FIGURE_COLUMNS)}
            ORDER BY received_at DESC, sha256 DESC, receipt_id DESC, row_number
        ) = 1
    """
