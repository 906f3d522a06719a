"""What Dagster is given: the assets, checks, jobs, partitions and the schedule, as promised on paper.

Here: the definitions alone. Not here: what running them leaves behind (`test_dagster_runs`).
"""

from __future__ import annotations

import os
import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from assets.core.event_tables import events
from assets.marts.schema import mart_tables
from expectations.contract import Contract, ContractRegistry, Table
from expectations.ddl import core_columns
from pipelines.build import build_defs
from pipelines.layers.core import typed_key
from pipelines.quarters import QUARTERS, partition_of, quarter_of
from pipelines.resources import Partnership
from pipelines.schedules import quarterly
from tests.integration.dagster_page import ROOT, surroundings, tool
from warehouse.home import Home
from warehouse.quarters import FIRST_QUARTER, FinancialQuarter

TABLES = [
    pytest.param(contract, table, id=f"{contract.extract}.{table.name}")
    for contract, table in ContractRegistry.load().tables()
]

GROUPS = {
    "intake": {"receipts"},
    "council": {
        "raw/council/annex_a",
        "raw/council/indicator_return",
        "raw/council/cin_census",
        "raw/council/ssda903",
        "raw/council/looked_after_missing",
        "raw/council/person_index",
    },
    "police": {
        "raw/police/indicator_return",
        "raw/police/missing_episodes",
        "raw/police/police_protection",
        "raw/police/youth_outcomes",
        "raw/police/domestic_abuse_notifications",
    },
    "health": {
        "raw/health/indicator_return",
        "raw/health/emergency_attendances",
        "raw/health/camhs_referrals",
        "raw/health/looked_after_health",
        "raw/health/child_deaths",
        "raw/health/cp_is",
    },
    "education": {
        "raw/education/indicator_return",
        "raw/education/schools",
        "raw/education/participation",
        "raw/education/elective_home_education",
        "raw/education/school_census",
        "raw/education/send_annex_a",
    },
    "partnership": {"raw/partnership/indicator_return"},
    "reference": {
        "raw/reference/population",
        "core/population",
        "raw/reference/population_by_vintage",
        "core/population_vintage",
        "raw/reference/statistical_neighbours",
        "core/statistical_neighbour",
        "raw/reference/education_statistics",
        "core/education_statistic",
        "raw/reference/exclusions",
        "core/exclusion_statistic",
        "raw/reference/fingertips",
        "core/fingertips_figure",
        "raw/reference/population_by_age",
        "core/population_by_age",
        "raw/reference/deprivation",
        "core/deprivation",
        "raw/reference/small_area_lookup",
        "core/small_area",
        "raw/reference/lait",
        "core/lait_figure",
    },
    "core": {
        "core/reported_figure",
        "core/missing_episode",
        "core/police_protection",
        "core/youth_outcome",
        "core/domestic_abuse_notification",
        "core/emergency_attendance",
        "core/camhs_referral",
        "core/looked_after_health_assessment",
        "core/child_death",
        "core/cp_is_record",
        "core/school",
        "core/participation_month",
        "core/elective_home_education",
        *(f"core/{event.event}" for event in events()),
        "validated/cin_census/header",
        "validated/cin_census/children",
        "validated/cin_census/cin_details",
        "validated/cin_census/assessments",
        "validated/cin_census/cin_plans",
        "validated/cin_census/section_47",
        "validated/cin_census/child_protection_plans",
        "validated/cin_census/pre_proceedings",
        "validated/ssda903/header",
        "validated/ssda903/episodes",
        "validated/ssda903/reviews",
        "validated/ssda903/uasc",
        "validated/ssda903/oc2",
        "validated/ssda903/oc3",
        "validated/ssda903/ad1",
        "validated/ssda903/placed_for_adoption",
        "validated/ssda903/previous_permanence",
        "validated/ssda903/missing",
        "validated/ssda903/sw_episodes",
        "validated/ssda903/dolo",
        "validated/annex_a/contacts",
        "validated/annex_a/early_help",
        "validated/annex_a/referrals",
        "validated/annex_a/assessments",
        "validated/annex_a/section_47",
        "validated/annex_a/children_in_need",
        "validated/annex_a/child_protection_plans",
        "validated/annex_a/looked_after",
        "validated/annex_a/care_leavers",
        "validated/annex_a/adoption",
        "validated/annex_a/adopters",
        "validated/looked_after_missing/looked_after_missing",
        "validated/person_index/person_index",
        "validated/school_census/pupilonroll",
        "validated/school_census/pupilnolongeronroll",
        "validated/school_census/termlysessiondetailsonroll",
        "validated/school_census/termlysessiondetailsoffroll",
        "validated/school_census/termlyexclusionsonroll",
        "validated/school_census/termlyexclusionsoffroll",
        "validated/school_census/senneeds",
        "validated/send_annex_a/plans",
        "validated/send_annex_a/support",
    },
    "marts": {
        "marts/indicator_values",
        "marts/indicator_breakdowns",
        "marts/indicator_benchmarks",
        "marts/multi_agency_dataset",
        "marts/findings",
        "marts/rates_rebased",
        "marts/indicators",
        "marts/areas",
        "marts/periods",
        "marts/revisions",
        "marts/scorecard",
        "marts/deliveries",
        "marts/quality",
    },
    "release": {"release/partner"},
    "quality": {"data_docs"},
}
AGENCIES = ("council", "police", "health", "education", "partnership")
QUARTERLY_MARTS = {
    f"marts/{name}"
    for name in (
        "indicator_values",
        "indicator_breakdowns",
        "indicator_benchmarks",
        "multi_agency_dataset",
        "findings",
        "rates_rebased",
    )
}
BY_QUARTER = set().union(*(GROUPS[agency] for agency in AGENCIES), GROUPS["core"], QUARTERLY_MARTS)
JOBS = {
    "take_in": GROUPS["intake"],
    "reference": GROUPS["reference"],
    "quarter": BY_QUARTER,
    "publish": (GROUPS["marts"] - QUARTERLY_MARTS) | GROUPS["release"] | GROUPS["quality"],
    "everything": set().union(*GROUPS.values()),
}


