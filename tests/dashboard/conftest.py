"""A shop with marts and forecasts, and a real browser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Database, new_database
from tests.project.conftest import Warehouse, generate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from sandbox.server import Server
    from tests.dbt_host import DbtHost

# the tests of models and the unit tests are for tests/project
MODELS_ONLY = {"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test test"}
PATIENCE_MS = 120_000
VALUE = ("--select", "path:models/marts/value+")


@pytest.fixture(scope="session")
def shop(
    server: Server, dbt_host: DbtHost, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Give a shop with bad records, whose forecasts are good enough to be shown."""
    database = new_database(server, "page")
    environment = {**database.environment, **MODELS_ONLY}
    warehouse = Warehouse(
        Database(environment), tmp_path_factory.mktemp("dbt"), dbt_host
    )
    files = generate(
        tmp_path_factory.mktemp("files") / "shop",
        *("--customers", "1500", "--months", "18", "--dirty"),
    )
    warehouse.load(files)
    warehouse.build()
    warehouse.run("forecast", "fit")
    warehouse.build(*VALUE)
    return warehouse


def copied(server: Server, name: str, shop: Warehouse) -> Warehouse:
    """Give a copy of the shop's database, to be changed."""
    template = shop.database.environment["PGDATABASE"]
    database = new_database(server, name, template=template)
    environment = {**shop.database.environment, "PGDATABASE": name}
    assert database.environment["PGDATABASE"] == name
    return replace(shop, database=Database(environment))


def without_orders(server: Server, name: str, shop: Warehouse) -> Warehouse:
    """Give a copy of the shop that has loaded files, of which no order counts."""
    empty = copied(server, name, shop)
    for table in empty.table_names("marts"):
        if table not in {"marts.source_profile", "marts.revenue_reconciliation"}:
            empty.database.rows(f"truncate {table}")
    return empty


@dataclass(frozen=True)
class Written:
    """What the command wrote and said, for a reader of the marts and no more."""

    page: Path
    images: Path
    csv: Path
    said: str


@pytest.fixture(scope="session")
def written(shop: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Give the shop's page, images and CSV files."""
    shop.database.rows("create role looker login password 'look' in role bi_reader")
    login = {"PGUSER": "looker", "PGPASSWORD": "look"}
    reader = replace(shop, database=Database({**shop.database.environment, **login}))
    folder = tmp_path_factory.mktemp("page")
    page, images, csv = folder / "page.html", folder / "images", folder / "csv"
    said = reader.run(
        *("dashboard", "build", "--out", page, "--images", images, "--csv", csv)
    )
    return Written(page, images, csv, said)


@pytest.fixture(scope="session")
def page_file(written: Written) -> Path:
    """Give the shop's page."""
    return written.page


@dataclass(frozen=True)
class Seen:
    """A page in the browser, and what happened while it was opened."""

    page: Page
    requests: list[str]
    complaints: list[str]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Give a way to open a page in a window of some width, light or dark."""
    opener = Opener(browser)
    yield opener
    opener.close()


class Opener:
    """Opens pages, each in a window of its own."""

    def __init__(self, browser: Browser) -> None:
        """Take the browser."""
        self._browser = browser
        self._contexts: list[object] = []

    def __call__(self, url: str, width: int = 1280, scheme: str = "light") -> Seen:
        """Open a page."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            offline=url.startswith("file:"),
        )
        self._contexts.append(context)
        page = context.new_page()
        seen = Seen(page, [], [])
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        # a served page is made first
        page.goto(url, timeout=PATIENCE_MS)
        return seen

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()  # type: ignore[attr-defined]
