"""What an indicator is: the model of a catalogue entry, its validation as a whole, and its documentation.

Here: the catalogue as data. Not here: the figures (`assets.marts.indicator_values`), nor the columns of the
mart tables (`assets.marts.schema`). A new indicator is one file below `catalogue/<theme>/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assets.labels import label_key
from assets.marts.derived.model import Derived
from expectations.contract import AGENCIES
from expectations.declarations import read_declaration
from warehouse.home import Home
from warehouse.quarters import quarter_or_none

Unit = Literal["count", "persons", "per_10000", "per_100000", "percent", "mean", "rank", "gbp"]
Measure = Literal["count", "rate", "percent", "mean", "rank", "gbp"]

RATE_MULTIPLIERS: Mapping[str, int] = {"per_10000": 10_000, "per_100000": 100_000}
"""Persons a rate's unit is counted per."""

MEASURE_OF_UNIT: Mapping[str, Measure] = {
    "count": "count",
    "persons": "count",
    "per_10000": "rate",
    "per_100000": "rate",
    "percent": "percent",
    "mean": "mean",
    "rank": "rank",
    "gbp": "gbp",
}
PERIOD_TYPE_OF_KIND: Mapping[str, str] = {
    "snapshot": "snapshot",
    "flow": "quarter",
    "rolling": "rolling_12_months",
    "term": "term",
    "year": "year",
}


QUARTERLY_KINDS = ("snapshot", "flow", "rolling")
"""Kinds of which every quarter has a figure: those the multi-agency dataset has columns for."""


class CatalogueError(Exception):
    """Every problem of every catalogue file, collected before anything is refused."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("the indicator catalogue is not valid:\n  " + "\n  ".join(problems))


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Declared):
    """Words an agency prints for the indicator, and which of its measures they name."""

    text: str
    measure: Measure


class Denominator(_Declared):
    """What the count is divided by: a population band, or words for a count of events."""

    says: str
    population: str | None = Field(default=None, pattern=r"^\d+-\d+$")


class ComparatorNote(_Declared):
    """What is known of the comparators returns print beside a measure."""

    measure: Measure
    like_for_like: bool
    method: str
    period: str
    note: str


class PublishedComparator(_Declared):
    """How a comparator is made of published figures: which series of which data set, over what."""

    measure: Measure
    dataset: str
    numerator: tuple[str, ...] = Field(min_length=1)
    """Series of the data set that are added."""
    any_series: bool = False
    """Whether one of the series is enough, for a data set that names it one way or another by edition."""
    filters: str = ""
    """Words the row's filters must hold, where a data set has several rows an area and year."""
    denominator: tuple[str, ...] | Literal["population", "authorities", "as_published"]
    """Series that are added, the population of the indicator's band, or the number of authorities; `as_published` where
    the one series is the rate or the share itself, and its count is not published."""
    parts_of_year: int = Field(default=1, gt=0)
    """4 where the figure of a year is divided to stand beside a quarter's."""
    method: str
    like_for_like: Literal["never", "same_day"] = "never"
    """`same_day`: may be compared where both end on one day."""
    counterpart: Literal["four_quarters", "same_end"] | None = None
    """Which of an area's own figures its published one is the official counterpart of: the sum of the four quarters,
    or the figure whose period ends on the same day."""
    note: str


class Counterpart(_Declared):
    """Another agency's figure that should agree as a total of the area."""

    indicator: str
    how: Literal["equal", "at_most"]
    """Whether the two counts are of the same children or events, or this one's are among the other's."""
    differs_by: str
    """Why they are likely to differ all the same."""


