"""The page in a real browser: drawn, legible, quiet, and as the marts say."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.dashboard.colors import contrast, difference, for_eyes
from tests.dashboard.conftest import copied, without_orders

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Server
    from tests.dashboard.conftest import Opener
    from tests.project.conftest import Warehouse

# the first test waits for the shop; all share it, on one worker
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("page")]

ONLY_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WINDOWS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]

# every mark of the charts that are seen, with its colours as the browser computes them
MARKS = """
() => [...document.querySelectorAll('.chart')]
    .filter((chart) => chart.offsetParent)
    .map((chart) => {
        const card = chart.closest('article').getBoundingClientRect();
        const svg = chart.querySelector('svg');
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        const marks = [...svg.querySelectorAll('[data-tip]')].map((mark) => {
            const box = mark.getBoundingClientRect();
            const style = getComputedStyle(mark);
            return {
                tip: mark.dataset.tip,
                box,
                area: box.width + box.height,
                seen: style.opacity > 0,
                fill: style.fill === 'none' ? style.stroke : style.fill,
                filled: style.fill !== 'none',
            };
        });
        const texts = [...svg.querySelectorAll('text')]
            .filter((text) => text.textContent.trim())
            .map((text) => {
                const box = text.getBoundingClientRect();
                const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
                const under = marks.findLast((mark) => mark.seen && mark.filled
                    && mark.box.left <= x && x <= mark.box.right
                    && mark.box.top <= y && y <= mark.box.bottom);
                return {
                    text: text.textContent,
                    fill: getComputedStyle(text).fill,
                    under: under ? under.fill : '',
                    size: parseFloat(getComputedStyle(text).fontSize) * scale,
                    out: Math.max(card.left - box.left, box.right - card.right, 0),
                };
            });
        return {
            name: chart.closest('article').id,
            paper: getComputedStyle(chart.closest('article')).backgroundColor,
            width: svg.getBoundingClientRect().width,
            has_steps: chart.innerHTML.includes('--heat-'),
            marks,
            texts,
        };
    })
