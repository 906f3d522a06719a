"""The catalogue and the mart tables as pages for people.

Here: Markdown made from the declarations. Not here: contracts (`expectations.documentation`).
"""

from __future__ import annotations

from assets.marts.catalogue_model import Catalogue
from assets.marts.derived.words import words_of
from assets.marts.schema import released_tables

_POLARITY = {"high_good": "high is good", "low_good": "low is good", "neutral": "neither high nor low is good"}


def indicators_page(catalogue: Catalogue) -> str:
    """Every indicator: definition, numerator, denominator, how it is printed, and the labels it is known by."""
    lines = ["# Indicators", "", "Made from the catalogue (`assets/marts/catalogue`), one file an indicator.", ""]
    for theme in sorted({entry.theme for entry in catalogue.values()}):
        lines += [f"## {theme.replace('_', ' ').capitalize()}", ""]
        for entry in catalogue.values():
            if entry.theme != theme:
                continue
            lines += [f"### {entry.title} (`{entry.id}`)", "", entry.definition, ""]
            lines.append(f"- Numerator: {entry.numerator}")
            if entry.denominator:
                lines.append(f"- Denominator: {entry.denominator.says}")
            lines.append(f"- {entry.unit}, {entry.decimals} decimals; {entry.period_kind}; {_POLARITY[entry.polarity]}")
            lines.append(f"- From: {entry.agency}. Source of the definition: {entry.source}")
            if entry.derived is not None:
                counted = "; ".join(words_of(entry.derived))
                lines.append(f"- Counted from child-level extracts: {counted}.")
            if entry.caveats:
                lines.append(f"- Caveat: {entry.caveats}")
            lines += [f"- Printed as ({label.measure}): {label.text}" for label in entry.labels]
            lines += [f"- Beside a {note.measure}: {note.note}" for note in entry.comparators]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def tables_page(catalogue: Catalogue) -> str:
    """Every mart table and column a release holds."""
    lines = ["# Tables of a release", "", "Schema `marts` of `sightline.duckdb`, and `parquet/<table>/`.", ""]
    for table in released_tables(catalogue).values():
        lines += [f"## {table.name}", "", table.description, "", f"Key: {', '.join(table.key)}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [f"| {column.name} | {column.type} | {column.description} |" for column in table.columns]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
