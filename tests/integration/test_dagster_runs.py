"""What runs leave on the page: `sightline run` seen there afterwards, and the page doing the same work itself.

Here: the home's instance after a headless run, and the real webserver and daemon on a home. Not here: which
definitions there are (`test_dagster_definitions`), or what the figures are.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from expectations.contract import ContractRegistry
from expectations.ddl import core_columns
from pipelines import running
from pipelines.cli import main
from pipelines.layers.core import typed_key
from pipelines.running import RunReport, prepare_instance
from tests.benchmarks.homes import example_home
from tests.homes import copy_home
from tests.integration.dagster_page import Page, page, processes, wait_until
from warehouse.home import HOME_VARIABLE, Home

PARTITION = "2020-01-01"
EPISODES = dg.AssetKey(["core", "missing_episode"])
FIGURES = dg.AssetKey(["core", "reported_figure"])


@pytest.fixture(scope="module")
def surrounded() -> Iterator[None]:
    """Running points the process's environment at a home; afterwards it is as it was."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DAGSTER_HOME", HOME_VARIABLE):
            patch.setenv(name, os.environ.get(name, ""))
        yield


@pytest.fixture(scope="module")
def example(
    surrounded: None, example: tuple[Home, RunReport], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, RunReport]:
    """A home in which the shipped example was run without any page, to do more in."""
    home, report = example
    return copy_home(home, tmp_path_factory.mktemp("copied") / "home"), report


@pytest.fixture
def instance(example: tuple[Home, RunReport]) -> Iterator[dg.DagsterInstance]:
    """The home's instance, opened anew as the page opens it."""
    home, _ = example
    with dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        yield opened


def _row(home: Home, query: str) -> tuple[Any, ...]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        found = connection.sql(query).fetchone()
    assert found is not None
    return found


def _latest(instance: dg.DagsterInstance, asset: dg.AssetKey) -> dg.AssetMaterialization:
    event = instance.get_latest_materialization_event(asset)
    assert event is not None, asset
    assert event.asset_materialization is not None
    return event.asset_materialization


def _evaluations(instance: dg.DagsterInstance, asset: dg.AssetKey) -> dict[str, Any]:
    """The evaluation of every check of an asset in the newest run of the quarter."""
    return {check.check_name: check for check in _all_evaluations(instance) if check.asset_key == asset}


def _all_evaluations(instance: dg.DagsterInstance) -> list[Any]:
    [record] = instance.get_run_records(dg.RunsFilter(job_name="quarter"), limit=1)
    return [
        event.dagster_event.event_specific_data
        for event in instance.all_logs(record.dagster_run.run_id)
        if event.dagster_event and event.dagster_event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]


def test_the_runs_are_there_with_their_quarter(instance: dg.DagsterInstance) -> None:
    records = instance.get_run_records(ascending=True)
    assert [record.dagster_run.job_name for record in records] == ["take_in", "reference", "quarter", "publish"]
    assert {record.dagster_run.status for record in records} == {dg.DagsterRunStatus.SUCCESS}
    tags = records[2].dagster_run.tags
    assert (tags["dagster/partition"], tags["sightline/quarter"]) == (PARTITION, "2019-20 Q4")


def test_every_asset_was_materialised_in_its_partition(instance: dg.DagsterInstance, example: Any) -> None:
    """Every one with something to hold: no step is run of an extract the example has no file of."""
    from pipelines.definitions import defs
    from pipelines.layers.selection import EXTRACT_TAG, WITH_ITS_SOURCES

    home, _ = example
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        delivered = {extract for (extract,) in connection.sql("SELECT DISTINCT extract FROM ops.receipt").fetchall()}
    graph = defs.resolve_asset_graph()
    for asset in graph.get_all_asset_keys():
        tags = graph.get(asset).tags
        # No extract the events are made of is in the example either.
        if tags.get(EXTRACT_TAG) not in (None, *delivered) or WITH_ITS_SOURCES.items() <= tags.items():
            assert instance.get_latest_materialization_event(asset) is None, asset
            continue
        partition = PARTITION if graph.get(asset).partitions_def else None
        assert _latest(instance, asset).partition == partition, asset
    assert instance.get_materialized_partitions(FIGURES) == {PARTITION}


def test_row_counts_are_the_warehouses(instance: dg.DagsterInstance, example: tuple[Home, RunReport]) -> None:
    home, _ = example
    tables = ["core.reported_figure", "core.missing_episode", "core.population", "marts.indicator_values"]
    for table in tables:
        materialised = _latest(instance, dg.AssetKey(table.split(".")))
        assert materialised.metadata["dagster/row_count"].value == _row(home, f"SELECT count(*) FROM {table}")[0], table


