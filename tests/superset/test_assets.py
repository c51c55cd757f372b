"""The dashboards fit the marts, whether or not there is a Superset to show them."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from dashboard.superset.assets import ASSETS, METRIC_SETTINGS, read_assets
from dashboard.superset.bundle import bundle, stable_id, zipped
from dashboard.superset.contracts import read_marts
from dashboard.superset.errors import AssetsError
from sandbox.server import free_port
from tests.superset.expected import CHARTS

if TYPE_CHECKING:
    from tests.conftest import Database

PROJECT = Path(__file__).parents[2]
ADDRESS = "postgresql+psycopg2://reader@127.0.0.1:5432/insights"
ADDITIVE = re.compile(r"COUNT\(\*\)|SUM\(\w+\)( FILTER \(WHERE \w+ IS NOT NULL\))?")
ALONE = re.compile(r"CASE WHEN COUNT\(\*\) = 1 THEN MAX\(\w+\) END")
# what others may have bookmarked, or built upon
KEPT = {
    "dashboard/overview": "c38915a2-2f4b-5980-ad89-95233b02efc0",
    "dashboard/retention": "8dcf3ca8-dd27-51f3-a2cd-8f490934b4db",
    "dashboard/channels": "2d98a5a7-5e83-52ee-9386-fdaafd9c4eff",
    "dataset/customer_growth": "8b717006-07c4-57e0-b363-c3880dcbd5c9",
    "chart/cohort_heatmap": "a2d412ea-5467-5934-ad08-30472a817908",
}


@pytest.fixture(scope="module")
def files() -> dict[str, Any]:
    """Give what Superset imports."""
    return bundle(read_assets(), ADDRESS)


def part(files: dict[str, Any], folder: str) -> list[dict[str, Any]]:
    """Give the files of a folder."""
    return [files[path] for path in files if path.startswith(f"{folder}/")]


def broken(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """Give the assets with a text of a file replaced."""
    for path in ASSETS.rglob("*.yaml"):
        copy = tmp_path / path.relative_to(ASSETS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path


def test_datasets_have_the_columns_of_the_marts_contracts(
    files: dict[str, Any],
) -> None:
    marts = read_marts()
    for dataset in part(files, "datasets"):
        contract = marts[dataset["table_name"]].columns
        assert [column["column_name"] for column in dataset["columns"]] == [*contract]
        assert all(column["description"] for column in dataset["columns"])
        assert dataset["description"].startswith("One row per ")
        assert "{{" not in json.dumps(dataset)


def test_metrics_are_sums_ratios_of_sums_or_a_marts_own_values(
    files: dict[str, Any],
) -> None:
    for dataset in part(files, "datasets"):
        for metric in dataset["metrics"]:
            sql = metric["expression"].replace("NULLIF(", "").replace(", 0)", "")
            parts = sql.split(" / ")
            additive = all(ADDITIVE.fullmatch(part) for part in parts)
            assert additive or ALONE.fullmatch(sql), metric
            assert metric["verbose_name"]
            assert metric["d3format"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "datasets/daily_revenue.yaml",
            "sum: net_revenue",
            "sum: profit",
            "daily_revenue: the mart has no column profit",
        ),
        (
            "dashboards/overview.yaml",
            "metric: repeat_rate",
            "metric: loyalty",
            "has no metric loyalty",
        ),
        (
            "dashboards/retention.yaml",
            "x_axis: window_days",
            "x_axis: days",
            "has no column days",
        ),
        (
            "dashboards/channels.yaml",
            "column: spend",
            "column: cost",
            "has no column cost",
        ),
        (
            "dashboards/channels.yaml",
            "- signups_by_channel",
            "- signups",
            "has no chart signups",
        ),
        (
            "dashboards/overview.yaml",
            "name: orders",
            "name: net_revenue",
            "net_revenue is there twice",
        ),
        ("dashboards/overview.yaml", "width: 5", "width: 6", "wider than 12 columns"),
        ("datasets/order_gaps.yaml", "sum: gaps, ", "", "needs one of"),
    ],
)
def test_what_the_marts_do_not_have_is_told(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(AssetsError, match=said):
        read_assets(broken(tmp_path, file, old, new))


def test_charts_ask_for_metrics_of_their_datasets(files: dict[str, Any]) -> None:
    metrics = {
        dataset["uuid"]: {metric["metric_name"] for metric in dataset["metrics"]}
        for dataset in part(files, "datasets")
    }
    for chart in part(files, "charts"):
        for setting in METRIC_SETTINGS:
            asked = chart["params"].get(setting) or []
            names = [asked] if isinstance(asked, str) else asked
            assert set(names) <= metrics[chart["dataset_uuid"]], chart["slice_name"]


def test_dashboards_place_each_chart_once_and_each_is_compared_with_the_marts(
    files: dict[str, Any],
) -> None:
    charts = {chart["uuid"]: chart["slice_name"] for chart in part(files, "charts")}
    placed = [
        item["meta"]
        for dashboard in part(files, "dashboards")
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    ]
    assert {meta["uuid"]: meta["sliceName"] for meta in placed} == charts
    assert len(placed) == len(charts) == len(set(charts.values()))
    names = {path.split("/")[-1][:-5] for path in files if path.startswith("charts/")}
    assert names == set(CHARTS)


def test_ids_are_unique_and_stay_what_they_are(files: dict[str, Any]) -> None:
    ids = [file["uuid"] for file in files.values() if "uuid" in file]
    assert len(ids) == len(set(ids))
    for name, known in KEPT.items():
        assert stable_id(*name.split("/")) == known
    assert zipped(files) == zipped(bundle(read_assets(), ADDRESS))


def test_the_lineage_leads_to_the_dashboards() -> None:
    text = (PROJECT / "models/exposures.yml").read_text(encoding="utf-8")
    [exposure] = [
        each for each in yaml.safe_load(text)["exposures"] if each["name"] == "superset"
    ]
    assert exposure["depends_on"] == [
        f"ref('{mart}')" for mart in read_assets().datasets
    ]


def test_no_file_holds_a_password_or_the_address_of_a_server() -> None:
    for path in ASSETS.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"password|secret|://|localhost|127\.0\.0\.1", text), path
        assert yaml.safe_load(text)


def test_requirements_are_hashed_and_come_from_no_other_place() -> None:
    path = PROJECT / "dashboard/superset/requirements.txt"
    text = path.read_text(encoding="utf-8")
    assert "apache-superset==6.1.0" in text
    assert not re.search(r"://|--index|--find|file:", text)
    packages = re.findall(r"^[a-z][^\n]*==[^\n]*\\\n    --hash=", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 100


def attempt(
    database: Database, tmp_path: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Run the command where Superset itself is not there."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "dashboard.superset", *options),
            *("--home", tmp_path / "superset", "--programs", tmp_path),
        ],
        check=False,
        capture_output=True,
        cwd=PROJECT,
        encoding="utf-8",
        env=database.environment,
    )


def test_a_port_that_another_program_has_is_told(
    database: Database, tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = attempt(database, tmp_path, "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} cannot be had" in done.stderr
    assert f"make superset PORT={port + 1}" in done.stderr
    assert not (tmp_path / "superset" / "password").exists()


def test_without_marts_the_message_says_what_to_do(
    database: Database, tmp_path: Path
) -> None:
    done = attempt(database, tmp_path, "--port", str(free_port(8088)))
    assert done.returncode == 2
    assert "make build" in done.stderr


def test_ctrl_c_ends_it_also_in_the_background_of_a_script(
    database: Database, tmp_path: Path
) -> None:
    database.rows("create schema marts")
    for mart in read_assets().datasets:
        database.rows(f"create table marts.{mart} ()")
    if not database.value("select count(*) from pg_roles where rolname = 'bi_reader'"):
        database.rows("create role bi_reader")
    database.rows("grant usage on schema marts to bi_reader")
    # in place of Superset's own, a program that takes as long
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
    program.chmod(0o755)
    with subprocess.Popen(
        [
            # which is how a shell starts what it is not to wait for
            *("sh", "-c", 'trap "" INT; exec "$@"', "sh"),
            *(sys.executable, "-u", "-m", "dashboard.superset"),
            *("--port", str(free_port(8088))),
            *("--home", tmp_path / "superset", "--programs", tmp_path),
        ],
        cwd=PROJECT,
        encoding="utf-8",
        env=database.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert "Setting Superset up" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Superset is down" in said