class Indicator(_Declared):
    """One indicator, with its definition. `unit` is the unit of its value; a count may stand beside it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    agency: str
    theme: str
    unit: Unit
    counted: str | None
    """What the numerator counts (children, referrals); null where the figure has no count."""
    period_kind: Literal["snapshot", "flow", "term", "year", "rolling"]
    numerator: str
    denominator: Denominator | None = None
    decimals: int = Field(ge=0, le=6)
    polarity: Literal["high_good", "low_good", "neutral"]
    definition: str
    source: str
    official: bool = False
    caveats: str = ""
    labels: tuple[Label, ...] = ()
    parts: tuple[str, ...] = ()
    """Indicators that add up to this one."""
    comparators: tuple[ComparatorNote, ...] = ()
    published: tuple[PublishedComparator, ...] = ()
    official_differs_by: str = ""
    """Why the official figure of the same area and year is likely to differ, where that is known."""
    derived_differs_by: str = ""
    """Why what an agency returns is likely to differ from what its own children give, where that is known."""
    counterparts: tuple[Counterpart, ...] = ()
    breakdown: str | None = None
    """What printed tables break it down by, where a row or a title names the part (`phase`, `partner`, `event`)."""
    share_of: str | None = None
    """The indicator its count is a share of, where its value is a percentage."""
    derived: Derived | None = None
    """How it is counted from child-level extracts, where it is."""
    valid_from: str = "2017-18 Q1"
    valid_to: str | None = None

    @property
    def measure(self) -> Measure:
        """The measure its value is: count, rate, percent, ..."""
        return MEASURE_OF_UNIT[self.unit]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures it has: its count where it has one beside its value, then its value."""
        return (self.measure,) if self.counted is None or self.measure == "count" else ("count", self.measure)

    @property
    def period_type(self) -> str:
        """The period type of its figures in the marts."""
        return PERIOD_TYPE_OF_KIND[self.period_kind]

    def _problems_of(self, comparator: PublishedComparator) -> list[str]:
        problems = []
        if comparator.measure not in self.measures:
            problems.append(f"the published comparator for {comparator.measure} is of a measure it has not")
        if comparator.denominator == "population" and not (self.denominator and self.denominator.population):
            problems.append("a comparator on a population needs the indicator's band")
        if comparator.denominator == "as_published" and len(comparator.numerator) > 1 and not comparator.any_series:
            problems.append("rates and shares as published cannot be added: name one series")
        if comparator.counterpart == "four_quarters" and comparator.measure != "count":
            problems.append("only counts of four quarters can be added")
        return problems

    @model_validator(mode="after")
    def _hangs_together(self) -> Indicator:
        problems = []
        if self.agency not in AGENCIES:
            problems.append(f"unknown agency {self.agency}")
        for label in self.labels:
            if label.measure not in self.measures:
                problems.append(f"the label for {label.measure} names a measure the indicator has not")
        for comparator in self.published:
            problems += self._problems_of(comparator)
        for name in ("valid_from", "valid_to"):
            text = getattr(self, name)
            if text is not None and quarter_or_none(text) is None:
                problems.append(f"{name} is not a quarter")
        if self.measure == "rate" and self.denominator is None:
            problems.append("a rate needs a denominator")
        if self.measure == "percent" and self.denominator is None:
            problems.append("a percentage needs a denominator")
        if problems:
            raise ValueError("; ".join(problems))
        return self


@dataclass(frozen=True)
class DatasetColumn:
    """A column of the multi-agency dataset: which figure of which indicator it holds."""

    name: str
    indicator_id: str
    measure: Measure
    description: str
    unit: str


