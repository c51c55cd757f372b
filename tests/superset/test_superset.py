"""Superset shows the marts: each chart is drawn, of the data that SQL finds in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg2
import pytest
from playwright.sync_api import sync_playwright

from dashboard.superset.assets import Chart, read_assets
from dashboard.superset.bundle import stable_id
from sandbox.server import free_port
from tests.conftest import new_database
from tests.project.conftest import Warehouse, generate
from tests.superset.expected import CHARTS, OF_CHANNEL, OF_PERIOD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

    from sandbox.server import Server
    from tests.dbt_host import DbtHost

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("SUPERSET") != "full",
        reason="Superset takes minutes to install: make test-superset",
    ),
    pytest.mark.timeout(1800),
]

PROJECT = Path(__file__).parents[2]
PROGRAMS = PROJECT / ".venv" / "superset" / "bin"
DASHBOARDS = read_assets().dashboards
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 120_000
SETTING_UP = "Setting Superset up"
READY = "Superset is at"
INTERRUPTED = 130
# Superset's count of its users, which no page is allowed to ask for
PIXEL = re.compile(r"https://\w+\.gateway\.scarf\.sh/pixel/")
KEYS = {"big_number_total": 0, "heatmap_v2": 2}
COLOURED = """
    canvas => {
        const {data} = canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height);
        let coloured = 0;
        for (let i = 0; i < data.length; i += 4) {
            const [red, green, blue] = data.slice(i, i + 3);
            if (Math.max(red, green, blue) - Math.min(red, green, blue) > 40)
                coloured += 1;
        }
        return coloured;
    }
"""


@dataclass
class Served:
    """A Superset of the tests: its folder, its port, and what it says."""

    warehouse: Warehouse
    home: Path
    port: int
    said: str = ""

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, until: str) -> subprocess.Popen[str]:
        """Start it, and wait until it says something."""
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "dashboard.superset"),
                *("--port", str(self.port), "--home", self.home),
                *("--programs", PROGRAMS),
            ],
            cwd=PROJECT,
            encoding="utf-8",
            env={**self.warehouse.database.environment, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        self.said = ""
        while until not in self.said:
            line = process.stdout.readline()
            assert line, f"it ended: {self.said}"
            self.said += line
        return process

    def stop(
        self, process: subprocess.Popen[str], how: signal.Signals = signal.SIGINT
    ) -> int:
        """Press Ctrl-C, or end it otherwise, and what it started; the exit code."""
        os.killpg(process.pid, how)
        with process:
            return process.wait(timeout=60)


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


@dataclass
class Visit:
    """A page with a dashboard, and all that was fetched and said on the way to it."""

    page: Page
    charts: dict[str, list[dict[str, Any]]]
    faults: list[str]

    def listen(self) -> None:
        """Note what goes wrong, and the data of each chart by its title."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failure)
        self.page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not PIXEL.search(message.text):
            self.faults.append(message.text)

    def _on_request(self, request: Request) -> None:
        host = re.match(r"(?:https?|wss?)://([^/:]+)", request.url)
        is_foreign = host and host[1] != "127.0.0.1"
        if is_foreign and not PIXEL.match(request.url):
            self.faults.append(f"asks for {request.url}")

    def _on_failure(self, request: Request) -> None:
        # the page may leave while something is under way
        if PIXEL.match(request.url) and request.failure != "csp":
            self.faults.append(f"{request.url} failed by {request.failure}")

    def _on_response(self, response: Response) -> None:
        if PIXEL.match(response.url):
            self.faults.append(f"{response.url} was answered")
        if response.status >= 400:
            self.faults.append(f"{response.status} of {response.url}")
        if "/api/v1/chart/data" in response.url and response.status == 200:
            asked = json.loads(response.request.post_data or "")["form_data"]
            if "slice_id" in asked:
                self.charts[str(asked["slice_id"])] = response.json()["result"]


