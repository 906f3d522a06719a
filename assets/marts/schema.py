"""The mart tables as declared in `schema.yml`: the one place a mart column is named, typed and described.

Here: reading that declaration, and adding the multi-agency dataset's columns, which follow from the
catalogue. Not here: how a mart is filled (its own module) nor how it is published (`assets.release`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from expectations.declarations import read_declaration

if TYPE_CHECKING:
    from assets.marts.catalogue_model import Catalogue


@dataclass(frozen=True)
class MartColumn:
    """A column: DuckDB type and what it means."""

    name: str
    type: str
    description: str
    unit: str | None = None


@dataclass(frozen=True)
class MartTable:
    """A mart table; `by_period` ones are published hive-partitioned by `period_start`."""

    name: str
    title: str
    description: str
    by_period: bool
    key: tuple[str, ...]
    columns: tuple[MartColumn, ...]
    released: bool = True
    """Whether it leaves the warehouse."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)


@cache
def _declared() -> dict[str, MartTable]:
    text = (files("assets.marts") / "schema.yml").read_text(encoding="utf-8")
    return {
        name: MartTable(
            name=name,
            title=table["title"],
            description=table["description"],
            by_period=table["by_period"],
            key=tuple(table["key"]),
            columns=tuple(MartColumn(*column) for column in table["columns"]),
            released=table.get("released", True),
        )
        for name, table in read_declaration(text).items()
    }


def mart_tables(catalogue: Catalogue) -> Mapping[str, MartTable]:
    """Every mart table by name; the multi-agency dataset has the catalogue's columns."""
    tables = dict(_declared())
    dataset = tables["multi_agency_dataset"]
    wide = tuple(
        MartColumn(column.name, "DOUBLE", column.description, column.unit) for column in catalogue.dataset_columns()
    )
    tables["multi_agency_dataset"] = replace(dataset, columns=dataset.columns + wide)
    return tables


def released_tables(catalogue: Catalogue) -> Mapping[str, MartTable]:
    """The mart tables that leave the warehouse."""
    return {name: table for name, table in mart_tables(catalogue).items() if table.released}
