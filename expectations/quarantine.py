"""From a contract's expectations to SQL: which staged rows break which rules, and which of them stay out of core.

Here: the queries. The same expectations go to Great Expectations for counts and gates (`expectations.suites`);
a test holds both counts equal. Not here: running them for a delivery (`assets.core.validation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from expectations.contract import Table
from expectations.expectation import Expectation, literal

STOPPED_RULE = "delivery_stopped"
"""On every row of a delivery that was stopped as a whole."""


def faulty_rows(rules: Sequence[Expectation], source: str) -> str:
    """The staged rows that break a rule: receipt_id, row_number, area_code and `broken`, the rules in their order."""
    place = "receipt_id, row_number, area_code"
    if not rules:
        return f"SELECT {place}, []::VARCHAR[] AS broken FROM {source} WHERE FALSE"
    tests = ", ".join(f"({rule.failing()}) AS breaks_{number}" for number, rule in enumerate(rules))
    names = ", ".join(f"CASE WHEN breaks_{number} THEN {literal(rule.rule)} END" for number, rule in enumerate(rules))
    any_of_them = " OR ".join(f"breaks_{number}" for number in range(len(rules)))
    return (
        f"SELECT {place}, list_filter([{names}], lambda rule: rule IS NOT NULL)::VARCHAR[] AS broken "
        f"FROM (SELECT {place}, {tests} FROM {source}) WHERE {any_of_them}"
    )


def quarantining(table: Table) -> list[str]:
    """The rules that keep a row out of core."""
    return [expectation.rule for expectation in table.expectations if expectation.quarantines]


def critical(table: Table) -> list[str]:
    """The rules whose failures count against a delivery's tolerance."""
    return [expectation.rule for expectation in table.expectations if expectation.severity == "critical"]


def warning(table: Table) -> list[str]:
    """The rules that leave a row in core with `dq_status` warn."""
    return [e.rule for e in table.expectations if e.severity == "warning" and not e.quarantines]


def rule_list(rules: Iterable[str]) -> str:
    """Rules as a SQL list."""
    return "[" + ", ".join(literal(rule) for rule in rules) + "]::VARCHAR[]"


def expectation_of(table: Table, rule: str) -> Expectation | None:
    """The expectation a rule's name stands for, if the table declares it."""
    return next((expectation for expectation in table.expectations if expectation.rule == rule), None)
