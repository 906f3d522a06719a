"""The command line: `sightline COMMAND`. 0 = done, 1 = error, 2 = ran, but something was stopped.

Here: arguments and exit codes. Not here: what a command does or prints (`pipelines.commands`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from assets.marts.calendar import CalendarError
from assets.marts.catalogue_model import CatalogueError
from assets.marts.explain import NothingToExplainError
from assets.synthetic.generate import OutNotEmptyError, Partnership
from assets.synthetic.people import TooManyPersonsError
from assets.synthetic.timeline import Quarter as SyntheticQuarter
from expectations.contract import ContractError
from expectations.template import NoTemplateError
from pipelines.commands.check import check_command
from pipelines.commands.document import document_command
from pipelines.commands.run import example_command, run_command, withdraw_command
from pipelines.commands.show import explain_command, status_command, template_command
from pipelines.commands.synthesise import LIKE, synthesise_command
from pipelines.running import RunFailedError, prepare_instance
from pipelines.step_error import ENGINE_ERRORS, StepError
from warehouse.connection import WarehouseBusyError, WarehouseVersionError
from warehouse.home import Home, HomeError
from warehouse.ledger import NoSuchReceiptError
from warehouse.quarters import FinancialQuarter

EXPECTED_ERRORS = (
    CalendarError,
    CatalogueError,
    ContractError,
    HomeError,
    NoSuchReceiptError,
    NoTemplateError,
    NothingToExplainError,
    OutNotEmptyError,
    RunFailedError,
    TooManyPersonsError,
    WarehouseBusyError,
    WarehouseVersionError,
)
"""Errors whose message is for the reader; anything else is a fault of the product and shows its traceback."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        return given.command(given)
    except EXPECTED_ERRORS as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except ENGINE_ERRORS as error:
        print(f"error: {StepError(given.name, error)}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output left (a pager, `head`): that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _quarter(text: str) -> FinancialQuarter:
    try:
        return FinancialQuarter.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number from 1: {text!r}")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 0.4:
        # Beyond the tolerance of the contracts whole deliveries would be stopped.
        raise argparse.ArgumentTypeError(f"not a rate from 0 to 0.4: {text!r}")
    return rate


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and exit 1: argparse's own 2 would read as a stopped delivery."""
        self.print_usage(sys.stderr)
        self.exit(1, f"{self.prog}: error: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sightline", description="Multi-agency safeguarding data for a children's partnership.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")

    def command(name: str, words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.add_argument("--home", type=Path, help="the home (default: SIGHTLINE_HOME, else ./var)")
        return added

    run = command("run", "take in what is new in landing, make what it affects, publish")
    which = run.add_mutually_exclusive_group()
    which.add_argument(
        "--quarter", type=_quarter, nargs="+", default=[], metavar="2019-20-Q4", help="make these quarters"
    )
    which.add_argument("--all", action="store_true", help="make every quarter that has a delivery")
    run.set_defaults(command=lambda a: run_command(Home.locate(a.home), a.quarter, everything=a.all))

    example = command("example", "land the shipped example in the home and run it")
    part = example.add_mutually_exclusive_group()
    part.add_argument("--returns", action="store_true", help="only what agencies returned: the figures of the report")
    part.add_argument("--children", action="store_true", help="only the made-up children with the report's counts")
    example.set_defaults(
        command=lambda a: example_command(Home.locate(a.home), returns=not a.children, children=not a.returns)
    )

    check = command("check", "what would happen to these files, without loading them")
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check.add_argument("--area", help="ONS code of the area the files are for")
    check.add_argument("--quarter", type=_quarter, help="the quarter they report, as 2019-20-Q4")
    check.add_argument("--format", choices=("text", "json", "xlsx"), default="text")
    check.add_argument(
        "--out", type=Path, help="where to write the workbook (with --format xlsx; default: beside the first file)"
    )
    check.set_defaults(
        command=lambda a: check_command(Home.locate(a.home), a.files, a.area, a.quarter, a.format, a.out)
    )

    template = command("template", "an empty, annotated file of an extract whose format is ours")
    template.add_argument("extract")
    template.add_argument("--out", type=Path, help="write it to a file")
    template.set_defaults(command=lambda a: template_command(a.extract, a.out))

    _add_synthesise(commands)

    withdraw = command("withdraw", "take a delivery's figures out; the one before it returns")
    withdraw.add_argument("receipt", help="its receipt, as R000001")
    withdraw.set_defaults(command=lambda a: withdraw_command(Home.locate(a.home), a.receipt))

    status = command("status", "deliveries against the calendar: received, late, stopped, missing")
    status.add_argument("--quarter", type=_quarter, help="only this quarter")
    status.add_argument("--json", action="store_true")
    status.set_defaults(command=lambda a: status_command(Home.locate(a.home), a.quarter, as_json=a.json))

    explain = command("explain", "an indicator's definition, numbers, and source files by SHA-256")
    explain.add_argument("indicator")
    explain.add_argument("--area", help="ONS code of the area")
    explain.add_argument("--period", help='the period, as "2019-20 Q4"')
    explain.set_defaults(command=lambda a: explain_command(Home.locate(a.home), a.indicator, a.area, a.period))

    document = command("document", "write the reference pages (contracts, indicators, tables, finding rules)")
    document.add_argument("--out", type=Path, default=Path("docs/reference"))
    document.set_defaults(command=lambda a: document_command(a.out))

    instance = command("instance", "prepare the home's Dagster instance and print where it is")
    instance.set_defaults(command=lambda a: _instance_command(Home.locate(a.home)))
    return parser


def _add_synthesise(commands: argparse._SubParsersAction[_Parser]) -> None:
    synthesise = commands.add_parser(
        "synthesise", help=(words := "write a partnership that does not exist, with the truth"), description=words
    )
    usual = Partnership()
    synthesise.add_argument("--out", type=Path, required=True, metavar="DIR", help="an empty folder to write it to")
    synthesise.add_argument(
        "--areas", type=_count, default=usual.areas, metavar="N", help="how many areas (default: 1)"
    )
    synthesise.add_argument(
        "--children", type=_count, default=usual.children, metavar="N", help="children in each (default: 10000)"
    )
    synthesise.add_argument(
        "--quarters", type=_count, default=usual.quarters, metavar="N", help="quarters delivered (default: 8)"
    )
    synthesise.add_argument(
        "--last", type=SyntheticQuarter.parse, default=usual.last, metavar="2019-20-Q4", help="the last of them"
    )
    synthesise.add_argument(
        "--seed", type=int, default=usual.seed, metavar="N", help="another seed, other lives (default: 1)"
    )
    synthesise.add_argument(
        "--faults",
        type=_rate,
        default=usual.faults,
        metavar="RATE",
        help="share of rows with a fault, as 0.05 or 5%% (default: none)",
    )
    synthesise.add_argument(
        "--like",
        choices=LIKE,
        help="true counts of a published report; the other options but --faults are then its own",
    )
    synthesise.set_defaults(
        command=lambda a: synthesise_command(
            a.out, Partnership(a.areas, a.children, a.quarters, a.last, a.seed, a.faults), a.like
        )
    )


def _instance_command(home: Home) -> int:
    prepare_instance(home)
    print(home.dagster)
    return 0


if __name__ == "__main__":
    sys.exit(main())
