"""What a contract is: the one declaration of an extract, from which everything else about it is made.

Here: the model of a contract file, its validation as a whole, and the registry of all contracts.
Not here: what is made from it: SQL (`expectations.quarantine`, `expectations.ddl`), Great Expectations
suites (`expectations.suites`), pages for people (`expectations.documentation`), nor any reading of files
(`assets.raw`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from expectations.declarations import read_declaration
from expectations.expectation import AnyExpectation, InCodeSet

AGENCIES = ("council", "police", "health", "education", "partnership")
REFERENCE = "reference"
"""Not an agency: where published statistics and populations are landed."""

DataType = Literal["text", "code", "whole_number", "decimal", "date", "timestamp", "yes_no"]
Sensitivity = Literal["none", "identifier", "personal", "special"]
"""none: may be shown in a message. identifier, personal, special (GDPR article 9): never shown anywhere."""

STAGED_BY_EVERY_TABLE = frozenset(
    {"receipt_id", "agency", "area_code", "quarter", "quarter_start", "quarter_end", "row_number", "location", "ragged"}
)
"""Columns every staged table has beside its declared ones; rules may read them."""


YEAR = r"^\d{4}-\d{2}$"
"""A collection year."""


def _holds(declared: Column | AnyExpectation, year: str | None) -> bool:
    return year is None or ((declared.since or year) <= year <= (declared.until or year))


class ContractError(Exception):
    """Every problem of every contract file, collected before anything is refused."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("contracts are not valid:\n  " + "\n  ".join(problems))


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Declared):
    """One column: its name here, the headers it may arrive under, its type and how freely it may be shown."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str
    type: DataType = "text"
    headers: tuple[str, ...] = ()
    """Source headers beside the name itself; compared without case, spaces or punctuation."""
    formats: tuple[str, ...] = ()
    """strptime forms of a date or timestamp, tried in turn; a text that fits none is a fault, not a guess."""
    fold: Literal["none", "lower", "upper"] = "none"
    pick: str | None = None
    """A regular expression whose first group is the code in a longer text (`q) 6: Police` holds `6`)."""
    words: Mapping[str, str] = Field(default_factory=dict)
    """Words in the place of codes, in lower case, and the code each stands for; put to what was picked."""
    required: bool = True
    """Whether the file must have the column at all (whether a value is needed is an expectation)."""
    path: str | None = None
    """Where the value stands in an XML record: a path from the record's element, `..` being the element around it."""
    since: str | None = Field(default=None, pattern=YEAR)
    """The first collection year (`2023-24`) a file may have the column in; in others it is kept and not needed."""
    until: str | None = Field(default=None, pattern=YEAR)
    """The last one."""
    sensitivity: Sensitivity = "none"
    example: str = ""
    """A made-up value for templates and documentation."""


class Derived(_Declared):
    """A column made of others by SQL once all tables of a delivery are staged, for rules to read.

    In `sql` the row's own columns stand by name, `{table}` in braces is another staged table of the contract, of which
    the row's own is `self`. Where one of those in `needs` was not delivered the column is null, and rules on it are
    not evaluated.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str
    type: DataType = "yes_no"
    sql: str
    needs: tuple[str, ...] = ()

    @property
    def looks_up(self) -> bool:
        """Whether its SQL looks at other rows: in a staged table, be it the row's own, or through a window."""
        return "{" in self.sql.replace("{{", "") or re.search(r"\bOVER\b", self.sql) is not None


