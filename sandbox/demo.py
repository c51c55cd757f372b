"""`make demo`: a shop's CSV files become marts, and a summary says what came of it.

Each step runs the project's own command as a user would, on the sandbox server,
whatever server the libpq variables name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
from rich.console import Console
from rich.table import Table

from sandbox.environment import led_to
from sandbox.errors import SandboxError
from sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).parent.parent
HOME = Path(".sandbox")
SHOP = HOME / "demo_shop"
PAGE = Path("target/dashboard.html")
PROGRAMS = Path(sys.executable).parent
INTERRUPTED = 130

_HEADLINES = """
with

totals as (
    select
        sum(revenue) as revenue,
        sum(net_revenue) as net_revenue,
        count(*) as orders,
        min(order_date) as first_date,
        max(order_date) as last_date
    from marts.orders
),

people as (
    select
        count(*) as customers,
        count(*) filter (where orders > 0) as buyers
    from marts.customers
),

best_channel as (
    select channel, net_revenue_per_customer
    from marts.channel_performance
    order by net_revenue_per_customer desc nulls last, channel
    limit 1
),

champions as (
    select customers as champions, revenue_share as champions_share
    from marts.rfm_segments
    where rfm_segment = 'Champions'
),

returned as (
    select repeat_rate, repeat_rate_low, repeat_rate_high
    from marts.repeat_purchase_rates
    where window_days = 90 and channel = 'all'
),

forecasts as (
    select sum(expected_value_365d) as expected_value
    from marts.customer_forecasts
),

risks as (
    select count(slipping) as slipping
    from marts.churn_risk
),

files as (
    select revenue as revenue_in_files
    from marts.revenue_reconciliation
    where table_name = 'orders' and step = 'in the files'
)

select *
from
    totals
    cross join people
    cross join best_channel
    cross join champions
    cross join returned
    cross join forecasts
    cross join risks
    cross join files
"""


class StepError(SandboxError):
    """A step of the demo failed; its own output says why."""


def main() -> int:
    """Run the demo; the exit code."""
    console = Console()
    os.chdir(PROJECT)
    try:
        environment = _server(console)
        loaded = _build(console, environment)
    except SandboxError as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        Console(stderr=True).print(
            "Interrupted. `make demo` begins again where it can."
        )
        return INTERRUPTED
    _summarise(console, environment, loaded)
    return 0


def _server(console: Console) -> dict[str, str]:
    server = Server(HOME)
    with console.status("Starting PostgreSQL"):
        status = server.up()
    for note in status.notes:
        console.print(note, highlight=False)
    console.print(
        f"PostgreSQL {status.version} on 127.0.0.1:{status.port}", highlight=False
    )
    return led_to(server.environment(), os.environ)


def _build(console: Console, environment: dict[str, str]) -> str:
    """Generate, load, build, forecast, document; what the loader said."""
    steps: list[tuple[str, Sequence[str | Path]]] = [
        ("Writing a synthetic shop", ["sandbox", "generate", "--dirty", "--out", SHOP]),
        ("Loading its CSV files", ["loader", "load", SHOP, "--force"]),
        ("Building and testing the marts", ["dbt", "--quiet", "build"]),
        ("Forecasting what customers will be worth", ["forecast", "fit"]),
        (
            "Building the marts that show it",
            [
                *("dbt", "--quiet", "build", "--select", "path:models/marts/value+"),
                # the definitions were tested a moment ago
                *("--exclude-resource-type", "unit_test"),
            ],
        ),
        (
            "Writing the documentation",
            ["dbt", "--quiet", "docs", "generate", "--static"],
        ),
        ("Drawing the dashboard", ["dashboard", "build", "--out", PAGE]),
    ]
    said = {}
    for title, command in steps:
        begin = time.monotonic()
        with console.status(title):
            said[command[0]] = _run(title, command, environment)
        seconds = time.monotonic() - begin
        console.print(f"{title}: {seconds:.0f} s", highlight=False)
    return said["loader"]


def _run(title: str, command: Sequence[str | Path], environment: dict[str, str]) -> str:
    """Run a command of the project; what it said.

    Raises:
        StepError: it failed.
    """
    program, *arguments = command
    finished = subprocess.run(
        [PROGRAMS / program, *arguments],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=environment,
    )
    if finished.returncode:
        what = f"{title} failed:\n{finished.stdout}{finished.stderr}"
        raise StepError(what)
    return finished.stdout


def _summarise(console: Console, environment: dict[str, str], loaded: str) -> None:
    console.print()
    # as it is: the console would fold it where the output is no terminal
    sys.stdout.write(f"{loaded.strip()}\n")
    found = _headlines(environment)
    table = Table(
        title=f"\nThe shop from {found['first_date']} to {found['last_date']}",
        title_justify="left",
        show_header=False,
    )
    table.add_column()
    table.add_column(justify="right")
    orders, buyers, customers = found["orders"], found["buyers"], found["customers"]
    table.add_row("Revenue in the files", f"{found['revenue_in_files']:,.2f}")
    table.add_row(
        "Revenue that counts, and net of refunds",
        f"{found['revenue']:,.2f}, {found['net_revenue']:,.2f}",
    )
    table.add_row(
        "Orders, and average order value",
        f"{orders:,}, {found['revenue'] / orders:,.2f}",
    )
    table.add_row(
        "Customers, and those who have ordered",
        f"{customers:,}, {buyers:,} ({buyers / customers:.1%})",
    )
    table.add_row(
        "Buyers who order again within 90 days (95 % interval)",
        f"{found['repeat_rate']:.1%} "
        f"({found['repeat_rate_low']:.1%} to {found['repeat_rate_high']:.1%})",
    )
    table.add_row(
        "Champions, and their share of net revenue",
        f"{found['champions']:,}, {found['champions_share']:.1%}",
    )
    table.add_row(
        "Channel with the most net revenue per customer",
        f"{found['channel']} ({found['net_revenue_per_customer']:,.2f})",
    )
    expected = found["expected_value"]
    table.add_row(
        "Revenue that they are expected to bring in the next 365 days",
        "not shown" if expected is None else f"{expected:,.0f}",
    )
    table.add_row(
        "High-value customers whose visits are falling", f"{found['slipping']:,}"
    )
    console.print(table)
    console.print(
        "\nWhere to look next:\n"
        "  target/static_index.html     every table and column, and the lineage\n"
        "  make psql                    ask: select * from marts.rfm_segments;\n"
        "                               where the money of the files went:\n"
        "                               select * from marts.revenue_reconciliation;\n"
        "  source .sandbox/env          then .venv/bin/loader rejects, or history,\n"
        "                               or .venv/bin/forecast report\n"
        "  make load build DATA=folder  your own CSV files instead\n"
        "  README.md                    the catalogue of marts",
        highlight=False,
    )
    if os.environ.get("PGHOST"):
        console.print(
            "\nPGHOST is set, and make psql, load and build go where it leads. "
            "Unset it to look at the demo.",
            highlight=False,
        )
    console.print(
        f"\nWhat the marts say, in charts. Open it in a browser:\n{PAGE.resolve()}",
        highlight=False,
        soft_wrap=True,
    )


def _headlines(environment: dict[str, str]) -> dict[str, Any]:
    connection = psycopg2.connect(
        host=environment["PGHOST"],
        port=environment["PGPORT"],
        user=environment["PGUSER"],
        password=environment["PGPASSWORD"],
        dbname=environment["PGDATABASE"],
    )
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_HEADLINES)
            names = [column.name for column in cursor.description or ()]
            return dict(zip(names, cursor.fetchone() or (), strict=True))
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
