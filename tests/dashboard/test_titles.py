"""Findings that are easily said of the wrong customers."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from dashboard.marts import Marts
from dashboard.sections import channels, cohorts, quality
from dashboard.words import is_missing
from tests.dashboard.conftest import copied

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.figure import Figure, Section
    from sandbox.server import Server
    from tests.project.conftest import Warehouse

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("page")]

# channels of which each is as large as any other
MANY = 20


def figures(
    warehouse: Warehouse, section: Callable[[Marts], Section]
) -> dict[str, Figure]:
    """Give a section's figures by name."""
    with closing(warehouse.database.connect()) as connection:
        return {figure.name: figure for figure in section(Marts(connection)).figures}


def test_an_average_is_that_of_all_where_only_one_channel_has_a_name(
    server: Server, shop: Warehouse
) -> None:
    mart = "marts.channel_performance"
    named = copied(server, "named", shop)
    best = (
        f"(select channel from {mart} order by net_revenue_per_customer desc limit 1)"
    )
    named.database.rows(
        f"delete from {mart} where channel = 'unknown' and channel <> {best}"
    )
    named.database.rows(
        f"update {mart} set channel = 'unknown' where channel ="
        f" (select min(channel) from {mart} where channel <> {best})"
    )
    named.database.rows(f"delete from {mart} where channel not in ('unknown', {best})")
    [(value, order)] = named.database.rows(
        "select round(sum(net_revenue) / sum(customers), 2)::text,"
        f" round(sum(revenue) / sum(orders), 2)::text from {mart} having count(*) = 2"
    )
    said = figures(named, channels.section)
    assert said["channel_value"].title == f"A customer has brought {value} on average"
    assert said["channel_aov"].title == f"An average order is worth {order}"


def test_a_finding_about_the_largest_groups_says_that_there_are_others(
    server: Server, shop: Warehouse
) -> None:
    many = copied(server, "many", shop)
    columns = [
        name
        for (name,) in many.database.rows(
            "select column_name from information_schema.columns"
            " where table_name = 'channel_performance' and column_name <> 'channel'"
        )
    ]
    many.database.rows(
        f"insert into marts.channel_performance (channel, {', '.join(columns)})"
        f" select 'channel ' || n, {', '.join(columns)}"
        f" from generate_series(1, {MANY}) as n, ("
        " select * from marts.channel_performance order by customers desc limit 1"
        ") as largest"
    )
    value = figures(many, channels.section)["channel_value"]
    assert value.title.startswith("Among the largest channels, a customer from ")
    assert any("other channels" in note for note in value.notes)
    assert len(value.rows) > MANY


def test_each_step_that_changes_rows_or_revenue_is_shown(shop: Warehouse) -> None:
    shown = figures(shop, quality.section)["reconciliation"].rows
    steps = {
        (
            *(row["table_name"], row["step"]),
            None if is_missing(row["reason"]) else row["reason"],
        )
        for _, row in shown.iterrows()
    }
    changing = shop.database.rows(
        "select table_name, step, reason from marts.revenue_reconciliation"
        " where rows <> 0 or revenue <> 0"
    )
    assert {step for _, step, _ in changing} >= {"converted", "refunded"}
    assert set(changing) <= steps


def test_a_value_after_90_days_is_that_of_a_whole_cohort(shop: Warehouse) -> None:
    title = figures(shop, cohorts.section)["cohort_first_orders"].title
    [(month, value)] = shop.database.rows(
        "select trim(to_char(cohort_month, 'Month')) || to_char(cohort_month, ' YYYY'),"
        " value_per_customer_90d::text from marts.cohort_first_orders"
        " where mature_customers_90d = new_customers"
        " order by cohort_month desc limit 1"
    )
    assert title.startswith(f"The first order of {month} was worth ")
    assert title.endswith(f" after 90 days a customer has brought {value}")
    partial = "select count(*) from marts.cohort_first_orders where"
    assert shop.database.value(f"{partial} mature_customers_90d < new_customers") > 0
