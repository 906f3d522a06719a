"""Shapes: how the raw rows of an extract become staged rows, and how accepted ones become rows of core.

Here: the registry a contract's `shape` names. Not here: any shape (the modules it names), nor the checks between the
two (`assets.core.validation`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from assets.core.deprivation import deprivation_in_core, stage_deprivation
from assets.core.education_statistics import education_statistics_in_core, stage_education_statistics
from assets.core.exclusions import exclusions_in_core, stage_exclusions
from assets.core.fingertips import stage_fingertips
from assets.core.lait import stage_lait
from assets.core.population_by_age import population_by_age_in_core, stage_population_by_age
from assets.core.population_vintage import population_vintages_in_core, stage_population_vintages
from assets.core.reported_figure import in_force_figures, stage_reported_figures
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Table

Stage = Callable[[pl.DataFrame, Table, Catalogue], pl.DataFrame]
Core = Callable[[str, list[str]], str]


@dataclass(frozen=True)
class Shape:
    """`stage` gives staged rows of raw ones; `core` is the SELECT of core rows from a relation of accepted ones."""

    stage: Stage | None
    """None where `assets.core.staging` says it all, and the rows need not leave DuckDB."""
    core: Core


def as_they_are(accepted: str, columns: list[str]) -> str:
    """Accepted rows as core rows, one for one."""
    kept = ", ".join(f'"{column}"' for column in columns)
    return f"SELECT {kept} FROM {accepted}"


SHAPES: Mapping[str, Shape] = {
    "flat": Shape(None, as_they_are),
    "reported_figures": Shape(stage_reported_figures, in_force_figures),
    "education_statistics": Shape(stage_education_statistics, education_statistics_in_core),
    "exclusions": Shape(stage_exclusions, exclusions_in_core),
    "fingertips": Shape(stage_fingertips, as_they_are),
    "lait": Shape(stage_lait, as_they_are),
    "population_by_age": Shape(stage_population_by_age, population_by_age_in_core),
    "deprivation": Shape(stage_deprivation, deprivation_in_core),
    "population_by_vintage": Shape(stage_population_vintages, population_vintages_in_core),
}
