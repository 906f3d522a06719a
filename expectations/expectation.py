"""The kinds of expectation a contract can declare, each with the SQL that finds the rows breaking it.

Here: one class a kind, and its failing-row predicate over a staged table, where every declared column stands twice:
`name` holds the typed value, `name__text` the text it was read from (null when blank; in a flat table only TRUE where
there is one, unless a rule reads what it says).
Not here: the Great Expectations form of the same kinds (`expectations.suites`), nor the query that puts
failing rows into quarantine (`expectations.quarantine`): both are made from these classes.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from expectations.code_sets import code_sets, codes_in

Severity = Literal["critical", "warning", "info"]
"""critical: the row is quarantined and, past the declared tolerance, the delivery stops. warning and
info: the row is kept (unless `on_failure` says otherwise) and its figures carry `dq_status` warn."""

BATCH = "{batch}"
"""Stands for the staged table in an aggregate that has to look at it twice."""


def quoted(name: str) -> str:
    """A column name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Decimal | int | float) -> str:
    """A value as a SQL literal."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def text_of(column: str) -> str:
    """The staged column that keeps the text a typed column was read from."""
    return f"{column}__text"


class Expectation(BaseModel, ABC):
    """What must be true of a row, its severity, and what to tell the person who sent it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    severity: Severity
    says: str
    """What must be true, in the agency's words."""
    remedy: str
    """What the sender should do about it."""
    on_failure: Literal["quarantine", "keep"] | None = None
    """Default: quarantine what is critical, keep the rest."""
    since: str | None = None
    """The first collection year (`2023-24`) the rule holds for."""
    until: str | None = None
    """The last one."""

    def in_year(self, year: str | None) -> Self:  # noqa: ARG002 (some kinds change with the year)
        """The rule as it stands in a collection year; without one, as it stands over all of them."""
        return self

    @property
    def quarantines(self) -> bool:
        """Whether a row that breaks the rule is kept out of core."""
        return (self.on_failure or ("quarantine" if self.severity == "critical" else "keep")) == "quarantine"

    @property
    def alike(self) -> tuple[str, ...]:
        """The columns in which rows are alike, and not null, where one breaks the rule because of another.

        None where each row is judged alone.
        """
        return ()

    @property
    def compares_rows(self) -> bool:
        """Whether a row breaks the rule because of other rows."""
        return bool(self.alike)

    @property
    def gate(self) -> str:
        """`blocks` where failures can stop a delivery, else `warns`."""
        return "blocks" if self.severity == "critical" else "warns"

    @property
    @abstractmethod
    def subject(self) -> str | None:
        """The column a failure is shown at; None where the whole row is at fault."""

    @property
    @abstractmethod
    def fault(self) -> str:
        """The kind of thing found instead: a description that never contains the value."""

    @abstractmethod
    def failing(self) -> str:
        """A SQL expression, TRUE for a staged row that breaks the rule (NULL counts as not broken)."""

    def count_failing(self) -> str:
        """A SQL aggregate over a staged table: how many of its rows break the rule."""
        return f"count_if({self.failing()})"

    @abstractmethod
    def reads(self) -> set[str]:
        """The staged columns the rule needs, so that a contract can be checked as a whole."""


class _OfColumn(Expectation):
    column: str

    @property
    def subject(self) -> str | None:
        return self.column

    def reads(self) -> set[str]:
        return {self.column}


class Given(_OfColumn):
    """A value must be present."""

    kind: Literal["given"]

    @property
    def fault(self) -> str:
        return "blank"

    def failing(self) -> str:
        return f"{quoted(text_of(self.column))} IS NULL"


class Parses(_OfColumn):
    """What is present must read as the column's type."""

    kind: Literal["parses"]

    @property
    def fault(self) -> str:
        return "text of another form"

    def failing(self) -> str:
        return f"{quoted(text_of(self.column))} IS NOT NULL AND {quoted(self.column)} IS NULL"