@contextmanager
def visited(served: Served, slug: str, query: str = "") -> Iterator[Visit]:
    """Log in and open a dashboard, so high that all charts are in sight."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path)
        page = browser.new_page(viewport={"width": 1500, "height": 3200})
        page.set_default_timeout(PATIENCE_MS)
        visit = Visit(page, {}, [])
        visit.listen()
        page.goto(f"{served.address}/login/")
        page.fill("#username", "admin")
        page.fill("#password", (served.home / "password").read_text("utf-8").strip())
        page.keyboard.press("Enter")
        page.wait_for_url("**/superset/welcome/**")
        page.goto(f"{served.address}/superset/dashboard/{slug}/{query}")
        wait_until_drawn(page, len(DASHBOARDS[slug].charts))
        yield visit
        browser.close()


def wait_until_drawn(page: Page, charts: int) -> None:
    """Wait until all charts are there and none is waiting for its data."""
    page.wait_for_function(
        """charts =>
            document.querySelectorAll('[data-test-viz-type]').length >= charts
            && !document.querySelector('[data-test="loading-indicator"], .loading')
        """,
        arg=charts,
    )
    # they grow into place
    page.wait_for_timeout(2000)


def numbered(page: Page, served: Served, slug: str) -> dict[str, str]:
    """Give the numbers of a dashboard's charts in this Superset, by title."""
    answer = page.request.get(f"{served.address}/api/v1/dashboard/{slug}/charts")
    return {chart["slice_name"]: str(chart["id"]) for chart in answer.json()["result"]}


def shown(chart: Chart, results: list[dict[str, Any]]) -> dict[Any, Any]:
    """Give the values that a chart was given, by what they are shown by."""
    count = KEYS.get(chart.kind, 1)
    cells: dict[Any, Any] = {}
    for result in results:
        moments = [
            name
            for name, kind in zip(result["colnames"], result["coltypes"], strict=True)
            if kind == 2
        ]
        for row in result["data"]:
            values = {
                name: as_date(value) if name in moments else value
                for name, value in row.items()
                if name != "rank"
            }
            names = list(values)[:count]
            key = tuple(str(values.pop(name)) for name in names)
            cells |= {(*key, name): value for name, value in values.items()}
    return {key: value for key, value in cells.items() if value is not None}


def as_date(milliseconds: float) -> date:
    """Give the day of a moment as JavaScript counts it."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).date()


def wanted(warehouse: Warehouse, query: str, chart: Chart) -> dict[Any, Any]:
    """Give what a query finds, in the same form; null is nothing to show."""
    connection = warehouse.database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    connection.close()
    assert rows, f"{chart.name}: the marts have nothing to show"
    count = KEYS.get(chart.kind, 1)
    cells: dict[Any, Any] = {}
    for row in rows:
        key = tuple(str(row.pop(name)) for name in names[:count])
        if "series" in row:
            cells[(*key, row["series"])] = row["value"]
        else:
            cells |= {(*key, name): value for name, value in row.items()}
    return {key: value for key, value in cells.items() if value is not None}


def assert_same(chart: Chart, found: dict[Any, Any], expected: dict[Any, Any]) -> None:
    """Compare, to the last digit that the marts give."""
    # a bar that is missing beside others is drawn as one of no height
    blanks = {key for key in found.keys() - expected.keys() if found[key] == 0}
    assert found.keys() - blanks == expected.keys(), chart.name
    for key, value in expected.items():
        if isinstance(value, Decimal):
            last = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
            allowed = last + abs(value) * Decimal("1e-9")
            difference = abs(Decimal(str(found[key])) - value)
            assert difference <= allowed, f"{chart.name} {key}: {found[key]}, {value}"
        else:
            assert found[key] == value, f"{chart.name} {key}"


def assert_drawn(chart: Chart, place: Locator) -> None:
    """Look at what a chart draws."""
    assert not place.locator(".ant-alert, .ant-empty, [role=alert]").count(), (
        f"{chart.name}: {place.inner_text()}"
    )
    if chart.kind == "table":
        assert place.locator("tbody tr").count() >= 1, chart.name
    elif chart.kind == "big_number_total":
        assert re.search(r"\d", place.locator(".header-line").inner_text())
    else:
        canvas = place.locator("canvas").first
        assert canvas.evaluate(COLOURED) > 500, f"{chart.name} is empty"


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
