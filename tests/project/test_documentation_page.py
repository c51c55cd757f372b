"""The documentation opens in a browser, without a network or a server."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.project.conftest import PROJECT, Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

MARTS = {path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql")}
MART = "cohort_retention"
# an image in which something is drawn, and the nodes of the graph that it is of
LINEAGE = """
    () => {
        const image = document.querySelector('#cy canvas[data-id="layer2-node"]');
        const dots = image.getContext('2d').getImageData(
            0, 0, image.width, image.height
        ).data;
        return {
            drawn: dots.some((value, at) => at % 4 == 3 && value > 0),
            nodes: document.querySelector('#cy')._cyreg.cy
                .nodes(':visible').map(node => node.id()),
        };
    }
"""
CATALOGUE = re.compile(
    r"^\| ([^|]+) \| (?:`|\[)(\w+)(?:`|\]\(#!/model/model\.customer_insights\.(\w+)\))"
    r" \| ([^|]+) \|$",
    re.MULTILINE,
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page of the browser that has no network."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def test_the_overview_leads_to_a_mart_and_to_its_lineage(
    warehouse: Warehouse, page: Page
) -> None:
    # what stands in the database is no part of this
    read = Path(warehouse.dbt("parse"))
    warehouse.target().mkdir(parents=True, exist_ok=True)
    shutil.copy(read / "manifest.json", warehouse.target())
    warehouse.dbt("docs", "generate", "--static", "--no-compile", "--empty-catalog")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((warehouse.target() / "static_index.html").as_uri())

    page.get_by_role("heading", name="Customer Insights").wait_for()
    linked = {
        address.rpartition(".")[2]
        for address in page.get_by_role("cell")
        .get_by_role("link")
        .evaluate_all("links => links.map(link => link.getAttribute('href'))")
    }
    assert linked == MARTS
    page.get_by_role("link", name=MART, exact=True).click()
    page.get_by_role("heading", name=MART).wait_for()
    page.get_by_title("View Lineage Graph").click()
    page.wait_for_function(f"() => ({LINEAGE})().drawn")

    shown = page.evaluate(LINEAGE)["nodes"]
    manifest = json.loads((warehouse.target() / "manifest.json").read_text())
    name = f"model.customer_insights.{MART}"
    around = {*manifest["parent_map"][name], *manifest["child_map"][name]}
    assert "exposure.customer_insights.dashboard_page" in around
    assert set(shown) >= {name, *(one for one in around if "test." not in one)}
    assert [url for url in asked if url.startswith(("http", "ws"))] == []


def test_the_overview_and_the_readme_have_the_same_catalogue() -> None:
    readme, overview = (
        CATALOGUE.findall((PROJECT / file).read_text(encoding="utf-8"))
        for file in ("README.md", "models/_overview.md")
    )
    assert {mart for _, mart, _, _ in readme} == MARTS
    assert [(question, mart, grain) for question, mart, _, grain in readme] == [
        (question, mart, grain) for question, mart, _, grain in overview
    ]
    assert all(mart == address for _, mart, address, _ in overview)
