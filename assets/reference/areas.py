"""The areas the product knows: local authorities, regions and England, by ONS code.

Here: the look-up it ships. Not here: figures of an area.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Area:
    """An area; `dfe_code` is the Department for Education's three-digit number of a local authority."""

    area_code: str
    area_name: str
    area_type: str
    dfe_code: str | None
    region_code: str | None
    region_name: str | None
    valid_from: date | None
    valid_to: date | None

    @property
    def delivers(self) -> bool:
        """Whether agencies deliver for it: local authorities only."""
        return self.area_type == "local_authority"


@cache
def areas() -> Mapping[str, Area]:
    """All areas by ONS code, from `data/areas.csv`."""
    text = (files("assets.reference") / "data" / "areas.csv").read_text(encoding="utf-8")
    return {
        row["area_code"]: Area(
            area_code=row["area_code"],
            area_name=row["area_name"],
            area_type=row["area_type"],
            dfe_code=row["dfe_code"] or None,
            region_code=row["region_code"] or None,
            region_name=row["region_name"] or None,
            valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    }
