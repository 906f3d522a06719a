"""Reported figures: an agency's own figures, from label, header and cell to indicator, period and number.

Here: the shape of `indicator_return`, and which of several reports of one figure is in force. Not here: types
of flat tables (`assets.core.staging`), the checks (the contract), or rates we make ourselves (`assets.marts`).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.core.periods import UNSTATED, Period, quarter_period, read_quarter, read_term, read_year
from assets.core.printed_number import PrintedNumber, read_printed_number
from assets.core.staging import CARRIED, stage_flat
from assets.core.subjects import OWN, phase_of, subject_of
from assets.labels import label_key
from assets.marts.catalogue_model import Catalogue, Indicator, Measure
from expectations.contract import Table
from warehouse.quarters import FinancialQuarter, quarter_or_none

_FIGURE_COLUMNS = (
    "indicator_id", "measure", "subject", "breakdown_type", "breakdown_value", "period_type", "period_label"
)  # fmt: skip
_TEXTS = [
    "layout",
    "area_code",
    "quarter",
    "indicator__text",
    "breakdown__text",
    "period__text",
    "numerator__text",
    "denominator__text",
    "value__text",
    "note__text",
    "unit__text",
    "comparator__text",
]
"""What a figure is read from; the area and the quarter because headers may say `this year` or name the area."""


def stage_reported_figures(raw: pl.DataFrame, table: Table, catalogue: Catalogue) -> pl.DataFrame:
    """Raw cells to staged figures.

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
        "decimals": pl.Int64,
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


def _figure(record: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    indicator, measure = _indicator(record, catalogue)
    subject, gap = _subject(record)
    cell, numerator = (read_printed_number(record[f"{name}__text"]) for name in ("value", "numerator"))
    denominator = read_printed_number(record["denominator__text"])
    if record["value__text"] is None and measure == "count" and numerator.number is not None:
        cell, numerator = numerator, read_printed_number(None)
    period = _period(record, indicator, subject)
    breakdown_type, breakdown = _breakdown(record, indicator)
    return {
        **record,
        "indicator_id": indicator.id if indicator else None,
        "measure": "gap" if gap else measure,
        "subject": subject,
        "breakdown_type": breakdown_type,
        "breakdown_value": breakdown,
        "period_type": period.period_type if period else None,
        "period_label": period.label if period else None,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "number": cell.number,
        "decimals": cell.decimals,
        "count": None if measure == "count" else numerator.number,
        "base": denominator.number,
        "percent_sign": cell.percent_sign,
        "status": cell.status if numerator.status and denominator.status else None,
        "reason": _reason(record, cell),
    }


def _reason(record: dict[str, Any], cell: PrintedNumber) -> str | None:
    if cell.status == "value":
        return cell.reason
    # Beside several measures of an event, a note may be about any of them.
    note = None if record["layout"] == "measures_by_event" else record["note__text"]
    return note or cell.reason


def _indicator(record: dict[str, Any], catalogue: Catalogue) -> tuple[Indicator | None, Measure | None]:
    """What a label names: an indicator's id, or words the catalogue declares, with the note beside them where those do.

    A unit printed beside a label tells count from percentage where the agency uses one label for both.
    """
    text = record["indicator__text"]
    if text is None:
        return None, None
    if text in catalogue:
        return catalogue[text], catalogue[text].measure
    known = catalogue.labels.get(label_key(f"{text} {record['note__text']}")) or catalogue.labels.get(label_key(text))
    if known is None:
        return None, None
    indicator, measure = catalogue[known[0]], known[1]
    unit = label_key(record["unit__text"] or "")
    if unit.startswith("percent") and "percent" in indicator.measures:
        return indicator, "percent"
    if unit in ("persons", "count") and "count" in indicator.measures:
        return indicator, "count"
    return indicator, measure


def _subject(record: dict[str, Any]) -> tuple[str, bool]:
    """Whose figure it is: a comparator's where a column names one, or a header does in the place of a quarter."""
    named = record["comparator__text"]
    if named is None and record["layout"] == "quarters_across":
        named = record["period__text"]
    return subject_of(named, record["area_code"]) or (OWN, False)


def _breakdown(record: dict[str, Any], indicator: Indicator | None) -> tuple[str, str]:
    text = record["breakdown__text"]
    if text is None:
        return "all", "all"
    if record["layout"] == "flat":
        kind, _, value = text.partition("/")
        return kind.strip().lower(), (value.strip() or "all").lower()
    phase = phase_of(text)
    if indicator is None or indicator.breakdown is None:
        return "all", "all"
    return indicator.breakdown, (phase or text) if indicator.breakdown == "phase" else text


def _period(record: dict[str, Any], indicator: Indicator | None, subject: str) -> Period | None:
    """The period a cell is about; None where its header names a quarter that does not exist.

    `this year` is the delivery's. Where a table has no place for a period, none is stated.
    """
    text, layout = record["period__text"], record["layout"]
    delivered = quarter_or_none(record["quarter"])
    if layout == "quarters_across" and subject != OWN:
        return UNSTATED
    quarter = read_quarter(text or "")
    if quarter is not None:
        return quarter_period(quarter, indicator.period_type if indicator else "quarter")
    if text is not None and (found := read_term(text) or read_year(text)):
        return found
    if text is not None and delivered is not None and label_key(text) in ("thisyear", "thisquarter"):
        return _delivered(delivered, label_key(text), indicator)
    if layout in ("quarters_across", "flat", "measure_with_neighbours"):
        return None
    if indicator is not None and indicator.period_kind == "year" and layout in _OF_THE_DELIVERY and delivered:
        return read_year(delivered.year_label)
    return UNSTATED


_OF_THE_DELIVERY = ("measures_by_event", "ledger_with_total")
"""Layouts whose figures are of the delivery's year where they do not say otherwise."""


def _delivered(quarter: FinancialQuarter, words: str, indicator: Indicator | None) -> Period | None:
    if words == "thisyear":
        return read_year(quarter.year_label)
    return quarter_period(quarter, indicator.period_type if indicator else "quarter")


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
