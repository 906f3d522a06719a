"""Code sets: the codes official guides give a field, with the collection years each holds for.

Here: reading `code_sets.csv` and which codes a year knows. Not here: which column has which set (contracts).
Sources: the Department for Education's children in need and looked-after guides and schemas. Where a guide does not say
since when a code exists, the first year it was met in real returns stands.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Code:
    """A code with its words; `since` and `until` are collection years (`2023-24`) and empty where it has no bound."""

    code: str
    label: str
    since: str
    until: str

    def holds_in(self, year: str | None) -> bool:
        """Whether a collection year knows the code; without a year, whether any does."""
        return year is None or ((self.since or year) <= year <= (self.until or year))


@cache
def code_sets() -> Mapping[str, tuple[Code, ...]]:
    """Every code set by name."""
    found: dict[str, list[Code]] = {}
    text = (files("expectations") / "code_sets.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["code_set"], []).append(Code(row["code"], row["label"], row["since"], row["until"]))
    return {name: tuple(codes) for name, codes in found.items()}


def codes_in(name: str, year: str | None) -> tuple[str, ...]:
    """The codes of a set in a collection year. KeyError for a set that is not held."""
    return tuple(code.code for code in code_sets()[name] if code.holds_in(year))
