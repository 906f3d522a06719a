"""The children in need census as XML: the financial year, with its last quarter.

Here: its rows, an element a row, and writing them in the order of the department's structure. Not here: what the
children lived through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from assets.synthetic.formats.delivery import Delivery, text
from assets.synthetic.formats.told import told_assessments, told_cases
from assets.synthetic.view import View

SEX_FROM = 2023
"""The financial year from which the census has Sex in letters; before, GenderCurrent in figures."""
_CHUNK = 2_000
_MODULES = {
    "assessments": (
        "Assessments",
        (
            "AssessmentActualStartDate",
            "AssessmentInternalReviewDate",
            "AssessmentAuthorisationDate",
            "FactorsIdentifiedAtAssessment/AssessmentFactors",
        ),
    ),
    "cin_plans": ("CINPlanDates", ("CINPlanStartDate", "CINPlanEndDate")),
    "section_47": ("Section47", ("S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired")),
    "child_protection_plans": (
        "ChildProtectionPlans",
        (
            "CPPstartDate",
            "CPPendDate",
            "InitialCategoryOfAbuse",
            "LatestCategoryOfAbuse",
            "NumberOfPreviousCPP",
            "Reviews/CPPreviewDate",
        ),
    ),
}
_DETAILS = (
    "CINreferralDate",
    "ReferralSource",
    "PrimaryNeedCode",
    "CINclosureDate",
    "ReasonForClosure",
    "DateOfInitialCPC",
    "ReferralNFA",
)
_IDENTIFIERS = ("LAchildID", "UPN", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate", "GenderCurrent", "Sex")


def delivery(view: View) -> Delivery:
    """The census of a year."""
    cases = _cases(view)
    tables = {
        "header": _header(view),
        "children": _children(view, cases),
        "cin_details": _details(view, cases),
        "assessments": _assessments(view, cases),
        "cin_plans": _plans_of_need(view, cases),
        "section_47": _section_47(view, cases),
        "child_protection_plans": _plans(view, cases),
    }
    return Delivery("council", "cin_census", view.quarter, "cin_census", tables)


def _header(view: View) -> pl.DataFrame:
    quarter = view.quarter
    made = date(quarter.year + 1, 5, 12).isoformat()
    return pl.DataFrame(
        {
            "_person": [None],
            "Collection": ["CIN"],
            "Year": [str(quarter.year + 1)],
            "ReferenceDate": [f"{quarter.year + 1}-03-31"],
            "LEA": [view.lives.people.place.lea],
            "DateTime": [f"{made}T09:30:00"],
        }
    )


def _cases(view: View) -> pl.DataFrame:
    """Cases open in the year and referrals of the year that led to nothing, numbered in the order of the file."""
    open_ones = told_cases(view)
    nothing = (
        view.event("case")
        .filter(pl.col("nfa") & view.in_year("referred"))
        .with_columns(closed=pl.lit(None, pl.Date), closure_reason=pl.lit(None, pl.String))
    )
    rows = pl.concat([open_ones, nothing.select(open_ones.columns)]).sort("person", "referred", "case")
    return rows.with_row_index("_case")


def _children(view: View, cases: pl.DataFrame) -> pl.DataFrame:
    rows = view.people.join(cases.select("person").unique(), on="person").sort("person")
    numbered = pl.col("upn").is_not_null() & (pl.col("person") % 8 > 0)
    sex = (
        {"GenderCurrent": pl.col("sex").replace_strict({"M": "1", "F": "2", "U": "0"})}
        if view.quarter.year < SEX_FROM
        else {"Sex": pl.col("sex")}
    )
    disability = (
        pl.when(~pl.col("disabled"))
        .then(pl.lit("NONE"))
        .when(pl.col("person") % 3 == 0)
        .then(pl.lit("AUT|BEH"))
        .when(pl.col("person") % 3 == 1)
        .then(pl.lit("LD"))
        .otherwise(pl.lit("AUT"))
    )
    return rows.select(
        pl.col("person").alias("_person"),
        pl.col("child").alias("LAchildID"),
        pl.when(numbered).then("upn").alias("UPN"),
        pl.when(~numbered).then(pl.lit("UN1")).alias("UPNunknown"),
        pl.when(~pl.col("unborn")).then(text("born")).alias("PersonBirthDate"),
        pl.when("unborn").then(text("born")).alias("ExpectedPersonBirthDate"),
        *[expression.alias(name) for name, expression in sex.items()],
        pl.col("ethnicity").alias("Ethnicity"),
        disability.alias("Disability"),
    )


def _details(view: View, cases: pl.DataFrame) -> pl.DataFrame:
    held = view.event("enquiry").filter(view.in_year("conference")).group_by("case").agg(pl.col("conference").max())
    moved = pl.when(view.in_year("moved_in")).then("moved_in")
    rows = cases.join(held, on="case", how="left", maintain_order="left")
    return rows.select(
        pl.col("person").alias("_person"),
        "_case",
        text("referred").alias("CINreferralDate"),
        pl.col("source").alias("ReferralSource"),
        pl.col("need").alias("PrimaryNeedCode"),
        text("closed").alias("CINclosureDate"),
        pl.col("closure_reason").alias("ReasonForClosure"),
        pl.coalesce(moved, "conference").cast(pl.String).alias("DateOfInitialCPC"),
        pl.when("nfa").then(pl.lit("true")).otherwise(pl.lit("false")).alias("ReferralNFA"),
    )


def _of_cases(rows: pl.DataFrame, cases: pl.DataFrame, at: str) -> pl.DataFrame:
    return (
        rows.join(cases.select("case", "_case"), on="case")
        .with_columns(pl.col("person").alias("_person"))
        .sort("_case", at)
    )


def _assessments(view: View, cases: pl.DataFrame) -> pl.DataFrame:
    rows = _of_cases(told_assessments(view), cases, "started").with_columns(view.known("review"))
    return rows.select(
        "_person",
        "_case",
        text("started").alias("AssessmentActualStartDate"),
        text("review").alias("AssessmentInternalReviewDate"),
        text("authorised").alias("AssessmentAuthorisationDate"),
        pl.when(pl.col("authorised").is_not_null())
        .then("factors")
        .alias("FactorsIdentifiedAtAssessment/AssessmentFactors"),
    )


def _plans_of_need(view: View, cases: pl.DataFrame) -> pl.DataFrame:
    rows = view.event("cin_plan").filter(pl.col("started") <= view.end).with_columns(view.known("ended"))
    rows = _of_cases(rows.filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start)), cases, "started")
    return rows.select(
        "_person", "_case", text("started").alias("CINPlanStartDate"), text("ended").alias("CINPlanEndDate")
    )


def _section_47(view: View, cases: pl.DataFrame) -> pl.DataFrame:
    rows = view.event("enquiry").filter(pl.col("started") <= view.end).with_columns(view.known("conference"))
    rows = _of_cases(
        rows.filter(view.in_year("started") | view.in_year("conference").fill_null(False)), cases, "started"
    )
    return rows.select(
        "_person",
        "_case",
        text("started").alias("S47ActualStartDate"),
        text("due").alias("InitialCPCtarget"),
        text("conference").alias("DateOfInitialCPC"),
        pl.when("not_required").then(pl.lit("true")).otherwise(pl.lit("false")).alias("ICPCnotRequired"),
    )


def _plans(view: View, cases: pl.DataFrame) -> pl.DataFrame:
    rows = (
        view.event("plan")
        .filter((pl.col("started") <= view.end) & ~pl.col("temporary"))
        .with_columns(view.known("ended"))
    )
    rows = _of_cases(rows.filter(pl.col("ended").is_null() | (pl.col("ended") >= view.year_start)), cases, "started")
    reviews = pl.col("reviews").list.eval(pl.element().filter(pl.element() <= view.end).cast(pl.String)).list.join("|")
    return rows.select(
        "_person",
        "_case",
        text("started").alias("CPPstartDate"),
        text("ended").alias("CPPendDate"),
        pl.col("initial_category").alias("InitialCategoryOfAbuse"),
        pl.col("latest_category").alias("LatestCategoryOfAbuse"),
        text("previous").alias("NumberOfPreviousCPP"),
        pl.when(reviews != "").then(reviews).alias("Reviews/CPPreviewDate"),
    )


def write_census(delivery: Delivery, folder: Path) -> list[Path]:
    """The XML file, some thousand children at a time."""
    path, tables = folder / "cin_census.xml", delivery.tables
    header, children = tables["header"].row(0, named=True), _inner(tables)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<Message>\n<Header><CollectionDetails>')
        file.write(_one(header, ("Collection", "Year", "ReferenceDate")))
        file.write(f"</CollectionDetails><Source><SourceLevel>L</SourceLevel>{_one(header, ('LEA',))}")
        file.write("<SoftwareCode>Made up</SoftwareCode><Release>1</Release><SerialNo>001</SerialNo>")
        file.write(f"{_one(header, ('DateTime',))}</Source></Header>\n<Children>\n")
        for begin in range(0, len(children), _CHUNK):
            file.write("\n".join(children[begin : begin + _CHUNK]) + "\n")
        file.write("</Children>\n</Message>\n")
    return [path]


def _one(row: dict[str, str], names: Sequence[str]) -> str:
    return "".join(f"<{name}>{row[name]}</{name}>" for name in names if row[name] is not None)


def _inner(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Each child's element, children in order."""
    details = tables["cin_details"].select("_person", "_case", _fields(_DETAILS, tables["cin_details"]).alias("xml"))
    for name, (tag, fields) in _MODULES.items():
        frame = tables[name]
        element = pl.concat_str(pl.lit(f"<{tag}>"), _fields(fields, frame), pl.lit(f"</{tag}>"))
        of_case = (
            frame.select("_case", element.alias("module"))
            .group_by("_case", maintain_order=True)
            .agg(pl.col("module").str.join(""))
        )
        details = (
            details.join(of_case, on="_case", how="left", maintain_order="left")
            .with_columns(xml=pl.concat_str("xml", pl.col("module").fill_null("")))
            .drop("module")
        )
    of_child = details.group_by("_person", maintain_order=True).agg(
        pl.concat_str(pl.lit("<CINdetails>"), "xml", pl.lit("</CINdetails>")).str.join("").alias("details")
    )
    children = tables["children"]
    disabled = pl.concat_str(
        pl.lit("<Disabilities><Disability>"),
        pl.col("Disability").str.replace_all("|", "</Disability><Disability>", literal=True),
        pl.lit("</Disability></Disabilities>"),
    )
    element = pl.concat_str(
        pl.lit("<Child><ChildIdentifiers>"),
        _fields(_IDENTIFIERS, children),
        pl.lit("</ChildIdentifiers><ChildCharacteristics>"),
        _fields(("Ethnicity",), children),
        disabled.fill_null(""),
        pl.lit("</ChildCharacteristics>"),
        pl.col("details").fill_null(""),
        pl.lit("</Child>"),
    )
    return (
        children.join(of_child, on="_person", how="left", maintain_order="left")
        .select(element.alias("xml"))["xml"]
        .to_list()
    )


def _fields(names: Sequence[str], frame: pl.DataFrame) -> pl.Expr:
    """Elements of a row's fields in order, without the blank ones; `Around/Inner` repeats inside one around it."""
    parts = []
    for name in names:
        if name not in frame.columns:
            continue
        around, _, inner = name.rpartition("/")
        value = pl.col(name).str.replace_all("&", "&amp;", literal=True).str.replace_all("<", "&lt;", literal=True)
        begin, end = (f"<{around}>", f"</{around}>") if around else ("", "")
        if around:
            value = value.str.replace_all("|", f"</{inner}><{inner}>", literal=True)
        parts.append(pl.concat_str(pl.lit(f"{begin}<{inner}>"), value, pl.lit(f"</{inner}>{end}")).fill_null(""))
    return pl.concat_str(parts)
