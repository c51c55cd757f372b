"""The numbers, titles and scenarios of the page are those of the marts."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.conftest import Opener
    from tests.project.conftest import Warehouse

# the first test waits for the shop; all share it, on one worker
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("page")]

TABLES = """
() => [...document.querySelectorAll('article')].map((article) => ({
    name: article.id,
    mart: article.querySelector('.definition code').textContent,
    heads: [...article.querySelectorAll('thead th')].map((cell) => cell.textContent),
    rows: [...article.querySelectorAll('tbody tr')].map(
        (row) => [...row.cells].map((cell) => cell.textContent)
    ),
}))
"""
# what the page shows of marts that have a row per customer, added up here
ADDED_UP = {
    "forecast_value": """
        select
            forecast_segment, count(customer_id), sum(expected_orders_90d),
            sum(expected_value_365d), sum(historic_value)
        from marts.customer_forecasts
        where forecast_segment is not null
        group by 1
    """,
    "churn_risk": """
        select
            risk_band, count(customer_id),
            sum(case when slipping <> '' then 1 else 0 end)
        from marts.churn_risk
        where risk_band is not null
        group by 1
    """,
    "promo_reuse": """
        select promo_code, count(customer_id), cast(sum(uses) as bigint), sum(revenue)
        from marts.promo_reuse
        group by 1
    """,
    "audiences": """
        select
            audience, count(customer_id),
            sum(case may_contact when 'yes' then 1 else 0 end),
            sum(case when holdout_group then 1 else 0 end), max(recommended_action)
        from marts.audiences
        group by 1
    """,
}
# columns that the page makes of others for its charts
MADE = {"trait"}
RATES = re.compile(
    r"_rate$|_share$|_low$|_high$|^probability|_probability$|^survival$|^support$"
    r"|^confidence|^relative_|^share_of|^return_on|^repeat_rate_90d$"
)


def test_the_numbers_are_those_of_the_marts(
    shop: Warehouse, page_file: Path, opened: Opener
) -> None:
    page = opened(page_file.as_uri()).page
    tables = page.evaluate(TABLES)
    assert len(tables) >= 39
    for table in tables:
        name, mart = table["name"], table["mart"]
        columns = [head.lower().replace(" ", "_") for head in table["heads"]]
        if name in ADDED_UP:
            known = {
                tuple(map(_text, columns, row))
                for row in shop.database.rows(ADDED_UP[name])
            }
            assert {tuple(row) for row in table["rows"]} == known, name
            continue
        assert table["rows"], name
        kept = [column for column in columns if column not in MADE]
        known = {
            tuple(map(_text, kept, row))
            for row in shop.database.rows(f"select {', '.join(kept)} from marts.{mart}")
        }
        places = [columns.index(column) for column in kept]
        shown = {tuple(row[place] for place in places) for row in table["rows"]}
        assert shown <= known, (name, sorted(shown - known)[:3])


def test_headline_figures_are_those_of_the_marts(
    shop: Warehouse, page_file: Path, opened: Opener
) -> None:
    page = opened(page_file.as_uri()).page
    tiles = dict(
        zip(
            page.locator(".tile dt").all_inner_texts(),
            page.locator(".tile dd").all_inner_texts(),
            strict=True,
        )
    )
    [(now, orders, before)] = shop.database.rows(
        """
        select
            sum(revenue) filter (where age < 28), sum(orders) filter (where age < 28),
            sum(revenue) filter (where age >= 28)
        from (
            select revenue, orders, max(date_day) over () - date_day as age
            from marts.daily_revenue
        ) as days
        where age < 56
        """
    )
    change = f"{abs(now / before - 1) * 100:.0f}"
    assert tiles["Revenue\nlast 28 days"].startswith(f"{now:,.0f}\n")
    assert re.search(rf"\n{change}(\.\d)?\s% ", tiles["Revenue\nlast 28 days"])
    assert tiles["Orders\nlast 28 days"].startswith(f"{orders:,}\n")
    assert tiles["Average order value\nlast 28 days"].startswith(
        f"{now / orders:,.2f}\n"
    )
    [(active, new)] = shop.database.rows(
        "select active_customers, new_customers from marts.customer_growth"
        " where is_complete order by month desc limit 1"
    )
    assert any(
        label.startswith("Active customers") and value.startswith(f"{active:,}\n")
        for label, value in tiles.items()
    )
    assert any(
        label.startswith("New customers") and value.startswith(f"{new:,}\n")
        for label, value in tiles.items()
    )


def test_titles_say_what_the_marts_say(
    shop: Warehouse, page_file: Path, opened: Opener
) -> None:
    page = opened(page_file.as_uri()).page
    titles = {
        article["id"]: article["title"]
        for article in page.evaluate(
            "[...document.querySelectorAll('article')].map((article) => ("
            "{id: article.id, title: article.querySelector('h3').textContent}))"
        )
    }
    [(segment, people, money)] = shop.database.rows(
        "select rfm_segment, customer_share * 100, revenue_share * 100"
        " from marts.rfm_segments order by revenue_share desc limit 1"
    )
    assert titles["rfm_segments"].replace("\xa0", " ") == (
        f"{segment} are {people:.0f} % of the customers and bring {money:.0f} % of the "
        "net revenue"
    )
    [(rate,)] = shop.database.rows(
        "select repeat_rate * 100 from marts.repeat_purchase_rates"
        " where channel = 'all' and window_days = 90"
    )
    assert titles["repeat_rates"].startswith(f"{rate:.0f}\xa0% of the buyers")
    [(files, marts)] = shop.database.rows(
        "select max(revenue_start) filter (where step = 'in the files'),"
        " max(revenue_end) filter (where step = 'net')"
        " from marts.revenue_reconciliation where table_name = 'orders'"
    )
    assert f"Of {files:,.2f} in the files" in titles["reconciliation"]
    assert f" {marts:,.2f} is left as net revenue" in titles["reconciliation"]


def test_a_scenario_follows_the_slider(
    shop: Warehouse, page_file: Path, opened: Opener
) -> None:
    page = opened(page_file.as_uri()).page
    slider = page.locator("#winback-slider")
    slider.focus()
    page.keyboard.press("Home")
    profits = []
    rates = shop.database.rows(
        "select success_rate, net_profit from marts.winback_scenarios order by 1"
    )
    for rate, profit in rates:
        assert slider.get_attribute("aria-valuetext") == _text("success_rate", rate)
        said = page.locator("#winback .slider dl").inner_text().split("\n")
        profits.append(said[said.index("Net profit") + 1])
        assert profits[-1] == _text("net_profit", profit)
        page.keyboard.press("ArrowRight")
    assert len(set(profits)) == len(rates)


def _text(column: str, value: Any) -> str:  # noqa: ANN401 whatever a mart holds
    """Give a value as the page should show it, by rules of this test's own."""
    is_month = column in {"month", "order_month", "cohort_month"}
    if value is None:
        text = ""
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, datetime):
        text = f"{value:%Y-%m-%d %H:%M}"
    elif isinstance(value, date):
        text = f"{value:%Y-%m}" if is_month else f"{value:%Y-%m-%d}"
    elif isinstance(value, int) and not column.endswith("_year"):
        text = _number(Decimal(value), 0)
    elif isinstance(value, Decimal) and RATES.search(column):
        text = f"{_number(value * 100, 1)}\N{NO-BREAK SPACE}%"
    elif isinstance(value, Decimal):
        text = _number(value, 2)
    else:
        text = str(value)
    return text


def _number(value: Decimal, digits: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{rounded:,}".replace("-", "\N{MINUS SIGN}")
