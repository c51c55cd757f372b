"""Superset shows the marts: each chart is drawn, of the data that SQL finds in them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg2
import pytest

from dashboard.superset.bundle import stable_id
from sandbox.server import free_port
from tests.conftest import new_database
from tests.project.conftest import Warehouse, generate
from tests.superset.comparing import assert_drawn, assert_same, shown, wanted
from tests.superset.expected import CHARTS, OF_CHANNEL, OF_PERIOD
from tests.superset.served import (
    DASHBOARDS,
    PROJECT,
    Served,
    Visit,
    visited,
    wait_until_drawn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from sandbox.server import Server
    from tests.dbt_host import DbtHost

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("SUPERSET") != "full",
        reason="Superset takes minutes to install: make test-superset",
    ),
    pytest.mark.timeout(1800),
]

SETTING_UP = "Setting Superset up"
READY = "Superset is at"
INTERRUPTED = 130


@pytest.fixture(scope="module")
def warehouse(
    server: Server, dbt_host: DbtHost, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Give marts with forecasts."""
    folder = tmp_path_factory.mktemp("shop")
    warehouse = Warehouse(new_database(server, "shown"), folder, dbt_host)
    options = ("--customers", "1500", "--months", "18", "--dirty")
    warehouse.load(generate(folder / "shop", *options))
    for command in ("seed", "run"):
        warehouse.dbt(command)
    warehouse.run("forecast", "fit")
    warehouse.dbt("run", "--select", "path:models/marts/value+")
    return warehouse


@pytest.fixture(scope="module")
def served(
    warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Give a running Superset, whose first set-up was killed."""
    home = tmp_path_factory.mktemp("sandbox") / "superset"
    served = Served(warehouse, home, free_port(8088))
    killed = served.start(until=SETTING_UP)
    time.sleep(10)
    assert list(home.glob("unfinished-*"))
    served.stop(killed, signal.SIGKILL)
    process = served.start(until="Ctrl-C")
    yield served
    served.stop(process)


def numbered(page: Page, served: Served, slug: str) -> dict[str, str]:
    """Give the numbers of a dashboard's charts in this Superset, by title."""
    answer = page.request.get(f"{served.address}/api/v1/dashboard/{slug}/charts")
    return {chart["slice_name"]: str(chart["id"]) for chart in answer.json()["result"]}


def assert_shows(
    served: Served, visit: Visit, slug: str, queries: dict[str, str]
) -> None:
    """Compare the charts of a dashboard for which there is a query."""
    numbers = numbered(visit.page, served, slug)
    for chart in DASHBOARDS[slug].charts:
        if chart.name in queries:
            assert_same(
                chart,
                shown(chart, visit.charts[numbers[chart.title]]),
                wanted(served.warehouse, queries[chart.name], chart),
            )
    assert visit.faults == []


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_a_dashboard_is_drawn_and_shows_what_sql_finds_in_the_marts(
    served: Served, slug: str
) -> None:
    with visited(served, slug) as visit:
        assert_shows(served, visit, slug, CHARTS)
        numbers = numbered(visit.page, served, slug)
        for chart in DASHBOARDS[slug].charts:
            number = numbers[chart.title]
            assert_drawn(chart, visit.page.locator(f'[data-test-chart-id="{number}"]'))
        assert visit.page.locator(".dashboard-markdown").inner_text()


def test_a_channel_can_be_chosen(served: Served) -> None:
    with visited(served, "retention") as visit:
        visit.charts.clear()
        choice = visit.page.locator('[data-test="form-item-value"]').first
        choice.locator(".ant-select-selector").click()
        visit.page.locator(".ant-select-item-option", has_text="email").click()
        visit.page.locator('[data-test="filter-bar__apply-button"]').click()
        visit.page.wait_for_timeout(3000)
        wait_until_drawn(visit.page, len(DASHBOARDS["retention"].charts))
        assert_shows(served, visit, "retention", OF_CHANNEL)
        assert len(visit.charts) == len(OF_CHANNEL), "others are left as they are"


def test_a_period_can_be_chosen_for_the_charts_that_have_one(served: Served) -> None:
    [period] = DASHBOARDS["overview"].filters
    name = f"NATIVE_FILTER-{stable_id('filter', f'overview/{period.name}')}"
    chosen = "'2025-03-01 : 2025-04-01'"
    state = (
        f"({name}:(id:{name},extraFormData:(time_range:{chosen}),"
        f"filterState:(value:{chosen}),ownState:()))"
    )
    with visited(served, "overview", f"?native_filters={quote(state)}") as visit:
        assert_shows(served, visit, "overview", CHARTS | OF_PERIOD)


def test_superset_reads_the_marts_and_nothing_else(served: Served) -> None:
    kept = json.loads((served.home / "reader.json").read_text(encoding="utf-8"))
    there = served.warehouse.database.environment
    connection = psycopg2.connect(
        host=there["PGHOST"],
        port=there["PGPORT"],
        dbname=there["PGDATABASE"],
        user=kept["name"],
        password=kept["password"],
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from marts.orders")
        for command in (
            "select count(*) from raw_shop.orders",
            "select count(*) from intermediate.int_orders",
            "delete from marts.orders",
            "create table public.mine (id text)",
        ):
            with pytest.raises(psycopg2.Error, match=r"permission denied|read-only"):
                cursor.execute(command)
    connection.close()


def test_secrets_are_in_their_own_files_alone_which_nobody_else_can_read(
    served: Served,
) -> None:
    assert served.home.stat().st_mode & 0o077 == 0
    password = (served.home / "password").read_text(encoding="utf-8").strip()
    key = (served.home / "secret_key").read_text(encoding="utf-8").strip()
    kept = json.loads((served.home / "reader.json").read_text(encoding="utf-8"))
    secrets = {"password": password, "secret_key": key, "reader.json": kept["password"]}
    for name in secrets:
        assert (served.home / name).stat().st_mode & 0o777 == 0o600
    for path in filter(Path.is_file, served.home.rglob("*")):
        content = path.read_bytes()
        for name, secret in secrets.items():
            assert path.name == name or secret.encode() not in content, path
    assert password not in served.said


def test_a_second_one_is_told_that_there_is_one(served: Served) -> None:
    again = Served(served.warehouse, served.home, free_port(served.port + 1))
    process = subprocess.run(
        [
            *(sys.executable, "-m", "dashboard.superset"),
            *("--port", str(again.port), "--home", again.home),
        ],
        check=False,
        capture_output=True,
        cwd=PROJECT,
        encoding="utf-8",
        env=again.warehouse.database.environment,
    )
    assert process.returncode == 2
    assert "already" in process.stderr


def test_it_ends_by_ctrl_c_and_starts_again_without_setting_up(
    warehouse: Warehouse, served: Served
) -> None:
    # the one of the other tests stays: this one has a copy of its folder
    home = served.home.with_name("copied")
    shutil.copytree(served.home, home)
    again = Served(warehouse, home, free_port(served.port + 1))
    process = again.start(until="Ctrl-C")
    assert SETTING_UP in served.said
    assert SETTING_UP not in again.said
    assert "Importing" not in again.said
    assert again.stop(process) == INTERRUPTED
    assert free_port(again.port) == again.port
