"""The quality record: every rule's counts, table by table and quarter by quarter, as the Data Docs show them.

Here: reading it from the ledger. Not here: counting (`assets.core.unit`), or the pages (`expectations.data_docs`).
"""

from __future__ import annotations

import duckdb

from expectations.contract import ContractRegistry
from expectations.outcomes import RuleOutcome, ValidationRecord
from expectations.quarantine import expectation_of


def validation_records(connection: duckdb.DuckDBPyConnection, contracts: ContractRegistry) -> list[ValidationRecord]:
    """A record for every table and quarter (or edition) that was validated; rules since withdrawn are left out."""
    rows = connection.execute(
        "SELECT extract, table_name, quarter, rule, sum(evaluated)::BIGINT, sum(failed)::BIGINT "
        "FROM ops.expectation_outcome GROUP BY ALL ORDER BY extract, table_name, quarter, rule"
    ).fetchall()
    found: dict[tuple[str, str, str], dict[str, tuple[int, int]]] = {}
    for extract, table, quarter, rule, evaluated, failed in rows:
        if extract in contracts:
            found.setdefault((extract, table, quarter), {})[rule] = (evaluated, failed)
    records = []
    for (extract, name, quarter), counts in found.items():
        contract = contracts[extract]
        table = contract.table(name)
        outcomes = []
        for rule, (evaluated, failed) in counts.items():
            expectation = expectation_of(table, rule)
            if expectation is not None:
                outcomes.append(
                    RuleOutcome(rule, expectation.severity, expectation.gate, evaluated, failed, failed == 0)
                )
        records.append(ValidationRecord(contract, table, quarter, tuple(outcomes)))
    return records
