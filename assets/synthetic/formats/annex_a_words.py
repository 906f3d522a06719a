"""The words of Annex A, and the columns every list begins with.

Here: what the lists share. Not here: any list.
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.formats.delivery import text
from assets.synthetic.people import ETHNICITIES
from assets.synthetic.view import View

YES, NO = "a) Yes", "b) No"

_ETHNICITY_WORDS = {code: f"{chr(97 + place)}) {code}" for place, code in enumerate(ETHNICITIES)}
_GENDERS = {"M": "a) Male", "F": "b) Female", "U": "c) Not stated/recorded (or unborn)"}
NEEDS = {
    "N1": "N1 - Abuse or neglect",
    "N2": "N2 - Child's disability",
    "N3": "N3 - Parental disability or illness",
    "N4": "N4 - Family in acute stress",
    "N5": "N5 - Family dysfunction",
    "N6": "N6 - Socially unacceptable behaviour",
    "N7": "N7 - Low income",
    "N8": "N8 - Absent parenting",
    "N9": "N9 - Cases other than children in need",
}
_TEAMS = ("North assessment team", "South assessment team", "Long-term team", "Children in care team")
PERSON = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age")
DISABLED = "Does the Child have a Disability"


def with_person(view: View, events: pl.DataFrame) -> pl.DataFrame:
    """Events with the columns every list begins with, and those some share."""
    people = view.people.select("person", "child", "born", "sex", "ethnicity", "disabled", "family")
    age = ((view.end - pl.col("born")).dt.total_days() / 365.25).round(1)
    return events.join(people, on="person", how="left", maintain_order="left").with_columns(
        pl.col("person").alias("_person"),
        pl.col("child").alias("Child Unique ID"),
        pl.col("sex").replace_strict(_GENDERS).alias("Gender"),
        pl.col("ethnicity").replace_strict(_ETHNICITY_WORDS).alias("Ethnicity"),
        text("born").alias("Date of Birth"),
        age.cast(pl.String).alias("Age"),
        words("disabled").alias(DISABLED),
        pick(_TEAMS, pl.col("person")).alias("Allocated Team"),
        pl.format("Worker {}", pl.col("person") % 60).alias("Allocated Worker"),
    )


def words(name: str) -> pl.Expr:
    """Yes and no in the lists' words."""
    return pl.when(pl.col(name)).then(pl.lit(YES)).when(~pl.col(name)).then(pl.lit(NO))


def pick(words: tuple[str, ...], number: pl.Expr) -> pl.Expr:
    """One of several words by a number."""
    return (
        (number % len(words))
        .cast(pl.Int64)
        .replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)
    )
