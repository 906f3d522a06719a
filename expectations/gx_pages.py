"""Great Expectations' Data Docs pages of a suite and of a result, with nothing from anywhere else in them.

Here: its page renderers and its view, with our page frame instead of the one that loads scripts and fonts from
the net and reports each page view. Importing this module imports Great Expectations: import it only inside the
function that needs it. Not here: which pages a site has and where (`expectations.data_docs`).
"""

from __future__ import annotations

from expectations import gx_light  # noqa: F401 (it makes Great Expectations lighter, if it comes first)

# isort: split
from collections.abc import Callable
from functools import cache
from typing import Any

from great_expectations import __version__ as gx_version
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.render import (
    RenderedComponentContent,
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer import ExpectationSuitePageRenderer, ValidationResultsPageRenderer
from great_expectations.render.renderer.content_block import ValidationResultsTableContentBlockRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, PackageLoader

from expectations.contract import Contract, Table
from expectations.outcomes import RuleOutcome, ValidationRecord
from expectations.suites import suite_for, suite_name

_COLUMNS = ("Status", "What must be true", "Severity", "Rows", "Broken by")
_SEVERITIES = {"critical": "critical: blocks", "warning": "warning", "info": "information"}


class _View(DefaultJinjaPageView):
    """Great Expectations' templates, with those of ours before them."""

    def __init__(self) -> None:
        super().__init__()
        ours = PackageLoader("expectations", "data_docs_pages")
        self.env.loader = ChoiceLoader([ours, self.env.loader] if self.env.loader else [ours])


@cache
def _view() -> _View:
    """The one view, which compiles each template once; that is most of the cost of a page."""
    return _View()


class RulesTable(ValidationResultsTableContentBlockRenderer):
    """The table of a result page: one row a rule. Public because Great Expectations loads it by its name."""

    @classmethod
    def _process_content_block(
        cls, content_block: RenderedTableContent, has_failed_evr: bool | None, render_object: Any = None
    ) -> None:
        super()._process_content_block(content_block, has_failed_evr, render_object)
        content_block.header_row = list(_COLUMNS)

    @classmethod
    def _get_content_block_fn(cls, *_: Any, **__: Any) -> Callable[..., Any]:
        def row(result: ExpectationValidationResult, **_: Any) -> list[list[Any]]:
            rule, counts = result.expectation_config, result.result
            says = [_text("$says", says=rule.meta["says"]), _text("$rule", "rule", rule=rule.meta["rule"])]
            found: list[Any] = ["", ""]
            if counts:
                found = [_number(counts["rows"]), _number(counts["broken_by"])]
            else:
                says.append(_text("Not evaluated: $why", "remedy", why=result.exception_info["exception_message"]))
            if counts and not result.success:
                says.append(_text("$remedy", "remedy", remedy=rule.meta["remedy"]))
            severity = _text("$severity", severity=_SEVERITIES[rule.severity])
            return [[cls._diagnostic_status_icon_renderer(result=result), says, severity, *found]]

        return row


class _ResultPage(ValidationResultsPageRenderer):
    """A result page that names the quarter, where Great Expectations names the machine's clock."""

    def __init__(self, record: ValidationRecord, suite_page: str) -> None:
        table = {"module_name": __name__, "class_name": RulesTable.__name__}
        super().__init__(
            column_section_renderer={
                "class_name": "ValidationResultsColumnSectionRenderer",
                "table_renderer": table,
            }
        )
        self._record = record
        self._suite_page = suite_page

    def _collect_rendered_document_content_sections(
        self,
        validation_results: ExpectationSuiteValidationResult,
        overview_content_blocks: list[RenderedComponentContent],
        collapse_content_blocks: list[RenderedTableContent],  # noqa: ARG002 (version and clock of the run)
        columns: dict[str, list[Any]],  # noqa: ARG002 (a contract's order tells more than its columns)
    ) -> list[RenderedSectionContent]:
        header, statistics, _run_info = overview_content_blocks
        link = header.subheader.string_template["styling"]["params"]["expectation_suite_name"]
        link["attributes"]["href"] = self._suite_page
        rules = self._column_section_renderer.render(validation_results=validation_results.results)
        return [
            RenderedSectionContent(section_name="Overview", content_blocks=[header, statistics]),
            RenderedSectionContent(section_name="Rules", content_blocks=rules.content_blocks[1:]),
        ]

    def _determine_page_title(self, *_: Any) -> str:
        return f"{self._record.table.title}, {self._record.quarter}"


def suite_page(contract: Contract, table: Table, home: str) -> str:
    """The page of a table's suite; `home` leads from it to the site's own folder, as ../../."""
    document = ExpectationSuitePageRenderer().render(suite_for(contract, table))
    document.page_title = f"{table.title}: what must be true"
    return _view().render(document, home=home)


def result_page(record: ValidationRecord, home: str, suite_page: str) -> str:
    """The page of one table's outcomes in one quarter; `suite_page` leads from it to the page of its suite."""
    document = _ResultPage(record, suite_page).render(_as_result(record))
    return _view().render(document, home=home)


def _as_result(record: ValidationRecord) -> ExpectationSuiteValidationResult:
    """The outcomes as Great Expectations' result: counts, and the contract's own words."""
    outcomes = {outcome.rule: outcome for outcome in record.outcomes}
    passed = sum(outcome.success for outcome in record.outcomes)
    total = len(record.outcomes)
    return ExpectationSuiteValidationResult(
        success=record.success,
        suite_name=suite_name(record.contract, record.table),
        results=[
            _as_rule_result(outcomes[configuration.meta["rule"]], configuration)
            for configuration in suite_for(record.contract, record.table).expectation_configurations
            if configuration.meta["rule"] in outcomes
        ],
        statistics={
            "evaluated_expectations": total,
            "successful_expectations": passed,
            "unsuccessful_expectations": total - passed,
            "success_percent": 100 * passed / total if total else None,
        },
        meta={"great_expectations_version": gx_version, "batch_spec": {"data_asset_name": record.table.title}},
    )


def _as_rule_result(outcome: RuleOutcome, configuration: Any) -> ExpectationValidationResult:
    evaluated = outcome.could_not_evaluate is None
    return ExpectationValidationResult(
        success=outcome.success,
        expectation_config=configuration,
        result={"rows": outcome.evaluated, "broken_by": outcome.failed} if evaluated else {},
        exception_info={
            "raised_exception": not evaluated,
            "exception_message": outcome.could_not_evaluate,
            "exception_traceback": None,
        },
    )


def _text(template: str, css_class: str | None = None, **params: str) -> RenderedStringTemplateContent:
    styling = {"classes": [css_class]} if css_class else {}
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": template, "params": params, "styling": styling},
    )


def _number(count: int) -> RenderedStringTemplateContent:
    return _text("$count", "number", count=f"{count:,}")
