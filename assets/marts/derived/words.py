"""A declaration in words: what is counted, of which rows, as a person would be told.

Here: sentences made of the declaration alone, so that they cannot say anything else than is counted. Not here: what the
figure means (the catalogue's definition), nor its numbers.
"""

from __future__ import annotations

from assets.marts.derived.model import (
    Amount,
    Condition,
    Derived,
    Earlier,
    Inside,
    Related,
    Repeated,
    Scalar,
    Span,
    alternatives,
)

_MOMENTS = {
    "period_end": "the period's last day",
    "delivery_end": "the delivery's last day",
    "school_year": "31 August before the school year",
}
_COMPARED = {"at_least": "at least", "at_most": "at most", "above": "more than", "below": "less than"}


def words_of(derived: Derived) -> list[str]:
    """Lines of words: the rows that are read, what of them is left out, and what is counted of the rest."""
    lines = [f"rows of {_plain(derived.table)}{_extracts(derived)}, {_placed(derived)}"]
    lines += [f"where {_of(condition)}" for condition in derived.where]
    lines.append(f"numerator: {_amount(derived.numerator)}")
    if derived.denominator is not None:
        lines.append(f"denominator: {_amount(derived.denominator)}")
    return lines


def _plain(name: str) -> str:
    return _MOMENTS.get(name) or " or ".join(part.replace("_", " ") for part in alternatives(name))


def _extracts(derived: Derived) -> str:
    return f" from {' or '.join(derived.extracts)}" if derived.extracts else ""


def _placed(derived: Derived) -> str:
    if derived.kind == "snapshot":
        return f"{_plain(str(derived.started))} by the day and {_plain(str(derived.ended))} not by then"
    if derived.kind == "rolling":
        return f"by {_plain(str(derived.date))} in the {derived.months} months to the period's end"
    if derived.kind == "term":
        return "of the term" + (f", by {_plain(derived.date)}" if derived.date else "")
    return f"by {_plain(str(derived.date))} in the period"


def _amount(amount: Amount) -> str:
    if amount.different:
        counted = f"different {' and '.join(_plain(name) for name in amount.different)}"
    elif amount.sum:
        counted = f"{_plain(amount.sum)}, added up"
    elif amount.sum_days:
        counted = f"days from {_from_to(amount.sum_days)}, added up"
    else:
        counted = "rows"
    return " ".join([counted, *(f"where {_of(condition)}" for condition in amount.where)])


def _from_to(span: Span) -> str:
    return f"{_plain(span.start)} to {_plain(span.end)}"


def _of(condition: Condition) -> str:
    if condition.any_of:
        return " or ".join(f"({_of(each)})" for each in condition.any_of)
    if condition.all_of:
        return " and ".join(_of(each) for each in condition.all_of)
    if condition.relation is not None:
        return _related(condition)
    subject = _plain(condition.column or "")
    if condition.span is not None:
        measure, span = condition.span
        subject = f"{_plain(measure)} from {_from_to(span)}"
    of = f" hundredths of {_plain(condition.percent_of)}" if condition.percent_of else ""
    return " and ".join(f"{subject} {_test(name, value)}{of}" for name, value in condition.tests.items())


def _test(name: str, value: object) -> str:
    if name in _COMPARED:
        return f"{_COMPARED[name]} {value}"
    if name == "is_null":
        return "is blank" if value else "is given"
    if name == "not_after":
        return f"is not after {_plain(str(value))}"
    given = value if isinstance(value, tuple) else (value,)
    said = " or ".join(_value(each) for each in given)
    return f"is {'not ' if name.startswith('not') else ''}{said}"


def _value(value: Scalar) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _related(condition: Condition) -> str:
    relation = condition.relation
    if isinstance(relation, Inside):
        within = "".join(f" where {_of(each)}" for each in relation.where)
        return f"it lies inside no other {_plain(relation.table)} of the child that had begun and not ended{within}"
    if isinstance(relation, Repeated):
        return f"it is the last of {relation.rows} of the same person within {relation.within_days} consecutive days"
    if isinstance(relation, Related):
        begins = " and ".join(_of(each) for each in relation.begins)
        return (
            f"the child has at least {relation.at_least}, each begun where {begins}, that went on in the "
            f"{relation.during_months} months to the period's end"
        )
    assert isinstance(relation, Earlier)
    none = "no " if condition.no_earlier else "an "
    reach = f" whose {_plain(relation.measured_from)} is" if relation.measured_from else ""
    within = f" within {relation.within_months} months" if relation.within_months else " in any delivery so far"
    area = " of any area" if relation.any_area else ""
    same = " and ".join(_plain(name) for name in relation.same)
    return f"there is {none}earlier one of the same {same}{reach}{within}{area}"