def test_a_core_materialisation_says_what_was_read_and_kept_back(
    instance: dg.DagsterInstance, example: tuple[Home, RunReport]
) -> None:
    _, report = example
    [police] = [receipt for receipt in report.entered if receipt.extract == "missing_episodes"]
    metadata = {name: value.value for name, value in _latest(instance, EPISODES).metadata.items()}
    assert metadata["rows read"] == police.rows_read
    assert metadata["rows quarantined"] == police.rows_quarantined > 0
    assert metadata["dagster/row_count"] == police.rows_accepted
    assert (metadata["deliveries stopped"], metadata["quarter"], metadata["areas"]) == (0, "2019-20 Q4", 1)


def test_materialisations_and_definitions_carry_the_schema(instance: dg.DagsterInstance) -> None:
    from pipelines.definitions import defs

    graph = defs.resolve_asset_graph()
    for contract, table in ContractRegistry.load().tables():
        columns = graph.get(typed_key(contract, table)).metadata["dagster/column_schema"].columns
        assert {column.name: column.type for column in columns} == core_columns(contract, table)


@pytest.mark.parametrize("asset", [EPISODES, FIGURES], ids=str)
def test_checks_say_what_the_ledger_says(
    instance: dg.DagsterInstance, example: tuple[Home, RunReport], asset: dg.AssetKey
) -> None:
    home, _ = example
    [(contract, table)] = [
        (contract, table) for contract, table in ContractRegistry.load().tables() if table.core == asset.path[-1]
    ]
    evaluations = _evaluations(instance, asset)
    assert set(evaluations) == {rule.severity for rule in table.expectations}
    for severity, evaluation in evaluations.items():
        metadata = {name: value.value for name, value in evaluation.metadata.items()}
        shown = {record.data["rule"]: record.data for record in evaluation.metadata["counts"].records}
        assert set(shown) == {rule.rule for rule in table.expectations if rule.severity == severity}
        broken = {}
        for rule, record in shown.items():
            evaluated, failed = _row(
                home,
                "SELECT sum(evaluated)::BIGINT, sum(failed)::BIGINT FROM ops.expectation_outcome "
                f"WHERE extract = '{contract.extract}' AND rule = '{rule}'",
            )
            assert (record["rows evaluated"], record["rows failed"]) == (evaluated, failed)
            broken |= {rule: {"E06000045": failed}} if failed else {}
        assert evaluation.partition == PARTITION
        assert not evaluation.blocking
        assert evaluation.passed is (not broken)
        expected = dg.AssetCheckSeverity.ERROR if severity == "critical" else dg.AssetCheckSeverity.WARN
        assert evaluation.severity is expected
        assert (metadata["rules"], metadata["rules broken"]) == (len(shown), len(broken))
        assert metadata["rows failed by area"] == broken


def test_the_example_shows_checks_of_every_kind(instance: dg.DagsterInstance) -> None:
    kinds = {(check.passed, check.severity.value) for check in _all_evaluations(instance)}
    assert {(True, "ERROR"), (False, "ERROR"), (True, "WARN"), (False, "WARN")} <= kinds


def test_a_quarter_nobody_delivered_for_can_be_made(example: tuple[Home, RunReport]) -> None:
    home, first = example
    assert main(["run", "--quarter", "2018-19-Q2", "--home", str(home.root)]) == 0
    assert first.release is not None
    assert (home.published / "current").resolve().name == first.release.name
    with dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        assert _latest(opened, FIGURES).metadata["dagster/row_count"].value == 0
        # Nobody sent anything: no rule was put to nothing and said to hold.
        assert not _evaluations(opened, FIGURES)


# The page.

SELECTOR = {"repositoryLocationName": "pipelines.definitions", "repositoryName": "__repository__"}
LAUNCH = """
mutation($given: ExecutionParams!) { launchRun(executionParams: $given) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } } } }
"""
BACK_FILL = """
mutation($given: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $given) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }
"""
RUNS = """
query($filter: RunsFilter) { runsOrError(filter: $filter) { ... on Runs { results {
    runId jobName status tags { key value } } } } }
"""
ASSETS = """
query($keys: [AssetKeyInput!]) { assetNodes(assetKeys: $keys) { assetKey { path } assetMaterializations(limit: 1) {
    partition runId metadataEntries { label ... on IntMetadataEntry { intValue } } } } }
"""
OVER = {"SUCCESS", "FAILURE", "CANCELED"}