class Catalogue(Mapping[str, Indicator]):
    """All indicators by id."""

    def __init__(self, indicators: Mapping[str, Indicator]) -> None:
        self._indicators = dict(sorted(indicators.items()))

    def __getitem__(self, indicator_id: str) -> Indicator:
        return self._indicators[indicator_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._indicators)

    def __len__(self) -> int:
        return len(self._indicators)

    @cached_property
    def labels(self) -> Mapping[str, tuple[str, Measure, str]]:
        """Label keys to (indicator id, measure, label as declared); an indicator's id is a label of its own."""
        found: dict[str, tuple[str, Measure, str]] = {}
        for indicator in self.values():
            for label in indicator.labels:
                found[label_key(label.text)] = (indicator.id, label.measure, label.text)
        return found

    @cached_property
    def population_bands(self) -> frozenset[str]:
        """The age bands of every population that counts are divided by (`10-17`)."""
        divided_by = (indicator.denominator for indicator in self.values())
        return frozenset(each.population for each in divided_by if each is not None and each.population is not None)

    def dataset_columns(self) -> list[DatasetColumn]:
        """The multi-agency dataset's columns: `<id>` (a count where there is one), then `<id>_<measure>`.

        A percentage is the indicator's own column, with `<id>_numerator` beside it where it has a count.
        """
        columns = []
        for indicator in self.values():
            if indicator.period_kind not in QUARTERLY_KINDS:
                continue
            title, value = indicator.title, indicator.measure
            if value == "rate":
                columns.append(DatasetColumn(indicator.id, indicator.id, "count", f"{title}: count", "count"))
                columns.append(DatasetColumn(f"{indicator.id}_rate", indicator.id, "rate", title, indicator.unit))
                continue
            columns.append(DatasetColumn(indicator.id, indicator.id, value, title, indicator.unit))
            if value != "count" and indicator.counted is not None:
                name = f"{indicator.id}_numerator"
                columns.append(DatasetColumn(name, indicator.id, "count", f"{title}: numerator", "count"))
        return columns

    @classmethod
    def of_home(cls, home: Home) -> Catalogue:
        """The shipped catalogue with a home's own entries. Raises CatalogueError."""
        return cls.load(*([home.catalogue] if home.catalogue.is_dir() else []))

    @classmethod
    def load(cls, *folders: Path | Traversable) -> Catalogue:
        """Read and validate the shipped catalogue and any further folders, as one whole.

        Raises CatalogueError with all problems of all files.
        """
        indicators: dict[str, Indicator] = {}
        problems: list[str] = []
        for root in (files("assets.marts") / "catalogue", *folders):
            for theme, path in _entries(root):
                try:
                    entry = Indicator.model_validate(read_declaration(path.read_text(encoding="utf-8")))
                except ValidationError as error:
                    problems += [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
                    continue
                except yaml.YAMLError as error:
                    problems.append(f"{path.name}: not YAML: {error}")
                    continue
                if entry.id in indicators:
                    problems.append(f"{path.name}: indicator {entry.id} is declared twice")
                if path.name != f"{entry.id}.yml" or theme != entry.theme:
                    problems.append(f"{path.name}: belongs in {entry.theme}/{entry.id}.yml")
                indicators[entry.id] = entry
        problems += _problems_between(indicators)
        if problems:
            raise CatalogueError(problems)
        return cls(indicators)


def _problems_between(indicators: Mapping[str, Indicator]) -> list[str]:
    problems = []
    owners: dict[str, str] = {}
    for indicator in indicators.values():
        for label in indicator.labels:
            key = label_key(label.text)
            if key in owners:
                problems.append(f"{indicator.id}: the label of {owners[key]} too: {label.text}")
            owners[key] = indicator.id
        if indicator.share_of is not None and indicator.share_of not in indicators:
            problems.append(f"{indicator.id}: its whole {indicator.share_of} is not in the catalogue")
        for counterpart in indicator.counterparts:
            if counterpart.indicator not in indicators:
                problems.append(f"{indicator.id}: its counterpart {counterpart.indicator} is not in the catalogue")
        for part in indicator.parts:
            if part not in indicators:
                problems.append(f"{indicator.id}: its part {part} is not in the catalogue")
            elif indicators[part].unit != indicator.unit:
                problems.append(f"{indicator.id}: its part {part} has another unit")
    return problems


def _entries(root: Path | Traversable) -> Iterator[tuple[str, Path | Traversable]]:
    for theme in sorted(root.iterdir(), key=lambda item: item.name):
        if theme.is_dir():
            for path in sorted(theme.iterdir(), key=lambda item: item.name):
                if path.name.endswith(".yml"):
                    yield theme.name, path
        elif theme.name.endswith(".yml"):
            # Read all the same, to be told that it belongs into a theme's folder.
            yield "", theme
