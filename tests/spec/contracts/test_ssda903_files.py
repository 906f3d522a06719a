"""The files a children looked after return comes in: a CSV a table, several in a zip, or one XML with them all.

The same small invented return is written in each form. Not here: its rules (`test_ssda903`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.core.stage import Unit
from assets.core.unit import make_unit
from assets.intake import recognition
from assets.intake.check import Checker, FileCheck
from assets.intake.recognition import UnrecognisedError, recognise
from assets.intake.take_in import take_in
from assets.raw.load import load_raw, raw_frame, receipts_of
from assets.raw.readers.grid import UnreadableError
from assets.reference.areas import areas
from tests.homes import JULY, JUNE, MAY, SOUTHAMPTON, land, new_home
from tests.rule_cases import CATALOGUE, CONTRACTS
from warehouse.archive import Archive
from warehouse.connection import Warehouse
from warehouse.home import Home
from warehouse.ledger import Receipt
from warehouse.quarters import FinancialQuarter

RETURN = CONTRACTS["ssda903"]
QUARTER = FinancialQuarter(2019, 4)
FILES = {
    "header": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
    "1,1,14/03/2010,WBRI,P207000016049,,\n2,2,14/03/2001,MWBC,UN1,,\n",
    "episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "1,15/01/2020,S,C2,N1,U4,PR1,20/02/2020,X1,,ZZ99 3WZ,ZZ99 3VZ,1234567\n"
    "1,20/02/2020,P,C2,N1,K2,PR4,,,CARPL,ZZ99 3WZ,,XXXXXXX\n",
    "reviews": "CHILD,DOB,REVIEW,REVIEW_CODE\n1,14/03/2010,01/02/2020,PN1\n1,14/03/2010,02/03/2020,PN3\n",
    "uasc": "CHILD,SEX,DOB,DUC\n1,1,14/03/2010,14/03/2028\n",
    "oc2": "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,"
    "SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED\n1,14/03/2010,12,,0,1,1,1,1,0,,\n",
    "oc3": "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n2,14/03/2001,YES,F2,U1\n",
    "ad1": "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR\n"
    "1,14/03/2010,15/01/2020,20/02/2020,0,2,MF,L11\n",
    "placed_for_adoption": "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED\n1,14/03/2010,15/01/2020,,\n",
    "previous_permanence": "CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM\n1,14/03/2010,P2,852,zz/05/2015\n",
    "missing": "CHILD,DOB,MISSING,MIS_START,MIS_END\n1,14/03/2010,M,20/01/2020,21/01/2020\n",
    "sw_episodes": "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\n1,14/03/2010,SW900001,15/01/2020,,MANAGE\n",
    "dolo": "CHILD,DOB,DOLO_START,DOLO_END\n1,14/03/2010,20/01/2020,21/01/2020\n",
}
XML = """<?xml version="1.0"?>
<EXPSSDA903>
  <CHILD>
    <HEADER>
      <CHILDID>1</CHILDID><UPN>P207000016049</UPN><SEX>1</SEX><DOB>14/03/2010</DOB><ETHNIC>WBRI</ETHNIC>
      <UASC /><DUC>14/03/2028</DUC>
      <AREVIEW><REVIEW>01/02/2020</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
      <AREVIEW><REVIEW>02/03/2020</REVIEW><REVIEW_CODE>PN3</REVIEW_CODE></AREVIEW>
      <AREVIEW />
      <MOTHER /><MC_DOB />
      <DATE_INT>15/01/2020</DATE_INT><DATE_MATCH>20/02/2020</DATE_MATCH><FOSTER_CARE>0</FOSTER_CARE>
      <NB_ADOPTR>2</NB_ADOPTR><SEX_ADOPTR>MF</SEX_ADOPTR><LS_ADOPTR>L11</LS_ADOPTR>
      <AD_PLACED><DATE_PLACED>15/01/2020</DATE_PLACED><DATE_PLACED_CEASED /></AD_PLACED>
      <PERMANENCE><PREV_PERM>P2</PREV_PERM><LA_PERM>852</LA_PERM><DATE_PERM>zz/05/2015</DATE_PERM></PERMANENCE>
      <OC2>
        <SDQ_SCORE>12</SDQ_SCORE><CONVICTED>0</CONVICTED><HEALTH_CHECK>1</HEALTH_CHECK>
        <IMMUNISATIONS>1</IMMUNISATIONS><TEETH_CHECK>1</TEETH_CHECK><HEALTH_ASSESSMENT>1</HEALTH_ASSESSMENT>
        <SUBSTANCE_MISUSE>0</SUBSTANCE_MISUSE>
      </OC2>
      <AMISSING><MISSING>M</MISSING><MIS_START>20/01/2020</MIS_START><MIS_END>21/01/2020</MIS_END></AMISSING>
      <SW_EPISODE>
        <SW_ID>SW900001</SW_ID><SW_DECOM>15/01/2020</SW_DECOM><SW_REASON>MANAGE</SW_REASON>
      </SW_EPISODE>
      <DOLO><DOLO_START>20/01/2020</DOLO_START><DOLO_END>21/01/2020</DOLO_END></DOLO>
    </HEADER>
    <EPISODE>
      <DECOM>15/01/2020</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U4</PL><PL_POST>ZZ99 3VZ</PL_POST>
      <HOME_POST>ZZ99 3WZ</HOME_POST><URN>1234567</URN><PLACE_PROVIDER>PR1</PLACE_PROVIDER>
      <DEC>20/02/2020</DEC><REC>X1</REC><REASON_PLACE_CHANGE />
    </EPISODE>
    <EPISODE>
      <DECOM>20/02/2020</DECOM><RNE>P</RNE><LS>C2</LS><CIN>N1</CIN><PL>K2</PL><PL_POST />
      <HOME_POST>ZZ99 3WZ</HOME_POST><URN>XXXXXXX</URN><PLACE_PROVIDER>PR4</PLACE_PROVIDER>
      <DEC /><REC /><REASON_PLACE_CHANGE>CARPL</REASON_PLACE_CHANGE>
    </EPISODE>
    <EPISODE />
  </CHILD>
  <CHILD>
    <HEADER>
      <CHILDID>2</CHILDID><UPN>UN1</UPN><SEX>2</SEX><DOB>14/03/2001</DOB><ETHNIC>MWBC</ETHNIC><UASC />
      <IN_TOUCH>YES</IN_TOUCH><ACTIV>F2</ACTIV><ACCOM>U1</ACCOM><OC2 /><PERMANENCE><PREV_PERM /></PERMANENCE>
    </HEADER>
  </CHILD>