class Table(_Declared):
    """One table of an extract: its grain, columns, and what must hold of its rows."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    grain: str
    core: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")
    """The core table its accepted rows are; none where core tables are made of several extracts' rows
    (`assets.core.events`): then they stand typed in `validated`."""
    element: str | None = None
    """The path of its records in an XML file, from the root's children down: `Children/Child/CINdetails`."""
    sheet: str | None = None
    """What the name of its sheet holds (compared without case, spaces or punctuation), where a workbook has several."""
    columns: tuple[Column, ...] = Field(min_length=1)
    staged: tuple[Column, ...] = ()
    """Columns the core reader makes from the raw ones (a period from a printed header, say)."""
    derived: tuple[Derived, ...] = ()
    """Columns made for rules to read, which go no further."""
    keep: tuple[str, ...] | None = None
    """Which columns core keeps; default all of them."""
    expectations: tuple[AnyExpectation, ...] = Field(min_length=1)

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        """Raw columns, then the staged ones made from them."""
        return self.columns + self.staged

    @cached_property
    def core_columns(self) -> tuple[Column, ...]:
        """The columns an accepted row has in core."""
        if self.keep is None:
            return self.all_columns
        by_name = {column.name: column for column in self.all_columns}
        return tuple(by_name[name] for name in self.keep)

    def column(self, name: str) -> Column | None:
        """The declared column of that name, if there is one."""
        return next((column for column in self.all_columns if column.name == name), None)

    def in_year(self, year: str | None) -> Table:
        """The table with the rules, codes and needed columns of a collection year."""
        columns = tuple(
            column if _holds(column, year) else column.model_copy(update={"required": False}) for column in self.columns
        )
        rules = (rule.in_year(year) for rule in self.expectations if _holds(rule, year))
        # In a year in which a set has no code yet, or none any more, there is nothing to hold a value to.
        expectations = tuple(rule for rule in rules if not (isinstance(rule, InCodeSet) and not rule.codes))
        return self.model_copy(update={"columns": columns, "expectations": expectations})

    @model_validator(mode="after")
    def _hangs_together(self) -> Table:
        problems = []
        names = [column.name for column in self.all_columns] + [derived.name for derived in self.derived]
        problems += [f"column {name} is declared twice" for name in {n for n in names if names.count(n) > 1}]
        problems += [f"column {name} is kept by every table already" for name in STAGED_BY_EVERY_TABLE & set(names)]
        rules = [expectation.rule for expectation in self.expectations]
        problems += [f"rule {rule} is declared twice" for rule in {r for r in rules if rules.count(r) > 1}]
        known = set(names) | STAGED_BY_EVERY_TABLE
        for expectation in self.expectations:
            for missing in sorted((expectation.reads() | {expectation.subject or names[0]}) - known):
                problems.append(f"rule {expectation.rule} reads {missing}, which no column declares")
        problems += [f"keep names {name}, which no column declares" for name in self.keep or () if name not in names]
        for column in self.all_columns:
            if column.type in ("date", "timestamp") and not column.formats and column in self.columns:
                problems.append(f"column {column.name} is a {column.type} without formats")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Recognition(_Declared):
    """How a file shows by its content that it is this extract."""

    formats: tuple[Literal["csv", "xlsx", "parquet", "xml", "zip"], ...] = Field(min_length=1)
    layouts: tuple[str, ...] = ("flat",)
    """The layouts tried, in order: `flat`, or those of printed tables (`assets.raw.layouts.printed`)."""
    root: str | None = None
    """The local name of an XML file's root element."""
    first: str | None = None
    """The path of an element the XML must have, where the root's name is not the extract's alone, with its text after
    `=` where that tells: `Header/CollectionDetails/Collection=CIN`."""


class Governance(_Declared):
    """Why the data is held and for how long: part of the data-sharing agreement."""

    purpose: str
    lawful_basis: str
    retention_years: int = Field(gt=0)


