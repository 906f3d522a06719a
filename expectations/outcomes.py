"""What came of putting a table's rules to its rows: counts and names, never a value.

Here: plain records that anything may import at no cost. Not here: how the counts are made
(`expectations.suites`), nor how they are shown (`expectations.data_docs`).
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations.contract import Contract, Table
from expectations.expectation import Severity


@dataclass(frozen=True)
class RuleOutcome:
    """One rule over one staged table: how many rows it was put to, and how many broke it."""

    rule: str
    severity: Severity
    gate: str
    """`blocks` or `warns`, as the expectation declares."""
    evaluated: int
    """Rows of the staged table; 0 where the rule could not be evaluated."""
    failed: int
    success: bool
    """Whether no row broke the rule. False, too, where that could not be found out."""
    could_not_evaluate: str | None = None
    """Why there are no counts, without any value of the data; None where there are."""


@dataclass(frozen=True)
class ValidationRecord:
    """One table's outcomes for the deliveries of one quarter, as the quality record keeps them."""

    contract: Contract
    table: Table
    quarter: str
    """The quarter's label, 2019-20 Q4."""
    outcomes: tuple[RuleOutcome, ...]

    @property
    def success(self) -> bool:
        """Whether every rule was evaluated and none was broken."""
        return all(outcome.success for outcome in self.outcomes)