class InCodeSet(_OfColumn):
    """A value, if given, must be one of the codes (after the column's case folding)."""

    kind: Literal["in_code_set"]
    codes: tuple[str, ...] = Field(min_length=1)
    code_set: str | None = None
    """The name of a set of official codes, in the place of codes of our own."""
    many: bool = False
    """Whether the text holds several codes with `|` between them, each of which must be in the set."""

    @model_validator(mode="before")
    @classmethod
    def _codes_of_the_set(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not given.get("code_set"):
            return given
        if given["code_set"] not in code_sets():
            raise ValueError(f"there is no code set {given['code_set']}")
        return {"codes": codes_in(given["code_set"], None), **given}

    def in_year(self, year: str | None) -> InCodeSet:
        """The rule with the codes the year knows."""
        return self.model_copy(update={"codes": codes_in(self.code_set, year)}) if self.code_set else self

    @property
    def fault(self) -> str:
        return "a code that is not in the set"

    def failing(self) -> str:
        if self.many:
            # One pass over the text, where taking it apart into a list takes fifty times as long.
            one = f"(?:{'|'.join(map(re.escape, self.codes))})"
            return f"NOT regexp_full_match({quoted(self.column)}, {literal(f'{one}(?:[|]{one})*')})"
        codes = ", ".join(literal(code) for code in self.codes)
        return f"{quoted(self.column)} NOT IN ({codes})"


class Matches(_OfColumn):
    """A value, if given, must match a regular expression (RE2 syntax, anchored by its author)."""

    kind: Literal["matches"]
    pattern: str

    @property
    def fault(self) -> str:
        return "text of another form"

    def failing(self) -> str:
        return f"NOT regexp_matches({quoted(text_of(self.column))}, {literal(self.pattern)})"


class Between(_OfColumn):
    """A typed value, if given, must lie within the bounds, which count as inside."""

    kind: Literal["between"]
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def fault(self) -> str:
        return "a number out of range"

    def failing(self) -> str:
        tests = []
        if self.minimum is not None:
            tests.append(f"{quoted(self.column)} < {literal(self.minimum)}")
        if self.maximum is not None:
            tests.append(f"{quoted(self.column)} > {literal(self.maximum)}")
        return " OR ".join(tests) or "FALSE"


class NotBefore(_OfColumn):
    """A date or time must not come before another, where both are given."""

    kind: Literal["not_before"]
    other: str

    @property
    def fault(self) -> str:
        return "a time out of order"

    def failing(self) -> str:
        return f"{quoted(self.column)} < {quoted(self.other)}"

    def reads(self) -> set[str]:
        return {self.column, self.other}


class _OfRow(Expectation):
    at: str | None = None
    """The column a failure is shown at, where one column is the likeliest culprit."""

    @property
    def subject(self) -> str | None:
        return self.at


class NotRepeated(_OfRow):
    """The same row must not stand twice in a file: the second and later ones break the rule."""

    kind: Literal["not_repeated"]

    @property
    def alike(self) -> tuple[str, ...]:
        return ("receipt_id", "row_fingerprint")

    @property
    def fault(self) -> str:
        return "the same row again"

    def failing(self) -> str:
        return "row_number() OVER (PARTITION BY receipt_id, row_fingerprint ORDER BY row_number) > 1"

    def count_failing(self) -> str:
        same = f"SELECT count(*) - 1 AS again FROM {BATCH} GROUP BY receipt_id, row_fingerprint"
        return f"(SELECT sum(again) FROM ({same}))"

    def reads(self) -> set[str]:
        return set()


class UniqueKey(_OfRow):
    """Different rows must not share a key. Every one of them breaks the rule: none can be preferred."""

    kind: Literal["unique_key"]
    columns: tuple[str, ...] = Field(min_length=1)

    @property
    def alike(self) -> tuple[str, ...]:
        return ("receipt_id", *self.columns)

    @property
    def fault(self) -> str:
        return "one key on different rows"

    def failing(self) -> str:
        keys = ", ".join(quoted(column) for column in self.columns)
        given = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in self.columns)
        window = f"OVER (PARTITION BY receipt_id, {keys})"
        return f"{given} AND min(row_fingerprint) {window} <> max(row_fingerprint) {window}"

    def count_failing(self) -> str:
        keys = ", ".join(quoted(column) for column in self.columns)
        given = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in self.columns)
        differing = "min(row_fingerprint) <> max(row_fingerprint)"
        of_key = f"SELECT count(*) AS rows FROM {BATCH} WHERE {given} GROUP BY receipt_id, {keys} HAVING {differing}"
        return f"(SELECT sum(rows) FROM ({of_key}))"

    def reads(self) -> set[str]:
        return set(self.columns)


class Holds(_OfRow):
    """A SQL condition over the row must be true; where it is NULL it says nothing."""

    kind: Literal["holds"]
    condition: str
    found: str
    uses: tuple[str, ...] = ()

    @property
    def fault(self) -> str:
        return self.found

    def failing(self) -> str:
        return f"NOT ({self.condition})"

    def reads(self) -> set[str]:
        return set(self.uses)


AnyExpectation = Annotated[
    Given | Parses | InCodeSet | Matches | Between | NotBefore | NotRepeated | UniqueKey | Holds,
    Field(discriminator="kind"),
]
