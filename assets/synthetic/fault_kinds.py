"""What can be wrong with a row of each table: the change, the rule it breaks, and how grave that is.

Here: kinds that break one rule and no other, on rows nothing else hangs on. Not here: which rows (`faults`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

CRITICAL, WARNING = "critical", "warning"
DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Kind:
    """A kind of fault: the rule that finds it, its severity, and what stands in a column instead, where it can."""

    rule: str
    severity: str
    column: str = ""
    value: pl.Expr | None = None
    where: pl.Expr | None = None


def put(rule: str, column: str, value: str | None, severity: str = WARNING, where: pl.Expr | None = None) -> Kind:
    """A value that is not of the code set, not of its form, or missing, on a row that has one."""
    given = pl.col(column).is_not_null()
    return Kind(rule, severity, column, pl.lit(value, pl.String), given if where is None else given & where)


def blank(rule: str, column: str, severity: str = CRITICAL) -> Kind:
    """A value left out."""
    return put(rule, column, None, severity)


def no_day(rule: str, column: str, severity: str = CRITICAL, where: pl.Expr | None = None) -> Kind:
    """The 99th day of a month; rows that differed in the month still do."""
    given = pl.col(column).is_not_null()
    return Kind(
        rule, severity, column, pl.col(column).str.slice(0, 8) + pl.lit("99"), given if where is None else given & where
    )


def letter(rule: str, column: str) -> Kind:
    """A pupil number with another check letter."""
    rest = pl.col(column).str.slice(1)
    wrong = pl.when(pl.col(column).str.starts_with("A")).then(pl.lit("B") + rest).otherwise(pl.lit("A") + rest)
    return Kind(rule, WARNING, column, wrong, pl.col(column).str.contains(r"^[A-Z]\d{12}$"))


def digit(rule: str, column: str = "nhs_number") -> Kind:
    """An NHS number with another last digit."""
    last = ((pl.col(column).str.slice(9, 1).cast(pl.Int64, strict=False) + 1) % 10).cast(pl.String)
    return Kind(rule, WARNING, column, pl.col(column).str.slice(0, 9) + last, pl.col(column).str.len_chars() == 10)


def before(rule: str, column: str, other: str, form: str = "%Y-%m-%d", severity: str = CRITICAL) -> Kind:
    """A day or time before the one it should follow."""
    read = (
        pl.col(other).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
        if "T" in form
        else pl.col(other).str.to_date(form, strict=False)
    )
    return Kind(
        rule,
        severity,
        column,
        (read - pl.duration(days=4)).dt.strftime(form),
        pl.col(column).is_not_null() & read.is_not_null(),
    )


def again() -> Kind:
    """The row a second time."""
    return Kind(DUPLICATE, WARNING)
