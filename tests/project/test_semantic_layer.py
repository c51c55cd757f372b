"""The semantic layer gives the marts' numbers."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.project.conftest import MODELS_ONLY, PROJECT, Warehouse, generate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# `mf` again and again, without starting Python as often
MF = """
import json, sys
from dbt_metricflow.cli.main import cli
for arguments in json.load(sys.stdin):
    try:
        cli.main(arguments, standalone_mode=False)
    except SystemExit as end:
        assert not end.code, arguments
"""

# parts of the semantic layer that `mf` looks at, one after another
VALIDATIONS = 6

# what is asked for -> the same from the marts: what it is grouped by, in the order in
# which `mf` gives it, then the metrics by their names
QUESTIONS = {
    "--saved-query revenue_by_month": """
        with months as (
            select
                order_month,
                sum(revenue) as revenue,
                sum(net_revenue) as net_revenue,
                count(*) as orders,
                sum(revenue) / count(*) as average_order_value,
                count(distinct customer_id) as buyers,
                count(*) filter (where is_first_order) as new_customers
            from marts.orders
            group by order_month
        )
        select
            months.*,
            months.revenue / before.revenue - 1 as revenue_growth
        from months
        left join months as before
            on months.order_month = before.order_month + interval '1 month'
    """,
    "--saved-query value_by_channel": """
        with costs as (
            select
                channel,
                sum(spend) as spend,
                sum(spend)
                    / nullif(sum(new_customers) filter (where spend is not null), 0)
                    as acquisition_cost,
                sum(new_customers) as new_customers
            from marts.channel_unit_economics
            group by channel
        )
        select
            channel,
            customers,
            net_revenue / customers as value_per_customer,
            revenue,
            revenue / nullif(orders, 0) as average_order_value,
            new_customers,
            spend,
            acquisition_cost
        from marts.channel_performance
        left join costs using (channel)
    """,
    "--saved-query customers_by_segment": """
        select
            rfm_segment,
            customers,
            net_revenue as lifetime_net_revenue,
            net_revenue / customers as value_per_customer
        from marts.rfm_segments
        where customers > 0
    """,
    "--saved-query revenue_by_region": """
        select region, sum(revenue) as revenue, sum(orders) as orders,
            sum(buyers) as buyers
        from marts.channel_region_revenue
        group by region
    """,
    "--saved-query promotions": """
        select promo_code, revenue, promo_performance.orders,
            revenue / promo_performance.orders as average_order_value,
            first_orders as new_customers,
            refunds / revenue as refund_rate
        from marts.promo_performance
        inner join (
            select coalesce(promo_code, 'none') as promo_code,
                sum(refunded_amount) as refunds
            from marts.orders
            group by 1
        ) as refunded using (promo_code)
    """,
    "--saved-query retention_by_month": """
        select months_since_first_order, mature_customers as followed_customers,
            active_customers as retained_customers,
            active_customers / mature_customers::numeric as retention_rate
        from marts.retention_curve
        where mature_customers > 0
    """,
    "--saved-query conversion_by_channel": """
        select channel,
            sum(converted)::numeric / nullif(sum(mature_signups), 0)
                as signup_conversion_rate_30d,
            max(repeat_buyers)::numeric / nullif(max(mature_buyers), 0)
                as repeat_rate_90d
        from (
            select * from marts.signup_conversion
            where window_days = 30 and channel <> 'all' and signup_month = 'all'
        ) as signups
        full join (
            select * from marts.repeat_purchase_rates
            where window_days = 90 and channel <> 'all'
        ) as repeats using (channel)
        group by channel
    """,
    "--saved-query conversion_by_source": """
        select source, sessions, converted_sessions,
            converted_sessions::numeric / sessions as session_conversion_rate
        from marts.session_conversion
    """,
    "--metrics revenue,net_revenue,refunds,orders,buyers,customers,sessions": """
        select (select sum(revenue) from marts.daily_revenue) as revenue,
            (select sum(net_revenue) from marts.daily_revenue) as net_revenue,
            (select sum(refunded_amount) from marts.customers) as refunds,
            (select sum(orders) from marts.daily_revenue) as orders,
            (select count(*) from marts.customers where orders > 0) as buyers,
            (select count(*) from marts.customers) as customers,
            (select count(*) from marts.web_sessions) as sessions
    """,
    "--metrics converted_signups_30d,mature_signups_30d,signup_conversion_rate_30d"
    " --group-by channel": """
        select channel, converted as converted_signups_30d,
            mature_signups as mature_signups_30d,
            converted::numeric / nullif(mature_signups, 0)
                as signup_conversion_rate_30d
        from marts.signup_conversion
        where window_days = 30 and channel <> 'all' and signup_month = 'all'
    """,
    "--metrics mature_buyers_90d,repeat_buyers_90d,repeat_rate_90d": """
        select mature_buyers as mature_buyers_90d, repeat_buyers as repeat_buyers_90d,
            repeat_buyers::numeric / mature_buyers as repeat_rate_90d
        from marts.repeat_purchase_rates
        where window_days = 90 and channel = 'all'
    """,
    "--metrics customers_paid_for,spend --group-by metric_time__month,channel": """
        select month, channel,
            case when spend is not null then new_customers end as customers_paid_for,
            spend
        from marts.channel_unit_economics
    """,
    "--metrics revenue,customers --group-by channel,customer__is_vip": """
        select channel, is_vip, nullif(sum(gross_revenue), 0) as revenue,
            count(*) as customers
        from marts.customers
        group by channel, is_vip
    """,
}


@pytest.fixture
def asked(warehouse: Warehouse, tmp_path: Path) -> tuple[Warehouse, Path]:
    """Give a warehouse with what metrics stand on, and a folder to run `mf` in.

    `mf` reads what dbt wrote into the folder `target` of the project.
    """
    warehouse.load(generate(tmp_path / "shop", "--customers", "500", "--months", "15"))
    warehouse.dbt(
        *("build", *MODELS_ONLY),
        *("--select", "path:models/marts", "+path:models/marts"),
    )
    read = warehouse.dbt("parse")
    project = tmp_path / "project"
    project.mkdir()
    for entry in PROJECT.iterdir():
        if entry.name not in {"target", "logs"}:
            (project / entry.name).symlink_to(entry)
    (project / "target").symlink_to(read)
    return warehouse, project


def test_every_metric_and_saved_query_agrees_with_the_marts(
    asked: tuple[Warehouse, Path],
) -> None:
    warehouse, project = asked
    manifest = json.loads((project / "target/semantic_manifest.json").read_text())
    metrics = {metric["name"] for metric in manifest["metrics"]}
    files = {words: project / f"{i}.csv" for i, words in enumerate(QUESTIONS)}
    queries = [
        ["query", *words.split(), "--quiet", "--csv", str(file)]
        for words, file in files.items()
    ]
    said = ask(warehouse, project, [["validate-configs", "--show-all"], *queries])
    assert said.count("ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0") == VALIDATIONS

    answered: set[str] = set()
    for words, file in files.items():
        with file.open(encoding="utf-8", newline="") as lines:
            names, *rows = csv.reader(lines)
        keys = len(set(names) - metrics)
        answered.update(names[keys:])
        answers = by_key(names, [map(day, row) for row in rows], keys)
        marts = by_key(*described(warehouse, QUESTIONS[words]), keys)
        assert answers, words
        assert set(answers) == set(marts), words
        for key, answer in answers.items():
            assert set(answer) == set(marts[key]), words
            for name, value in answer.items():
                assert same(value, marts[key][name]), (words, key, name)

    assert answered == metrics
    asked_for = {words.removeprefix("--saved-query ") for words in QUESTIONS}
    assert {query["name"] for query in manifest["saved_queries"]} <= asked_for


def test_all_that_a_tool_shows_has_a_label() -> None:
    files = (PROJECT / "models" / "semantic").glob("*.yml")
    parts = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    shown = [each for part in parts for each in chain.from_iterable(part.values())]
    shown += [each for model in shown for each in model.get("dimensions", [])]
    assert len(shown) > 50
    assert [each["name"] for each in shown if "label" not in each] == []


def ask(warehouse: Warehouse, project: Path, commands: list[list[str]]) -> str:
    """Run commands of `mf`, one after another, in a project; what they said."""
    done = subprocess.run(
        [sys.executable, "-c", MF],
        check=False,
        capture_output=True,
        cwd=project,
        encoding="utf-8",
        env=warehouse.database.environment,
        input=json.dumps(commands),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def described(
    warehouse: Warehouse, query: str
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Give the columns and the rows of a query."""
    connection = warehouse.database.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            columns = cursor.description or ()
            return [str(column[0]) for column in columns], cursor.fetchall()
    finally:
        connection.close()


def by_key(
    names: list[str], rows: Iterable[Iterable[Any]], keys: int
) -> dict[tuple[str, ...], dict[str, Any]]:
    """Give each row's values by its first columns, the keys, as text."""
    split = ((row[:keys], row[keys:]) for row in map(list, rows))
    return {
        tuple(map(str, key)): dict(zip(names[keys:], values, strict=True))
        for key, values in split
    }


def day(text: str) -> str:
    """Leave the midnight out that `mf` adds to a date."""
    return text.removesuffix(" 00:00:00")


def same(text: str, number: Any) -> bool:  # noqa: ANN401 whatever the query gives
    """Whether a text of a CSV file is a number of the database, or both are nothing."""
    if not text or number is None:
        return not text and number is None
    return math.isclose(float(text), float(number), rel_tol=1e-9)
