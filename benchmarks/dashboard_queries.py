r"""How long what a dashboard asks takes to answer, over 1,000,000 orders.

    .venv/bin/python -m benchmarks.dashboard_queries [--customers 250000] [--home DIR]

The synthetic shop is written, loaded, forecast and built on a server of its own. Then
come all queries of the page, and those with which a BI tool looks closer at what it
shows: each is explained with EXPLAIN (ANALYZE, BUFFERS), several times, of which the
median counts, after once to warm up. The tables are vacuumed before, as the server
itself does within minutes of a build. With `--home DIR` the server stays there, and the
next run finds its marts built. Exit code 1 if a query takes longer than it may.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg2.extensions import cursor as Cursor  # noqa: N812 it is a class
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import connect, psql, run
from dashboard import page
from dashboard.marts import Marts
from sandbox.environment import led_to
from sandbox.server import Server

# where a reader clicks in order to see who or what is behind a number
ONE_CUSTOMER = "(select max(customer_id) from customers)"
ONE_ORDER = "(select max(order_id) from orders)"
LAST_28_DAYS = "(select max(date_day) - 28 from daily_revenue)"
CLOSER = (
    f"select * from customers where customer_id = {ONE_CUSTOMER}",
    f"select * from orders where customer_id = {ONE_CUSTOMER} order by ordered_at",
    f"select * from order_items where order_id = {ONE_ORDER}",
    f"select * from segment_history where customer_id = {ONE_CUSTOMER}",
    f"select * from web_sessions where customer_id = {ONE_CUSTOMER}",
    f"select * from promo_reuse where customer_id = {ONE_CUSTOMER}",
    f"select * from customer_forecasts where customer_id = {ONE_CUSTOMER}",
    f"select * from churn_risk where customer_id = {ONE_CUSTOMER}",
    f"select * from audiences where customer_id = {ONE_CUSTOMER}",
    f"select * from customer_ids where customer_id = {ONE_CUSTOMER}",
    (
        "select * from customers where rfm_segment = 'Cannot Lose'"
        " order by net_revenue desc limit 100"
    ),
    (
        "select shop_customer_id, reason from audiences where audience = 'VIPs'"
        " and not holdout_group order by priority_value desc, customer_id"
    ),
    f"select sum(revenue), count(*) from orders where order_date > {LAST_28_DAYS}",
    (
        "select channel, sum(revenue) from orders"
        f" where order_date > {LAST_28_DAYS} group by channel"
    ),
    (
        "select source, count(*) from web_sessions"
        f" where session_date > {LAST_28_DAYS} group by source"
    ),
    (
        "select cohort_month, months_since_first_order, retention_rate"
        " from cohort_retention_by_channel where channel = 'organic'"
    ),
)


@dataclass(frozen=True)
class Answer:
    """A query's median milliseconds, the rows it gave, and how tables were scanned."""

    query: str
    milliseconds: float
    rows: int
    scans: tuple[str, ...]


def main(
    customers: Annotated[int, typer.Option(help="4 orders each.")] = 250_000,
    runs: Annotated[int, typer.Option(help="How often a query is repeated.")] = 5,
    limit: Annotated[float, typer.Option(help="Milliseconds it may take.")] = 100,
    home: Annotated[
        Path | None, typer.Option(help="Keep the server there, and use it again.")
    ] = None,
) -> None:
    """Measure, and print a table, the slowest query first."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(home or Path(folder) / "server")
        server.up()
        try:
            environment = led_to(server.environment(), os.environ)
            if not _is_built(environment):
                _build(environment, Path(folder), customers)
            answers, title = ask(environment, runs)
        finally:
            if home:
                server.down()
            else:
                server.delete()
    _print(sorted(answers, key=lambda each: -each.milliseconds), title)
    slow = sum(answer.milliseconds > limit for answer in answers)
    sys.stdout.write(
        f"{len(answers)} queries, {slow} of them take more than {limit:.0f} ms.\n"
    )
    sys.exit(slow > 0)


def _is_built(environment: dict[str, str]) -> bool:
    with connect(environment) as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('marts.audiences') is not null")
        [(is_there,)] = cursor.fetchall()
    return bool(is_there)


def _build(environment: dict[str, str], folder: Path, customers: int) -> None:
    """Write, load, forecast and build the shop, without tests."""
    shop = folder / "shop"
    places = ["--target-path", f"{folder}/target", "--log-path", f"{folder}/logs"]
    models = ["--quiet", "build", "--exclude-resource-type", "test", "unit_test"]
    run(
        environment,
        *("sandbox", "generate", "--customers", str(customers), "--out", str(shop)),
    )
    run(environment, "loader", "load", str(shop))
    run(environment, "dbt", *models, *places)
    run(environment, "forecast", "fit")
    run(environment, "dbt", *models, *places, "--select", "path:models/marts/value+")
    psql(environment, "vacuum analyze")


def ask(environment: dict[str, str], runs: int) -> tuple[list[Answer], str]:
    """Explain each query, and say of how many orders."""
    connection = connect(environment)
    try:
        marts = Marts(connection)
        page.read(marts)
        queries = dict.fromkeys((*marts.asked, *CLOSER))
        [orders] = marts.ask("select count(*) as orders from orders")["orders"]
        with connection.cursor() as cursor:
            answers = [_answer(cursor, query, runs) for query in queries]
    finally:
        connection.close()
    return answers, f"{orders:,} orders"


def _answer(cursor: Cursor, query: str, runs: int) -> Answer:
    cursor.execute(query)
    plans = []
    for _ in range(runs):
        cursor.execute(f"explain (analyze, buffers, format json) {query}")
        [(explained,)] = cursor.fetchall()
        plans += explained
    return Answer(
        query=query,
        milliseconds=statistics.median(
            plan["Planning Time"] + plan["Execution Time"] for plan in plans
        ),
        rows=round(plans[0]["Plan"]["Actual Rows"]),
        scans=tuple(dict.fromkeys(_scans(plans[0]["Plan"]))),
    )


def _scans(node: dict[str, Any]) -> Iterator[str]:
    """How the tables below a node of a plan were read."""
    if "Relation Name" in node:
        parallel = "Parallel " if node["Parallel Aware"] else ""
        yield f"{parallel}{node['Node Type']} on {node['Relation Name']}"
    for below in node.get("Plans", []):
        yield from _scans(below)


def _print(answers: list[Answer], title: str) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("milliseconds", justify="right")
    table.add_column("rows", justify="right")
    table.add_column("scans")
    table.add_column("query", no_wrap=True, max_width=60)
    for answer in answers:
        table.add_row(
            f"{answer.milliseconds:.1f}",
            f"{answer.rows:,}",
            "\n".join(answer.scans),
            " ".join(answer.query.split()),
        )
    Console(width=None if sys.stdout.isatty() else 160).print(table)


if __name__ == "__main__":
    typer.run(main)
