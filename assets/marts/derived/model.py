"""What a figure is counted from: the `derived` block of a catalogue entry, a small vocabulary and no SQL.

Here: the vocabulary and what of it does not hang together. Not here: whether the tables and columns exist
(`assets.marts.derived.readable`), its words for people (`assets.marts.derived.words`), nor what it compiles to
(`assets.marts.derived.compiler`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["flow", "snapshot", "rolling", "months", "term"]
Scalar = str | int | bool

PERIOD_END = "period_end"
"""Stands in the place of a column for the last day of the figure's period."""
DELIVERY_END = "delivery_end"
"""The last day of the quarter whose delivery is read."""
SCHOOL_YEAR = "school_year"
"""The 31 August before the school year the period lies in, on which school ages are taken."""
CHILD_AGE = "child_age"
"""Stands in the place of a column for the child's age on the event's day, or on a snapshot's, where that is known."""
MOMENTS = (PERIOD_END, DELIVERY_END, SCHOOL_YEAR)

TESTS = (
    "equals", "not_equals", "in_", "not_in", "is_null", "at_least", "at_most", "above", "below", "not_after"
)  # fmt: skip
"""What may be asked of a condition's subject."""

EVER = 99
"""Years back that no delivery lies beyond."""

OF_THE_CHILD = ("sex", "age_band", "ethnicity", "deprivation_decile", "ward")
"""Breakdowns by what is known of the child or its home; others name a column of the counted table."""


def alternatives(name: str) -> list[str]:
    """The columns of `family_ref or police_person_ref`: the first that is not blank is taken."""
    return name.split(" or ")


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Span(_Declared):
    """Two dates with something between them: a column each, or a moment of the period."""

    start: str
    end: str
    open_until: Literal["delivery_end"] | None = None
    """What the end is taken to be while it is blank."""


class Inside(_Declared):
    """Lying inside an open case of the same child in the same delivery: begun before, and not ended by then."""

    table: str
    started: str
    ended: str
    where: tuple[Condition, ...] = ()


class Earlier(_Declared):
    """An earlier row like this one, of the same child, strictly before it by `order`."""

    order: str
    same: tuple[str, ...] = ("child_id",)
    measured_from: str | None = None
    """The earlier row's column that must lie within reach; its `order` where none is named."""
    within_months: int | None = Field(default=None, gt=0)
    """None: ever, over every delivery so far."""
    any_area: bool = False
    """Whether other areas' deliveries count too."""


class Repeated(_Declared):
    """The row is the last of so many of the same person that began within so many consecutive days."""

    rows: int = Field(ge=2)
    within_days: int = Field(gt=0)
    order: str
    same: tuple[str, ...]


class Related(_Declared):
    """At least so many things of the same child that went on at some time of the months to the period's end.

    A row that meets `begins` begins one; any other carries on with the last one begun before it.
    """

    at_least: int = Field(ge=1)
    begins: tuple[Condition, ...]
    started: str
    ended: str
    during_months: int = Field(gt=0)
    same: tuple[str, ...] = ("child_id",)


class Condition(_Declared):
    """One thing that must hold of a row: a subject and a test of it, or a relation to other rows."""

    column: str | None = None
    age: Span | None = None
    """Whole years between the two; a birthday on 29 February falls on 1 March in other years."""
    days: Span | None = None
    hours: Span | None = None
    months: Span | None = None
    """Whole months, so that a plan from 15 May to 15 May two years on has lasted 24."""
    working_days: Span | None = None

    equals: Scalar | None = None
    not_equals: Scalar | None = None
    """A blank is not equal to anything, and so passes."""
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    not_in: tuple[str, ...] | None = None
    is_null: bool | None = None
    at_least: int | None = None
    at_most: int | None = None
    above: int | None = None
    below: int | None = None
    not_after: str | None = None
    """The subject's day is on or before that column's."""
    percent_of: str | None = None
    """With `at_least`: the subject is at least so many hundredths of that column."""

    any_of: tuple[Condition, ...] = ()
    all_of: tuple[Condition, ...] = ()
    earlier: Earlier | None = None
    no_earlier: Earlier | None = None
    repeated: Repeated | None = None
    related: Related | None = None
    not_inside: Inside | None = None

    @property
    def span(self) -> tuple[str, Span] | None:
        """The measure of two dates that is its subject, and the dates."""
        for name in ("age", "days", "hours", "months", "working_days"):
            if (span := getattr(self, name)) is not None:
                return name, span
        return None

    @property
    def tests(self) -> dict[str, object]:
        """The tests put to its subject."""
        return {name: getattr(self, name) for name in TESTS if getattr(self, name) is not None}

    @property
    def relation(self) -> Earlier | Repeated | Related | Inside | None:
        """The relation to other rows it is, if it is one."""
        return self.earlier or self.no_earlier or self.repeated or self.related or self.not_inside

    @model_validator(mode="after")
    def _hangs_together(self) -> Condition:
        subjects = [self.column, *(getattr(self, n) for n in ("age", "days", "hours", "months", "working_days"))]
        relations = [self.earlier, self.no_earlier, self.repeated, self.related, self.not_inside]
        given = [part for part in (*subjects, *relations) if part is not None]
        if len(given) + bool(self.any_of) + bool(self.all_of) != 1:
            raise ValueError("a condition has one subject, or is one relation, or any_of or all_of others")
        if self.months is not None and set(self.tests) != {"at_least"}:
            raise ValueError("months are tested by at_least")
        has_subject = any(part is not None for part in subjects)
        if has_subject and not self.tests:
            raise ValueError("its subject is put to no test")
        if not has_subject and self.tests:
            raise ValueError("a relation is put to no further test")
        if self.percent_of and (self.at_least is None or self.column is None):
            raise ValueError("percent_of says what at_least so many hundredths of a column are of")
        return self


