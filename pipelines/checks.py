"""An expectation suite as the asset checks of one table: a check a severity, none of them blocking.

A check a rule would be a thousand a quarter: more than a page shows, and half of a run spent recording them
(docs/decisions/0018). A partition is a quarter of all areas, so a blocking check would stop every area for the fault
of one: the gates are in the ledger; checks show them, with counts by rule and area and never a value.
Not here: the rules (contracts).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import get_args

import dagster as dg

from assets.core.stage import RuleCount
from expectations.contract import Table
from expectations.expectation import Severity

_FOLLOWS = {
    "critical": "A row that breaks one stands in quarantine; past the contract's tolerance the delivery is stopped.",
    "warning": "A row that breaks one is kept, unless the rule says otherwise, and its figures carry `warn`.",
    "info": "Worth a look, and no fault by itself.",
}
_COLUMNS = dg.TableSchema(
    [
        dg.TableColumn("rule", "string"),
        dg.TableColumn("rows evaluated", "int"),
        dg.TableColumn("rows failed", "int"),
        dg.TableColumn("what must be true", "string"),
    ]
)


def check_specs(
    table: Table, asset: dg.AssetKey, partitions: dg.PartitionsDefinition | None
) -> list[dg.AssetCheckSpec]:
    """One check spec for every severity that rules of a table's contract have."""
    with warnings.catch_warnings():
        # Partitioned checks are in preview in 1.13, and what they do here is tested.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [_check_spec(table, severity, asset, partitions) for severity in _severities(table)]


def _severities(table: Table) -> list[Severity]:
    found = {expectation.severity for expectation in table.expectations}
    return [severity for severity in get_args(Severity) if severity in found]


def _check_spec(
    table: Table, severity: Severity, asset: dg.AssetKey, partitions: dg.PartitionsDefinition | None
) -> dg.AssetCheckSpec:
    rules = [f"- `{rule.rule}`: {rule.says}" for rule in table.expectations if rule.severity == severity]
    return dg.AssetCheckSpec(
        severity,
        asset=asset,
        description="\n".join([_FOLLOWS[severity], "", *rules]),
        blocking=False,
        partitions_def=partitions,
    )


def check_results(asset: dg.AssetKey, table: Table, counts: Sequence[RuleCount]) -> Iterator[dg.AssetCheckResult]:
    """The outcome of a table's rules, together by severity: ERROR for critical ones that were broken, else WARN.

    `counts` holds one of every rule of the table.
    """
    for severity in _severities(table):
        rules = [count for count in counts if count.severity == severity]
        broken = [count for count in rules if count.failed]
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=severity,
            passed=not broken,
            severity=dg.AssetCheckSeverity.ERROR if severity == "critical" else dg.AssetCheckSeverity.WARN,
            metadata={
                "rules": len(rules),
                "rules broken": len(broken),
                "counts": _counted(table, rules),
                "rows failed by area": dg.MetadataValue.json({count.rule: count.failed_by_area for count in broken}),
            },
        )


def _counted(table: Table, rules: Sequence[RuleCount]) -> dg.TableMetadataValue:
    """The counts of rules, those with most broken rows first."""
    says = {expectation.rule: expectation.says for expectation in table.expectations}
    records = [
        dg.TableRecord(
            {
                "rule": count.rule,
                "rows evaluated": count.evaluated,
                "rows failed": count.failed,
                "what must be true": says[count.rule],
            }
        )
        for count in sorted(rules, key=lambda count: (-count.failed, count.rule))
    ]
    return dg.MetadataValue.table(records, _COLUMNS)
