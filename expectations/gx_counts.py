"""Great Expectations' counts of a whole suite over one batch, in as few statements as it can.

Here: which of its metrics count the rows an expectation does not hold for, and what they came to. Its validator asks,
expectation by expectation, for values, lists and queries besides, which nobody here may see, and they cost most of it.
Not here: the engine (`expectations.gx_engine`), nor which expectations there are (`expectations.suites`). Importing
this module imports Great Expectations: import it only inside the function that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from great_expectations.expectations.expectation import ColumnMapExpectation, ColumnPairMapExpectation
from great_expectations.expectations.expectation import Expectation as GXExpectation
from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator

from expectations.gx_engine import DuckDBExecutionEngine, RowsThatBreakTheRule

_KEYS = ("metric_domain_keys", "metric_value_keys")


@dataclass(frozen=True)
class Counted:
    """How many rows of a batch an expectation does not hold for, or Great Expectations' account of why it is not known.

    The account quotes SQL and values: it is for nobody to read.
    """

    unexpected: int | None
    error: str = ""


def count_unexpected(engine: DuckDBExecutionEngine, suite: Mapping[str, GXExpectation]) -> dict[str, Counted]:
    """What each expectation of a suite comes to on the batch the engine has loaded, by the name it is given under.

    What is asked of the same rows is asked in one statement.
    On an error Great Expectations runs each metric again, several times over.
    """
    metrics = {name: _metric(engine, expectation) for name, expectation in suite.items()}
    found, failed = MetricsCalculator(engine).compute_metrics(list(metrics.values()))
    return {
        # A sum over no rows at all is NULL, not 0.
        name: Counted(found[metric.id] or 0) if metric.id in found else Counted(None, str(failed.get(metric.id, "")))
        for name, metric in metrics.items()
    }


def _metric(engine: DuckDBExecutionEngine, expectation: GXExpectation) -> MetricConfiguration:
    """The one metric of an expectation's own that counts."""
    match expectation:
        case ColumnMapExpectation() | ColumnPairMapExpectation():
            name = f"{expectation.map_metric}.unexpected_count"
        case RowsThatBreakTheRule():
            name = expectation.counted_by
        case _:
            raise TypeError(f"{type(expectation).__name__} has no count of rows")
    keys = get_metric_kwargs(name)
    domain, value = ({key: getattr(expectation, key, None) for key in keys[of]} for of in _KEYS)
    return MetricConfiguration(name, {**domain, "batch_id": engine.batch_manager.active_batch_id}, value)