</EXPSSDA903>
"""


def zip_of(path: Path, entries: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """All twelve tables in a zip, under names that say nothing of them."""
    return zip_of(
        tmp_path / "set", {f"in/{number} Ann Example.csv": text for number, text in enumerate(FILES.values())}
    )


@pytest.fixture
def as_xml(tmp_path: Path) -> Path:
    path = tmp_path / "return"
    path.write_text(XML, encoding="utf-8")
    return path


def raw_of(path: Path) -> dict[str, pl.DataFrame]:
    """The raw rows of a file by table."""
    receipt = Receipt("R1", None, "council", SOUTHAMPTON, QUARTER.label, datetime(2020, 5, 1), "any")
    found = recognise(path, CONTRACTS)
    batches = list(found.batches())
    return {t.name: raw_frame(t, receipt, [rows for other, rows in batches if other is t]) for t in found.tables}


def content(raw: Mapping[str, pl.DataFrame]) -> dict[str, list[tuple[str | None, ...]]]:
    """What was sent, without where it stood."""
    columns = {table.name: [column.name for column in table.columns] for table in RETURN.tables}
    return {name: frame.select(columns[name]).rows() for name, frame in raw.items()}


def check(path: Path, quarter: FinancialQuarter = QUARTER) -> FileCheck:
    return Checker(CONTRACTS, CATALOGUE, areas(), SOUTHAMPTON, quarter).check(path)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_one_table_is_known_by_its_headings(name: str, tmp_path: Path) -> None:
    path = tmp_path / "any name"
    path.write_text(FILES[name], encoding="utf-8-sig", newline="\r\n")
    found = recognise(path, CONTRACTS)
    assert (found.contract.extract, found.table_name) == ("ssda903", name)
    assert content(raw_of(path))[name] == [
        tuple(cell or None for cell in in_order(name, line)) for line in FILES[name].splitlines()[1:]
    ]


def in_order(name: str, line: str) -> list[str]:
    """The cells of a line in the order of the declared columns."""
    headings = FILES[name].splitlines()[0].split(",")
    declared = [
        next(h for h in headings if h.casefold() in {n.casefold() for n in (column.name, *column.headers)})
        for column in RETURN.table(name).columns
    ]
    cells = dict(zip(headings, line.split(","), strict=True))
    return [cells[heading] for heading in declared]


def test_each_form_has_the_same_content(zipped: Path, as_xml: Path) -> None:
    of_zip, of_xml = content(raw_of(zipped)), content(raw_of(as_xml))
    assert of_xml == of_zip
    assert list(of_zip) == list(FILES)


def test_an_empty_element_is_no_row(as_xml: Path) -> None:
    raw = raw_of(as_xml)
    assert {name: frame.height for name, frame in raw.items()} == {
        name: len(text.splitlines()) - 1 for name, text in FILES.items()
    }
    assert raw["episodes"]["location"].to_list() == [
        "/CHILD/EPISODE[1]{column} (line 26)",
        "/CHILD/EPISODE[2]{column} (line 31)",
    ]


def test_what_no_table_declares_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "return"
    path.write_text(XML.replace("<DUC>", "<NEW>kept</NEW><DUC>"), encoding="utf-8")
    raw = raw_of(path)
    assert raw["header"]["extra"].to_list() == ['{"NEW": "kept"}', None]
    assert raw["uasc"]["extra"].to_list() == [None]


def test_places_in_a_zip_name_the_table_and_never_the_entry(zipped: Path) -> None:
    raw = raw_of(zipped)
    assert raw["episodes"]["location"].to_list() == ["episodes:2:{column}", "episodes:3:{column}"]
    assert "Ann" not in str(raw)


def test_every_form_is_accepted_whole(zipped: Path, as_xml: Path) -> None:
    in_2026 = FinancialQuarter(2026, 4)
    for path in (zipped, as_xml):
        found = check(path)
        assert (found.outcome, found.rows_read, found.rows_accepted) == ("accepted", 15, 15)
        assert {problem.rule for problem in found.problems} == {"collected_in_the_year"}
        # Nothing but the old codes of sex, and the age of one who was a care leaver then, is wrong in a later year.
        later = {problem.rule for problem in check(path, in_2026).problems}
        assert later == {"sex_in_code_set", "age_of_a_care_leaver", "age_is_plausible"}


def test_a_fault_in_a_zip_is_told_at_its_table_line_and_column(tmp_path: Path) -> None:
    path = zip_of(
        tmp_path / "set.zip", {**FILES, "episodes": FILES["episodes"].replace("20/02/2020,P,C2", "20/02/2020,P,XX")}
    )
    assert ("set.zip:episodes:3:LS", "legal_status_in_code_set") in {(p.location, p.rule) for p in check(path).problems}


def test_a_file_with_a_header_alone_is_a_valid_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "uasc.csv"
    path.write_text(FILES["uasc"].splitlines()[0], encoding="utf-8")
    assert check(path).outcome == "accepted"


def test_a_zip_with_a_table_twice_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "set", {"a": FILES["uasc"], "b": FILES["uasc"].replace("2028", "2027")})
    with pytest.raises(UnreadableError) as error:
        recognise(path, CONTRACTS)
    assert (error.value.rule, error.value.found) == ("zip_tables_stand_once", "two files of the zip hold uasc")


def test_a_zip_of_two_extracts_is_refused(tmp_path: Path) -> None:
    police = ",".join(column.name for column in CONTRACTS["missing_episodes"].tables[0].columns)
    with pytest.raises(UnreadableError) as error:
        recognise(zip_of(tmp_path / "set", {"a": FILES["uasc"], "b": police}), CONTRACTS)
    assert error.value.rule == "zip_of_one_extract"


def test_a_zip_of_an_extract_that_is_not_sent_so_is_not_recognised(tmp_path: Path) -> None:
    police = ",".join(column.name for column in CONTRACTS["missing_episodes"].tables[0].columns)
    with pytest.raises(UnrecognisedError):
        recognise(zip_of(tmp_path / "set", {"b": police}), CONTRACTS)


@pytest.mark.parametrize(("text", "error"), [("a,b\n1,2\n", UnrecognisedError), ('a,"b\n', UnreadableError)])
def test_a_file_of_a_zip_that_is_no_table_is_told_by_its_place(
    text: str, error: type[Exception], tmp_path: Path
) -> None:
    path = zip_of(tmp_path / "set", {"a": FILES["uasc"], "Ann Example.txt": text})
    with pytest.raises(error, match=r"^file 2 of the zip") as raised:
        recognise(path, CONTRACTS)
    assert "Ann" not in str(raised.value)


@pytest.mark.parametrize("unknown", [(), ("b é", "A"), ("x", "x")])
def test_a_long_file_is_read_as_a_short_one_is(
    unknown: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long"
    heading, *lines = FILES["episodes"].splitlines()
    beside = ["", ",", ', say ""hi"" \u00e9\t/\\ '][len(unknown)] if unknown else ""
    quoted = f',"{beside.strip(",")}",7' if unknown else ""
    rows = [lines[0] + quoted, lines[1] + "," * len(unknown)]
    path.write_text("\n".join([",".join([heading, *unknown]), *rows]) + "\n", encoding="utf-8")
    with_care = recognise(path, CONTRACTS)
    raw_with_care = raw_of(path)
    monkeypatch.setattr(recognition, "LONG", 0)
    natively = recognise(path, CONTRACTS)
    assert raw_of(path)["episodes"].rows(named=True) == raw_with_care["episodes"].rows(named=True)
    [(_, slow)], [(_, fast)] = with_care.batches(), natively.batches()
    assert type(slow) is not type(fast)
    assert (slow.shown_columns, slow.unknown_headers) == (fast.shown_columns, fast.unknown_headers)
    assert natively.layout == with_care.layout == "flat"


@contextmanager
def validated(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with what lies in landing validated."""
    with Warehouse(home).open("a test") as connection:
        take_in(connection, home, CONTRACTS, areas(), JULY.date())
        received = receipts_of(connection, "ssda903", "council", QUARTER.label, [SOUTHAMPTON])
        load_raw(connection, Archive(home.archive), CONTRACTS, RETURN, received)
        make_unit(connection, Unit(RETURN, QUARTER.label, (SOUTHAMPTON,)), CATALOGUE)
        yield connection


