"""A Superset that runs, and visits to its dashboards."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from dashboard.superset.assets import read_assets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import ConsoleMessage, Page, Request, Response

    from tests.project.conftest import Warehouse

PROJECT = Path(__file__).parents[2]
PROGRAMS = PROJECT / ".venv" / "superset" / "bin"
DASHBOARDS = read_assets().dashboards
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 120_000
# Superset's count of its users, which no page is allowed to ask for
PIXEL = re.compile(r"https://\w+\.gateway\.scarf\.sh/pixel/")


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
