"""From a contract's expectations to SQL: which staged rows break which rules, and which of them stay out of core.

Here: the queries. The same expectations go to Great Expectations for counts and gates (`expectations.suites`);
a test holds both counts equal. Not here: running them for a delivery (`assets.core.validation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from expectations.contract import Table
from expectations.expectation import Expectation, literal, quoted

STOPPED_RULE = "delivery_stopped"
"""On every row of a delivery that was stopped as a whole."""

_PLACE = "receipt_id, row_number, area_code"
_BOTH = "list_concat(alone.broken, beside.broken)"


def faulty_rows(rules: Sequence[Expectation], source: str) -> str:
    """The staged rows that break a rule: receipt_id, row_number, area_code and `broken`, the rules in their order."""
    by_row = [rule for rule in rules if not rule.compares_rows]
    of_rows = _judged_alone(by_row, source)
    between_rows = " UNION ALL ".join(_judged_beside(rule, source) for rule in rules if rule.compares_rows)
    if not between_rows:
        return of_rows
    in_order = f"list_filter({rule_list(rule.rule for rule in rules)}, lambda rule: list_contains({_BOTH}, rule))"
    return f"""
        SELECT receipt_id, row_number, coalesce(alone.area_code, beside.area_code) AS area_code,
               CASE WHEN beside.broken IS NULL THEN alone.broken ELSE {in_order} END AS broken
        FROM ({of_rows}) AS alone
        FULL JOIN (SELECT {_PLACE}, list(rule) AS broken FROM ({between_rows}) GROUP BY {_PLACE}) AS beside
            USING (receipt_id, row_number)
        """


def _judged_alone(rules: Sequence[Expectation], source: str) -> str:
    tests = ", ".join(f"CASE WHEN {rule.failing()} THEN {literal(rule.rule)} END" for rule in rules)
    broken = f"list_filter([{tests}]::VARCHAR[], lambda rule: rule IS NOT NULL)"
    any_of_them = " OR ".join(f"({rule.failing()})" for rule in rules) or "FALSE"
    return f"SELECT {_PLACE}, {broken} AS broken FROM {source} WHERE {any_of_them}"


def _judged_beside(rule: Expectation, source: str) -> str:
    """The rows that break a rule because of others, which are looked for among rows alike: there are few, if any."""
    alike = ", ".join(quoted(column) for column in rule.alike)
    several = f"SELECT {alike} FROM {source} GROUP BY {alike} HAVING count(*) > 1"
    suspects = f"SELECT * FROM {source} SEMI JOIN ({several}) USING ({alike})"
    tested = f"SELECT {_PLACE}, ({rule.failing()}) AS breaks FROM ({suspects})"
    return f"SELECT {_PLACE}, {literal(rule.rule)} AS rule FROM ({tested}) WHERE breaks"


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