"""


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_the_page_is_drawn_without_a_complaint_or_a_request(
    page_file: Path, opened: Opener, width: int, scheme: str
) -> None:
    seen = opened(page_file.as_uri(), width, scheme)
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith("data:")] == [
        page_file.as_uri()
    ]
    inside, screen = seen.page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth]"
    )
    assert inside <= screen

    charts = seen.page.evaluate(MARKS)
    assert len(charts) >= 35
    for chart in charts:
        name = chart["name"]
        assert chart["width"] > 250, name
        assert chart["marks"], name
        assert all(mark["area"] > 0 and mark["tip"] for mark in chart["marks"]), name
        for text in chart["texts"]:
            assert text["out"] == 0, (name, text)
            assert text["size"] >= 10, (name, text)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark")])
def test_colors_are_distinct_and_labels_are_legible(
    page_file: Path, opened: Opener, width: int, scheme: str
) -> None:
    page = opened(page_file.as_uri(), width, scheme).page
    for chart in page.evaluate(MARKS):
        name, paper = chart["name"], chart["paper"]
        fills = {mark["fill"] for mark in chart["marks"] if mark["seen"]}
        for fill in fills:
            # cells stand side by side, and have their numbers in them
            assert chart["has_steps"] or contrast(fill, paper) >= 2, (name, fill)
        for one, other in combinations(sorted(fills), 2):
            assert difference(one, other) >= 8, (name, one, other)
        for text in chart["texts"]:
            assert contrast(text["fill"], text["under"] or paper) >= 4.5, (name, text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("eyes", ["protan", "deutan", "tritan"])
def test_colors_of_groups_are_distinct_to_the_colour_blind(
    page_file: Path, opened: Opener, scheme: str, eyes: str
) -> None:
    page = opened(page_file.as_uri(), 1280, scheme).page
    value = (
        "(name) => getComputedStyle(document.documentElement).getPropertyValue(name)"
    )
    colors = [page.evaluate(value, f"--series-{number}") for number in range(1, 8)]
    assert all(colors)
    # the first four are those of stacked columns, where nothing else tells groups apart
    for one, other in combinations(colors[:3], 2):
        assert difference(for_eyes(eyes, one), for_eyes(eyes, other)) >= 12, (
            one,
            other,
        )


# the dark page differs in its colours alone
@pytest.mark.parametrize(("scheme", "rules"), [("light", {}), ("dark", ONLY_CONTRAST)])
def test_axe_finds_nothing(
    page_file: Path, opened: Opener, scheme: str, rules: dict[str, Any]
) -> None:
    page = opened(page_file.as_uri(), 1280, scheme).page
    # also what is folded; of the numbers, which are all alike, the first rows
    page.evaluate(
        "document.querySelectorAll('details').forEach((each) => { each.open = true; });"
        "document.querySelectorAll('tbody tr:nth-child(n + 9)')"
        ".forEach((each) => each.remove())"
    )
    # what is in a chart is a picture to axe; other tests look at its colours and texts
    found = Axe().run(page, {"exclude": [[".chart svg > *"]]}, rules)
    assert found.violations_count == 0, found.generate_report()


def test_definitions_and_numbers_are_one_step_away_without_a_mouse(
    shop: Warehouse, page_file: Path, opened: Opener
) -> None:
    page = opened(page_file.as_uri()).page
    card = page.locator("#repeat_rates")
    card.locator(".numbers summary").focus()
    page.keyboard.press("Enter")
    assert card.locator("tbody").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    comment = shop.database.value(
        "select obj_description('marts.repeat_purchase_rates'::regclass, 'pg_class')"
    )
    assert comment in card.locator(".definition").inner_text()


def test_a_mark_tells_its_numbers_to_the_pointer(
    page_file: Path, opened: Opener
) -> None:
    page = opened(page_file.as_uri()).page
    mark = page.locator("#channel_aov .on-wide [data-tip]").first
    mark.hover()
    assert page.locator("#tip").inner_text() == mark.get_attribute("data-tip")
    assert "Average order value: " in page.locator("#tip").inner_text()


HOSTILE = "</script><script>document.title='taken'</script><img src=x onerror=1>&'\""
LONG = "w" * 300


@pytest.fixture(scope="module")
def hostile_file(
    server: Server, shop: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the page of a shop with hostile names, long names, and large amounts."""
    hostile = copied(server, "hostile", shop)
    for mart, column, size in (
        ("channel_performance", "channel", "orders"),
        ("session_conversion", "source", "sessions"),
        ("rfm_segments", "recommended_action", "customers"),
    ):
        hostile.database.rows(
            f"update marts.{mart} set {column} = %s where {size} ="
            f" (select max({size}) from marts.{mart})",
            (HOSTILE,),
        )
    for mart in ("repeat_purchase_rates", "channel_aov_monthly", "channel_performance"):
        hostile.database.rows(
            f"update marts.{mart} set channel = %s where channel = 'email'", (LONG,)
        )
    # so few that a note names them
    hostile.database.rows(
        "update marts.repeat_purchase_rates set mature_buyers = 20"
        f" where channel = '{LONG}' and mature_buyers > 20"
    )
    hostile.database.rows(
        "update marts.daily_revenue"
        " set revenue = 9876543210987, net_revenue = 9876543210987"
    )
    file = tmp_path_factory.mktemp("hostile") / "page.html"
    hostile.run("dashboard", "build", "--out", file)
    return file