@pytest.fixture(scope="module")
def defs(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The definitions over a home without anything of its own."""
    root = tmp_path_factory.mktemp("home")
    return build_defs(resource_overrides={"partnership": Partnership(root=str(root))})


def _names(keys: object) -> set[str]:
    return {key.to_user_string() for key in keys}  # type: ignore[attr-defined]


def test_assets_stand_in_their_groups(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    found: dict[str, set[str]] = {}
    for key in graph.get_all_asset_keys():
        found.setdefault(graph.get(key).group_name, set()).add(key.to_user_string())
    assert found == GROUPS


def test_jobs_select_what_is_run_together(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    found = {
        name: _names(defs.resolve_job_def(name).asset_layer.executable_asset_keys)
        for name in repository.job_names
        if not name.startswith("__")
    }
    assert found == JOBS


def test_jobs_over_quarters_are_partitioned_and_others_are_not(defs: dg.Definitions) -> None:
    assert {name: defs.resolve_job_def(name).partitions_def for name in JOBS} == {
        "take_in": None,
        "reference": None,
        "quarter": QUARTERS,
        "publish": None,
        "everything": QUARTERS,
    }


def test_checks_are_in_the_jobs_of_their_assets(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for name, assets in JOBS.items():
        selected = defs.resolve_job_def(name).asset_layer.asset_graph.asset_check_keys
        assert selected == {key for key in graph.asset_check_keys if key.asset_key.to_user_string() in assets}


def test_assets_of_a_delivery_are_partitioned_by_quarter(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    partitioned = {key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def is not None}
    assert _names(partitioned) == BY_QUARTER
    assert {graph.get(key).partitions_def for key in partitioned} == {QUARTERS}


def test_a_partitions_key_is_its_quarters_first_day() -> None:
    keys = QUARTERS.get_partition_keys(current_time=datetime(2020, 5, 1, tzinfo=ZoneInfo("UTC")))
    assert (keys[0], keys[-2], keys[-1]) == ("2017-04-01", "2020-01-01", "2020-04-01")
    assert len(keys) == 13
    assert quarter_of(keys[0]) == FIRST_QUARTER
    assert quarter_of("2020-01-01").label == "2019-20 Q4"
    assert [partition_of(quarter_of(key)) for key in keys] == keys


@pytest.mark.parametrize(("contract", "table"), TABLES)
def test_checks_are_the_contracts_rules(defs: dg.Definitions, contract: Contract, table: Table) -> None:
    graph, asset = defs.resolve_asset_graph(), typed_key(contract, table)
    checks = {key.name: graph.get(key) for key in graph.asset_check_keys if key.asset_key == asset}
    assert checks
    assert set(checks) == {rule.severity for rule in table.expectations}
    partitions = None if contract.is_reference else QUARTERS
    assert {node.partitions_def for node in checks.values()} == {partitions}
    assert not any(node.blocking for node in checks.values())
    for rule in table.expectations:
        assert f"- `{rule.rule}`: {rule.says}" in str(checks[rule.severity].description)


def test_only_core_assets_have_checks(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    checked = {key.asset_key for key in graph.asset_check_keys}
    assert checked == {typed_key(contract, table) for contract, table in ContractRegistry.load().tables()}


def _schema(defs: dg.Definitions, asset: str) -> dict[str, str]:
    metadata = defs.resolve_asset_graph().get(dg.AssetKey(asset.split("/"))).metadata
    columns = metadata["dagster/column_schema"].columns
    assert all(column.description for column in columns if asset.startswith("marts/"))
    return {column.name: column.type for column in columns}


@pytest.mark.parametrize(("contract", "table"), TABLES)
def test_core_assets_say_their_columns(defs: dg.Definitions, contract: Contract, table: Table) -> None:
    assert _schema(defs, typed_key(contract, table).to_user_string()) == core_columns(contract, table)


def test_mart_assets_say_their_columns(defs: dg.Definitions, tmp_path: Path) -> None:
    tables = mart_tables(Partnership(root=str(tmp_path)).catalogue)
    assert {f"marts/{name}" for name in tables} == GROUPS["marts"]
    for name, table in tables.items():
        assert _schema(defs, f"marts/{name}") == {column.name: column.type for column in table.columns}


def test_every_asset_is_described(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert [key for key in graph.get_all_asset_keys() if not graph.get(key).description] == []


@pytest.mark.parametrize(
    ("day", "ended"),
    [
        ("2020-05-20", FinancialQuarter(2019, 4)),
        ("2020-08-20", FinancialQuarter(2020, 1)),
        ("2020-11-20", FinancialQuarter(2020, 2)),
        ("2021-02-20", FinancialQuarter(2020, 3)),
    ],
)
def test_the_schedule_asks_for_the_quarter_that_ended(defs: dg.Definitions, day: str, ended: FinancialQuarter) -> None:
    at = datetime.fromisoformat(f"{day}T06:00:00").replace(tzinfo=ZoneInfo("Europe/London"))
    with dg.build_schedule_context(scheduled_execution_time=at, repository_def=defs.get_repository_def()) as context:
        data = quarterly.evaluate_tick(context)
    [request] = data.run_requests
    assert (request.partition_key, request.tags["sightline/quarter"]) == (ended.start.isoformat(), ended.label)
    assert request.run_key is None


def test_the_schedule_is_the_only_one_and_waits_to_be_switched_on(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    [schedule] = repository.schedule_defs
    assert (schedule.name, schedule.job_name) == ("quarterly", "everything")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 20 2,5,8,11 *", "Europe/London")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED


def test_a_catalogue_entry_of_the_homes_own_is_seen_when_it_changes(tmp_path: Path) -> None:
    partnership = Partnership(root=str(tmp_path))
    shipped = partnership.catalogue
    assert partnership.catalogue is shipped
    source = next((ROOT / "assets" / "marts" / "catalogue").rglob("fte_youth_justice.yml"))
    own = tmp_path / "catalogue" / source.parent.name / "made_up.yml"
    own.parent.mkdir(parents=True)
    text = source.read_text(encoding="utf-8").replace("fte_youth_justice", "made_up")
    own.write_text(_without_labels(text), encoding="utf-8")
    assert set(partnership.catalogue) - set(shipped) == {"made_up"}
    before = partnership.catalogue["made_up"].title
    changed = own.read_text(encoding="utf-8").replace(before, "Another title")
    own.write_text(changed, encoding="utf-8")
    os.utime(own, ns=(1, 1))
    assert partnership.catalogue["made_up"].title == "Another title"


def _without_labels(text: str) -> str:
    import yaml

    entry = yaml.safe_load(text)
    entry["labels"] = [{"text": "A made-up label", "measure": label["measure"]} for label in entry["labels"][:1]]
    return yaml.safe_dump(entry, sort_keys=False)


def test_dg_finds_the_definitions_clean(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    checked = subprocess.run(
        [tool("dg"), "check", "defs"],
        cwd=ROOT,
        env={**surroundings(home), "DAGSTER_DG_CLI_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "All definitions loaded successfully" in checked.stdout + checked.stderr
