"""An expectation suite as the asset checks of one table: a check a rule, none of them blocking.

A partition is a quarter of all areas, so a blocking check would stop every area for the fault of one. The gates are
in the ledger; checks show them, with counts per area and never a value. Not here: the rules (contracts).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator

import dagster as dg

from assets.core.stage import RuleCount
from expectations.contract import Table
from expectations.expectation import Expectation


def check_specs(
    table: Table, asset: dg.AssetKey, partitions: dg.PartitionsDefinition | None
) -> list[dg.AssetCheckSpec]:
    """One check spec for every rule of a table's contract."""
    with warnings.catch_warnings():
        # Partitioned checks are in preview in 1.13, and what they do here is tested.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return [_check_spec(expectation, asset, partitions) for expectation in table.expectations]


def _check_spec(
    expectation: Expectation, asset: dg.AssetKey, partitions: dg.PartitionsDefinition | None
) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        expectation.rule,
        asset=asset,
        description=f"{expectation.says} ({expectation.severity}; {expectation.gate})",
        blocking=False,
        partitions_def=partitions,
    )


def check_results(asset: dg.AssetKey, rules: Iterable[RuleCount]) -> Iterator[dg.AssetCheckResult]:
    """The outcome of every rule: ERROR where it gates, WARN where it warns."""
    for rule in rules:
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=rule.rule,
            passed=rule.failed == 0,
            severity=dg.AssetCheckSeverity.ERROR if rule.severity == "critical" else dg.AssetCheckSeverity.WARN,
            metadata={
                "severity": rule.severity,
                "gate": rule.gate,
                "rows evaluated": rule.evaluated,
                "rows failed": rule.failed,
                "rows failed by area": dg.MetadataValue.json(rule.failed_by_area),
            },
        )