class Contract(_Declared):
    """One extract: who sends it, how it is recognised, what it covers, its tables and their rules."""

    extract: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    description: str
    agencies: tuple[str, ...] = Field(min_length=1)
    format_owner: Literal["ours", "statutory", "agency", "publisher"]
    """`ours`: we define the format, so we publish a template of it."""
    coverage: Literal["year_to_date", "quarter", "term", "snapshot", "as_printed", "edition"]
    shape: Literal[
        "flat", "reported_figures", "education_statistics", "exclusions", "lait", "fingertips", "population_by_vintage",
        "population_by_age", "deprivation",
    ] = "flat"  # fmt: skip
    """How raw rows become staged and core rows: column by column, or by one of `assets.core.shapes`."""
    replaces: Literal["delivery", "figure"] = "delivery"
    """What a newer delivery replaces: the whole earlier one, or figure by figure."""
    tolerance: float = Field(default=1.0, ge=0, le=1)
    """Share of a delivery's rows that may be quarantined before the delivery is stopped as a whole."""
    files_by_columns: bool = False
    """Whether files of one data set and edition whose own columns differ stand side by side, or replace one another."""
    files_by_value: str | None = None
    """The column whose values tell files of one data set and edition apart, where their columns are the same."""
    may_be_empty: bool = False
    area_column: str | None = None
    """The column that names each row's own area; a file whose every row names one other area is stopped. It may be a
    derived one, and stand in one table of several."""
    recognition: Recognition
    governance: Governance
    tables: tuple[Table, ...] = Field(min_length=1)

    @property
    def is_reference(self) -> bool:
        """Whether it is landed by dataset and edition rather than by agency, area and quarter."""
        return self.agencies == (REFERENCE,)

    @property
    def has_several_tables(self) -> bool:
        """Whether a delivery of it is several tables, in one file or in a file each."""
        return len(self.tables) > 1

    def in_year(self, year: str | None) -> Contract:
        """The contract as it stands in a collection year (`2023-24`); without one, over all of them."""
        return self.model_copy(update={"tables": tuple(table.in_year(year) for table in self.tables)})

    def table(self, name: str) -> Table:
        """The table of that name; KeyError where the contract has none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"{self.extract} has no table {name}")

    @model_validator(mode="after")
    def _hangs_together(self) -> Contract:
        problems = []
        if unknown := [agency for agency in self.agencies if agency not in (*AGENCIES, REFERENCE)]:
            problems.append(f"unknown agencies: {', '.join(unknown)}")
        if self.files_by_columns and self.files_by_value:
            problems.append("files are told apart by their columns or by the values of one, not by both")
        if self.files_by_value:
            problems += [
                f"files are told apart by {self.files_by_value}, which table {table.name} does not declare"
                for table in self.tables
                if self.files_by_value not in (column.name for column in table.columns)
            ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


class ContractRegistry(Mapping[str, Contract]):
    """All contracts by extract."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = dict(sorted(contracts.items()))

    def __getitem__(self, extract: str) -> Contract:
        return self._contracts[extract]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contracts)

    def __len__(self) -> int:
        return len(self._contracts)

    def tables(self) -> Iterator[tuple[Contract, Table]]:
        """Every table of every contract, with its contract."""
        for contract in self.values():
            for table in contract.tables:
                yield contract, table

    @classmethod
    def load(cls, folder: Path | Traversable | None = None) -> ContractRegistry:
        """Read and validate every contract below a folder (default: those the product ships).

        Raises ContractError with all problems of all files.
        """
        root = folder or files("expectations") / "contracts"
        contracts: dict[str, Contract] = {}
        problems: list[str] = []
        for path in _yaml_files(root):
            try:
                contract = Contract.model_validate(read_declaration(path.read_text(encoding="utf-8")))
            except ValidationError as error:
                problems += [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
                continue
            except yaml.YAMLError as error:
                problems.append(f"{path.name}: not YAML: {error}")
                continue
            if contract.extract in contracts:
                problems.append(f"{path.name}: extract {contract.extract} is declared twice")
            if path.name != f"{contract.extract}.yml":
                problems.append(f"{path.name}: a contract file is named after its extract, {contract.extract}.yml")
            contracts[contract.extract] = contract
        if problems:
            raise ContractError(problems)
        return cls(contracts)


def _yaml_files(root: Path | Traversable) -> Iterator[Path | Traversable]:
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _yaml_files(entry)
        elif entry.name.endswith(".yml"):
            yield entry
