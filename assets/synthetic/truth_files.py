"""The truth on disk: who is who, facts, figures, planted faults, notices, rows, and how one thing raises another.

Here: the files under `truth/`, appended area by area. Not here: what is true (`truth`, `facts`, `lifts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

import polars as pl

from assets.synthetic.facts import facts
from assets.synthetic.formats.delivery import Delivery
from assets.synthetic.lives import Lives
from assets.synthetic.truth import area_indicators, as_first_reported
from assets.synthetic.view import View

FOUND_AS = ("file", "extract", "table", "area_code", "quarter", "row", "rule", "severity")
"""Where a fault stands: `row` is a CSV's line, a sheet's row, or the number of an XML element among its kind."""
_IDENTIFIERS = {
    "council": ("la_child_id", "Child Unique ID", "LAchildID", "CHILD"),
    "police": ("police_person_ref",),
    "health": ("nhs_number",),
    "education": ("upn", "UPN", "young_person_id", "education_child_ref", "Unique ID"),
}
_RECORDS = ("attendance_ref", "referral_ref")
"""What a health record without a number is known by."""


class TruthFiles:
    """The files under a folder, each begun with its header when its first rows come."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        about = (files("assets.synthetic") / "data" / "truth.md").read_text(encoding="utf-8")
        (folder / "README.md").write_text(about, encoding="utf-8")
        self._folder = folder

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Append rows to a file."""
        path = self._folder / f"{name}.csv"
        begun = path.exists()
        with path.open("ab") as file:
            rows.write_csv(file, include_header=not begun, datetime_format="%Y-%m-%dT%H:%M:%S")


class WhoIsWho:
    """Who of an area's persons each agency knows, by what."""

    def __init__(self, lives: Lives) -> None:
        self._place = lives.people.place
        self._found: dict[tuple[str, str], pl.DataFrame] = {}

    def see(self, delivery: Delivery) -> None:
        """Note everybody in a delivery."""
        for table in delivery.tables.values():
            for name in _IDENTIFIERS[delivery.agency]:
                if name in table.columns:
                    kind = {
                        "UPN": "upn",
                        "Child Unique ID": "la_child_id",
                        "LAchildID": "la_child_id",
                        "CHILD": "la_child_id",
                        "Unique ID": "education_child_ref",
                    }.get(name, name)
                    self._note(delivery.agency, kind, table.select(pl.col("_person"), pl.col(name).alias("id")))
            for name in _RECORDS:
                if name in table.columns:
                    self._note(
                        delivery.agency,
                        "record",
                        table.filter(pl.col("nhs_number").is_null()).select("_person", pl.col(name).alias("id")),
                    )

    def _note(self, agency: str, kind: str, rows: pl.DataFrame) -> None:
        new = rows.drop_nulls().unique(maintain_order=True)
        key = (agency, kind)
        self._found[key] = pl.concat([self._found[key], new]).unique(maintain_order=True) if key in self._found else new

    def rows(self) -> pl.DataFrame:
        """Person, agency, the agency's identifier, the area, and what kind of identifier it is."""
        return pl.concat(
            [
                frame.sort("_person", "id").select(
                    pl.format("{}-{}", pl.lit(self._place.code), pl.col("_person")).alias("person_key"),
                    pl.lit(agency).alias("agency"),
                    pl.col("id").alias("agency_person_id"),
                    pl.lit(self._place.code).alias("area"),
                    pl.lit(kind).alias("id_kind"),
                )
                for (agency, kind), frame in sorted(self._found.items())
            ]
        )


def tell_truth(told: TruthFiles, lives: Lives, known: WhoIsWho) -> None:
    """Append an area's truth."""
    told.append("person", known.rows())
    told.append("indicators", area_indicators(lives))
    for changed in as_first_reported(lives):
        told.append("indicators_as_first_reported", changed)
    for quarter in lives.order.quarters:
        for name, rows in facts(View(lives, quarter)).items():
            told.append(f"core_{name}", rows.select(pl.lit(lives.people.place.code).alias("area_code"), pl.all()))


def rows_table(rows: Mapping[tuple[str, str, str], int]) -> pl.DataFrame:
    """Rows by agency, extract and table."""
    return pl.DataFrame(
        [(*key, count) for key, count in sorted(rows.items())],
        schema=["agency", "extract", "table", "rows"],
        orient="row",
    )


def fault_rows(found: Iterable[tuple[str, str, str, str, str, int, str, str]]) -> pl.DataFrame:
    """Faults or notices as a frame."""
    kinds = {name: pl.Int64 if name == "row" else pl.String for name in FOUND_AS}
    return pl.DataFrame(list(found), schema=kinds, orient="row")
