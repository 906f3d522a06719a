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
    """The staged rows that break a rule: receipt_id, row_number, area_code and `broken`, the rules in their order.

    Rules that compare rows with one another are put to them one at a time: a window holds all that the query reads.
    """
    place = "receipt_id, row_number, area_code"
    nothing = f"SELECT {place}, 0 AS number FROM {source} WHERE FALSE"
    by_row = {number: rule for number, rule in enumerate(rules, 1) if not rule.compares_rows}
    tests = ", ".join(f"CASE WHEN {rule.failing()} THEN {number} END" for number, rule in by_row.items())
    any_of_them = " OR ".join(f"({rule.failing()})" for rule in by_row.values())
    of_rows = [f"SELECT {place}, unnest([{tests}]) AS number FROM {source} WHERE {any_of_them}"] if by_row else []
    between_rows = [
        f"SELECT {place}, {number} FROM (SELECT {place}, ({rule.failing()}) AS breaks FROM {source}) WHERE breaks"
        for number, rule in enumerate(rules, 1)
        if rule.compares_rows
    ]
    found = " UNION ALL ".join([nothing, *of_rows, *between_rows])
    names = rule_list(rule.rule for rule in rules)
    return (
        f"SELECT {place}, list_transform(list_sort(list(number)), lambda number: ({names})[number]) AS broken "
        f"FROM ({found}) WHERE number IS NOT NULL GROUP BY {place}"
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