def stand(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    """The receipts of the rows of a table."""
    rows = connection.execute(f"SELECT DISTINCT receipt_id FROM validated.ssda903_{table} ORDER BY ALL").fetchall()
    return tuple(receipt for (receipt,) in rows)


def test_a_set_delivered_again_replaces_the_tables_in_it_and_no_other(tmp_path: Path, zipped: Path) -> None:
    home, place = new_home(tmp_path / "home", populations=False), f"council/{SOUTHAMPTON}/2019-20-Q4"
    land(home, f"{place}/all.zip", zipped, MAY)
    with validated(home) as connection:
        assert {name: stand(connection, name) for name in FILES} == dict.fromkeys(FILES, ("R000001",))
    newer = {"a": FILES["missing"].replace("21/01", "22/01"), "b": FILES["uasc"].splitlines()[0] + "\n"}
    land(home, f"{place}/again.zip", zip_of(tmp_path / "again", newer), JUNE)
    with validated(home) as connection:
        assert stand(connection, "missing") == ("R000002",)
        assert stand(connection, "uasc") == ()
        others = [name for name in FILES if name not in ("missing", "uasc")]
        assert {name: stand(connection, name) for name in others} == dict.fromkeys(others, ("R000001",))
    # Going back to what was sent first counts, though most of it still stands.
    land(home, f"{place}/back.zip", zipped, JULY)
    with validated(home) as connection:
        assert {name: stand(connection, name) for name in FILES} == dict.fromkeys(FILES, ("R000003",))
    land(home, f"{place}/once more.zip", zipped, JULY.replace(day=13))
    with validated(home) as connection:
        assert stand(connection, "missing") == ("R000003",)
        assert connection.execute("SELECT outcome FROM ops.receipt ORDER BY receipt_id").fetchall() == [
            ("superseded",),
            ("superseded",),
            ("accepted",),
            ("duplicate",),
        ]


def test_a_table_sent_on_its_own_replaces_that_of_a_set(tmp_path: Path, zipped: Path) -> None:
    home, place = new_home(tmp_path / "home", populations=False), f"council/{SOUTHAMPTON}/2019-20-Q4"
    land(home, f"{place}/all.zip", zipped, MAY)
    with validated(home):
        pass
    land(home, f"{place}/missing.csv", FILES["missing"].replace("21/01", "22/01").encode(), JUNE)
    with validated(home) as connection:
        assert (stand(connection, "missing"), stand(connection, "header")) == (("R000002",), ("R000001",))
    land(home, f"{place}/back.zip", zipped, JULY)
    with validated(home) as connection:
        assert stand(connection, "missing") == ("R000003",)