def test_hostile_names_are_text(hostile_file: Path, opened: Opener) -> None:
    seen = opened(hostile_file.as_uri())
    assert seen.complaints == []
    assert seen.page.title() == "Customer Insights"
    assert HOSTILE in seen.page.locator("#channel_aov tbody").text_content()  # type: ignore[operator]
    assert (
        any(
            HOSTILE in (text or "")
            for text in seen.page.locator(
                "#channel_aov .on-wide text"
            ).all_text_contents()
        )
        or seen.page.locator("#channel_aov .on-wide text", has_text="…").count()
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_names_and_amounts_of_any_length_stay_within_the_page(
    hostile_file: Path, opened: Opener, width: int
) -> None:
    page = opened(hostile_file.as_uri(), width).page
    assert page.locator(".note", has_text=LONG).count() >= 1
    assert "276,543,209,907,636" in page.locator(".tiles").first.inner_text()
    inside, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert inside <= screen
    # what a tile or a note does not show is not seen anywhere
    assert not page.evaluate(
        "[...document.querySelectorAll('.tile, .note, h3')]"
        ".filter((each) => each.scrollWidth > each.clientWidth)"
        ".map((each) => each.textContent)"
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_no_number_of_a_bar_is_printed_over_a_name(
    page_file: Path, opened: Opener, width: int
) -> None:
    page = opened(page_file.as_uri(), width).page
    rows = page.evaluate(
        """() => [...document.querySelectorAll('#definitions .chart')]
            .filter((chart) => chart.offsetParent)
            .flatMap((chart) => [...chart.querySelectorAll('text')])
            .filter((text) => text.textContent.trim())
            .map((text) => {
                const box = text.getBoundingClientRect();
                return [text.textContent, box.left, box.right, box.top, box.bottom];
            })"""
    )
    assert any(re.fullmatch("\N{MINUS SIGN}[0-9.]+\\s%", text) for text, *_ in rows)
    for one, other in combinations(rows, 2):
        is_beside = one[2] <= other[1] or other[2] <= one[1]
        assert is_beside or one[4] <= other[3] + 4 or other[4] <= one[3] + 4, (
            one,
            other,
        )


def test_each_anchor_leads_to_one_place(page_file: Path, opened: Opener) -> None:
    page = opened(page_file.as_uri()).page
    ids = page.evaluate(
        "[...document.querySelectorAll('[id]')].map((element) => element.id)"
    )
    assert len(ids) == len(set(ids))
    for link in page.locator("nav a").all():
        target = page.locator(link.get_attribute("href") or "")
        assert target.locator("h2").inner_text() == link.inner_text()


def test_a_shop_without_orders_says_so_and_what_was_loaded(
    server: Server, shop: Warehouse, opened: Opener, tmp_path: Path
) -> None:
    empty = without_orders(server, "nothing", shop)
    file = tmp_path / "page.html"
    empty.run("dashboard", "build", "--out", file)
    page = opened(file.as_uri()).page
    assert "no order that counts yet" in page.locator("header").inner_text()
    assert page.locator("main h2").all_inner_texts() == ["Data quality"]
    assert page.locator("#tables tbody tr").count() == 7


def test_a_mart_without_rows_leaves_the_rest_of_the_page_whole(
    server: Server, shop: Warehouse, tmp_path: Path
) -> None:
    # each figure finds nothing of its own, while the others' marts are full
    poor = copied(server, "poor", shop)
    names = [name for name in poor.table_names("marts") if "daily_revenue" not in name]
    for half in (names[::2], names[1::2]):
        connection = poor.database.connect()
        with connection, connection.cursor() as cursor:
            for table in half:
                cursor.execute(f"alter table {table} rename to kept")
                cursor.execute(f"create table {table} (like marts.kept)")
                cursor.execute("alter table marts.kept set schema intermediate")
                bare = table.split(".")[1]
                cursor.execute(f"alter table intermediate.kept rename to kept_{bare}")
        connection.close()
        file = tmp_path / "page.html"
        poor.run("dashboard", "build", "--out", file)
        text = file.read_text("utf-8")
        assert "<article" in text
        assert not re.search(r">\s*(nan|None|NaN|&lt;NA&gt;)\b", text)
        connection = poor.database.connect()
        with connection, connection.cursor() as cursor:
            for table in half:
                bare = table.split(".")[1]
                cursor.execute(f"drop table {table}")
                cursor.execute(f"alter table intermediate.kept_{bare} set schema marts")
                cursor.execute(f"alter table marts.kept_{bare} rename to {bare}")
        connection.close()


def test_the_page_is_small_and_names_no_customer(
    shop: Warehouse, page_file: Path
) -> None:
    assert page_file.stat().st_size < 3_000_000
    text = page_file.read_text("utf-8")
    people = shop.database.rows("select customer_id from marts.customers limit 500")
    assert not [person for (person,) in people if f">{person}<" in text]