class Amount(_Declared):
    """What is counted of the rows: rows, different values of columns, or a sum of a column or of days between two."""

    different: tuple[str, ...] = ()
    """Columns whose values together are told apart; `a or b` takes b where a is blank."""
    sum: str | None = None
    sum_days: Span | None = None
    where: tuple[Condition, ...] = ()
    """Further conditions, on these rows alone."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Amount:
        if (len(self.different) > 0) + (self.sum is not None) + (self.sum_days is not None) > 1:
            raise ValueError("count different values, or sum, not both")
        return self


class Derived(_Declared):
    """How a figure is counted from a table of events."""

    table: str
    """A core table of events, or of one extract."""
    extracts: tuple[str, ...] = ()
    """The extracts it may be counted from, where not every one that has the event carries what is needed."""
    kind: Kind
    date: str | None = None
    """The day that puts a row into a period (flow, rolling, months)."""
    started: str | None = None
    ended: str | None = None
    """A snapshot counts what began on or before the day and had not ended: ended on the day counts as ended."""
    months: int | None = Field(default=None, gt=0)
    """How many months to the period's end a rolling figure counts."""
    also_year: bool = False
    """Whether the financial year has a figure of its own beside its quarters."""
    where: tuple[Condition, ...] = ()
    numerator: Amount = Amount()
    denominator: Amount | None = None
    """None for a plain count and for a rate on a population."""
    child: str = "child_id"
    """The column with the council's identifier of the child, by which breakdowns are looked up."""
    breakdowns: tuple[str, ...] = ()
    by: dict[str, str] = Field(default_factory=dict)
    """Further breakdowns: their names, and the column each is by. Of several codes with | between them each counts."""
    only_by: str | None = None
    """The breakdown there are figures by, where there is none of all together (`phase`)."""

    def conditions(self) -> list[tuple[str, Condition]]:
        """Every condition, of the numerator, the denominator and relations too, with the table it is about."""
        found: list[tuple[str, Condition]] = []
        own = [*self.where, *self.numerator.where, *(self.denominator.where if self.denominator else ())]
        waiting = [(self.table, condition) for condition in own]
        while waiting:
            table, condition = waiting.pop()
            found.append((table, condition))
            waiting += [(table, each) for each in (*condition.any_of, *condition.all_of)]
            relation = condition.relation
            if isinstance(relation, Inside):
                waiting += [(relation.table, each) for each in relation.where]
            elif isinstance(relation, Related):
                waiting += [(table, each) for each in relation.begins]
        return found

    def _relations(self) -> list[Earlier | Repeated | Related | Inside]:
        return [condition.relation for _, condition in self.conditions() if condition.relation is not None]

    @property
    def look_back_months(self) -> int:
        """Months before the period that must have been delivered; one that reaches ever so far back needs none."""
        earlier = (relation for relation in self._relations() if isinstance(relation, Earlier))
        return max((relation.within_months or 0 for relation in earlier), default=0)

    @property
    def look_back_days(self) -> int:
        """Days before the period that must have been delivered, by its windows of days."""
        windows = [relation.within_days for relation in self._relations() if isinstance(relation, Repeated)]
        return max(windows, default=1) - 1

    @property
    def months_to_the_end(self) -> int:
        """Months that end with the period and must have been delivered whole; 0 where the period itself is enough."""
        during = [relation.during_months for relation in self._relations() if isinstance(relation, Related)]
        return max([self.months or 0, *during])

    @property
    def years_back(self) -> int:
        """Financial years before the period's own whose deliveries are looked into at most."""
        if any(isinstance(relation, Earlier) and relation.within_months is None for relation in self._relations()):
            return EVER
        months = self.look_back_months + self.look_back_days // 28 + self.months_to_the_end
        return -(-months // 12)

    @model_validator(mode="after")
    def _hangs_together(self) -> Derived:
        problems = []
        if self.kind == "snapshot":
            if not self.started or not self.ended or self.date:
                problems.append("a snapshot is taken between `started` and `ended`, and has no `date`")
        elif self.started or self.ended:
            problems.append(f"a {self.kind} has no `started` and `ended`")
        elif not self.date and self.kind != "term":
            problems.append(f"a {self.kind} needs the `date` that puts a row into a period")
        if (self.kind == "rolling") != (self.months is not None):
            problems.append("a rolling figure, and no other, says over how many `months`")
        if self.also_year and self.kind != "flow":
            problems.append("only a flow has a figure of the year beside its quarters")
        problems += [f"{name} is no breakdown" for name in self.breakdowns if name not in OF_THE_CHILD]
        if self.only_by and self.only_by != "phase":
            problems.append("only figures by phase may stand without one of all together")
        if problems:
            raise ValueError("; ".join(problems))
        return self


for _model in (Inside, Related, Condition, Amount, Derived):
    _model.model_rebuild()
