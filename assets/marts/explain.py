"""Explaining a figure: back to its counts, its population, its delivery's SHA-256, and what was set aside on the way.

Here: gathering the explanation. Not here: printing it (`pipelines.commands`). No child is named in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import duckdb

from assets.marts.catalogue_model import Catalogue, Indicator
from assets.marts.findings import STANDING

_RECEIPT = re.compile(r"\breceipt (\S+) sha256:")
"""A figure names every delivery it was read from."""


class NothingToExplainError(Exception):
    """There is no such indicator, or no figure of it for what was asked; the message says what there is."""


@dataclass(frozen=True)
class Explanation:
    """An indicator's definition, its figures with their sources, what was found about them, and rows set aside."""

    indicator: Indicator
    figures: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]


def explain(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    indicator_id: str,
    area_code: str | None = None,
    period: str | None = None,
) -> Explanation:
    """Everything known of an indicator's figures, for an area and a period or for all. Raises NothingToExplainError."""
    if indicator_id not in catalogue:
        raise NothingToExplainError(f"no indicator is called {indicator_id}; there are {', '.join(catalogue)}")
    where, parameters = "indicator_id = ?", [indicator_id]
    if area_code:
        where += " AND area_code = ?"
        parameters.append(area_code)
    if period:
        where += " AND period = ?"
        parameters.append(period)
    figures = _rows(
        connection,
        f"SELECT * FROM marts.indicator_values WHERE {where} ORDER BY area_code, period_end, basis, reported_in",
        parameters,
    )
    if not figures:
        asked = " ".join(filter(None, (indicator_id, area_code, period)))
        raise NothingToExplainError(f"no figure is held for {asked}; `sightline status` shows what was delivered")
    findings = _rows(
        connection,
        f"SELECT * FROM marts.findings WHERE {where} AND {STANDING} ORDER BY severity, period, rule",
        parameters,
    )
    sources = " ".join(str(figure["source"]) for figure in figures if figure["source"])
    receipt_ids = sorted(set(_RECEIPT.findall(sources)))
    deliveries = _rows(
        connection,
        """
        SELECT receipt_id, agency, area_code, quarter, extract, sha256, received_at, outcome, rows_read, rows_accepted,
               rows_quarantined,
               (SELECT coalesce(list(DISTINCT rule), []) FROM (
                    SELECT unnest(rules) AS rule FROM ops.quarantine AS set_aside
                    WHERE set_aside.receipt_id = receipt.receipt_id)) AS rules_broken
        FROM ops.receipt AS receipt WHERE list_contains(?::VARCHAR[], receipt_id) ORDER BY receipt_id
        """,
        [receipt_ids],
    )
    return Explanation(catalogue[indicator_id], figures, findings, deliveries)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any]) -> list[dict[str, Any]]:
    relation = connection.execute(query, parameters)
    names = [column[0] for column in relation.description or ()]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