def _launch(on: Page, job: str, partition: str) -> str:
    given = {
        "selector": {**SELECTOR, "jobName": job},
        "runConfigData": {},
        "mode": "default",
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": partition}]},
    }
    answer = on.ask(LAUNCH, {"given": given})["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return answer["run"]["runId"]


def _back_fill(on: Page, job: str, partitions: list[str]) -> str:
    selector = {"partitionSetName": f"{job}_partition_set", "repositorySelector": SELECTOR}
    answer = on.ask(BACK_FILL, {"given": {"selector": selector, "partitionNames": partitions}})
    assert answer["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess", answer
    return answer["launchPartitionBackfill"]["backfillId"]


def _runs(on: Page, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    return on.ask(RUNS, {"filter": chosen})["runsOrError"]["results"]


def _finished(on: Page, chosen: dict[str, Any], number: int, within: float) -> list[dict[str, Any]]:
    def over() -> list[dict[str, Any]]:
        runs = _runs(on, chosen)
        return runs if len(runs) == number and {run["status"] for run in runs} <= OVER else []

    return wait_until(over, within, f"{number} runs of {chosen} are over")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_page_goes_from_landing_to_release_and_back_fills(surrounded: None, tmp_path: Path) -> None:
    home = example_home(tmp_path / "home", statistics=False)
    logs = tmp_path / "logs"
    logs.mkdir()
    prepare_instance(home)
    with page(home, logs) as on:
        # All are asked for at once: one process at a time holds the warehouse, and the daemon keeps the queue.
        whole = _launch(on, "everything", PARTITION)
        many = _back_fill(on, "quarter", ["2019-10-01", PARTITION])
        single = _finished(on, {"runIds": [whole]}, 1, 420)
        filled = _finished(on, {"tags": [{"key": "dagster/backfill", "value": many}]}, 2, 420)
        assert [run["status"] for run in [*single, *filled]] == ["SUCCESS"] * 3
        [node] = on.ask(ASSETS, {"keys": [{"path": FIGURES.path}]})["assetNodes"]
    [made] = node["assetMaterializations"]
    counts = {entry["label"]: entry.get("intValue") for entry in made["metadataEntries"]}
    partitions = {tag["value"] for run in filled for tag in run["tags"] if tag["key"] == "dagster/partition"}
    assert partitions == {"2019-10-01", PARTITION}
    assert made["runId"] in {run["runId"] for run in [*filled, *single]}
    assert counts["dagster/row_count"] in (0, _row(home, "SELECT count(*) FROM core.reported_figure")[0])
    assert (home.published / "current" / "partner" / "sightline.duckdb").is_file()
    assert (home.data_docs / "index.html").is_file()
    landed = sum(path.is_file() for path in home.landing.rglob("*"))
    assert _row(home, "SELECT count(*) FROM ops.receipt WHERE judged IS NOT NULL")[0] == landed


def test_the_page_shows_the_runs_of_the_command_line(example: tuple[Home, RunReport], tmp_path: Path) -> None:
    home, _ = example
    with page(home, tmp_path, with_daemon=False) as on:
        jobs = {run["jobName"] for run in _runs(on, {"statuses": ["SUCCESS"]})}
        [node] = on.ask(ASSETS, {"keys": [{"path": EPISODES.path}]})["assetNodes"]
    assert {"take_in", "reference", "quarter", "publish"} <= jobs
    labels = {entry["label"] for entry in node["assetMaterializations"][0]["metadataEntries"]}
    assert {"dagster/row_count", "rows read", "rows quarantined"} <= labels


DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")


@pytest.mark.slow
def test_processes_that_start_at_once_on_a_new_home_all_find_its_tables(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    asked = [[sys.executable, "-m", "pipelines.cli", "instance", "--home", str(home.root)]] * 3
    with processes(asked, home, tmp_path) as started:
        assert [process.wait(120) for process in started] == [0, 0, 0]
    # They stand before anything else has opened the home.
    for name in DATABASES:
        assert (home.dagster / name).is_file(), name
        with closing(sqlite3.connect(home.dagster / name)) as connection:
            assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,), name
    with dg.DagsterInstance.from_config(str(home.dagster)) as opened:
        assert opened.get_runs_count() == 0


def test_tables_another_process_made_meanwhile_are_not_made_again(
    surrounded: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")

    @contextmanager
    def until_the_other_has_done(_: str) -> Iterator[None]:
        (home.dagster / "tables-made").touch()
        yield

    monkeypatch.setattr(running, "FileLock", until_the_other_has_done)
    prepare_instance(home)
    assert not [name for name in DATABASES if (home.dagster / name).exists()]


def test_settings_that_were_lost_are_put_back_and_those_changed_are_kept(surrounded: None, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    prepare_instance(home)
    settings = home.dagster / "dagster.yaml"
    shipped = settings.read_text(encoding="utf-8")
    assert "NoOpComputeLogManager" in shipped
    settings.unlink()
    prepare_instance(home)
    assert settings.read_text(encoding="utf-8") == shipped
    settings.write_text(f"{shipped}# ours\n", encoding="utf-8")
    prepare_instance(home)
    assert settings.read_text(encoding="utf-8").endswith("# ours\n")
