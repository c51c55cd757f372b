"""Every command that the README shows is run, in its order."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from dashboard.cli import app as dashboard
from loader.cli import app as loader
from loader.mapping import TableMapping
from tests.project.conftest import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from typer import Typer

    from tests.conftest import Database

README = (PROJECT / "README.md").read_text(encoding="utf-8")
GATE = (PROJECT / ".ci" / "run").read_text(encoding="utf-8")

# the help is folded to the width of a terminal
WIDE = {"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}
COMMAND = re.compile(r"^ {4,}((?:make|source|\.venv/bin/\w+)\b.*)$", re.MULTILINE)
# these need a fresh clone, or would undo what the tests stand on: the gate runs them
BY_THE_GATE = {"make demo", "make test"}
# tests/sandbox sources this file
BY_THE_SANDBOX = {"source .sandbox/env"}
# test_documents, tests/dashboard and tests/superset run these, which do not end by
# themselves
SERVED = {
    ".venv/bin/dbt docs serve",
    ".venv/bin/dashboard serve",
    "make superset",
}
# test_spark does the same, where Spark is installed: it builds, and reads the files
BY_SPARK = {
    "make build TARGET=spark LAKE=lake",
    (
        '.venv/bin/python -c "import pandas; print(pandas.read_parquet('
        "'target/spark/marts.db/channel_performance'))\""
    ),
}
# the test below runs it with few orders
MEASURED = {"make bench"}

PROGRAMS_WITH_TABLES = {"dashboard": dashboard, "loader": loader}

EXPORTS = {
    "customers.csv": "customer_id,signup_date\nann,2024-01-01\n",
    "orders.csv": (
        "order_id,customer_id,order_date,revenue\n"
        "1,ann,2024-01-02,10.00\n2,ann,2024-05-02,12.50\n"
    ),
    "sales-1.csv": (
        "Order #;Client;Date;Total;promo_used\n7;ann;31/01/2024;1234,50;-\n"
    ),
}
SHOPIFY = {
    "orders_export_1.csv": (
        "Name,Email,Financial Status,Subtotal,Created at,Lineitem quantity,"
        "Lineitem name,Lineitem price,Id\n"
        "#1001,ann@example.com,paid,10.50,2024-01-01 10:00:00 -0500,1,Tea,10.50,5001\n"
    ),
    "customers_export.csv": "Customer ID,Email\n'7001,Ann@example.com\n",
}
SHOPIFY_MAPPING = "source: shopify\ntime_zone: America/New_York\n"
# the demo, which the gate runs, tests what it builds, as others do here
MODELS_ONLY = {"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test test"}
# what is in the mart of orders after a command
LEAVES = {
    "make build VARS='{as_of_date: 2024-03-31}'": [("1", "10.00")],
    "make build VARS='source: shopify'": [("5001", "10.50")],
}
# what the README's small shop is not enough for
REFUSED = {"make forecast": "buyers"}


def commands() -> list[str]:
    """Give the README's commands."""
    return [found.group(1).strip() for found in COMMAND.finditer(README)]


@pytest.mark.parametrize(("program", "app"), PROGRAMS_WITH_TABLES.items())
def test_every_command_and_option_is_documented(program: str, app: Typer) -> None:
    table = rf"^\| `{program} (\w+)[^|]*` \| (.*)$"
    rows = dict(re.findall(table, README, re.MULTILINE))
    commands = [command.callback for command in app.registered_commands]
    assert set(rows) == {command.__name__ for command in commands if command}
    for name, row in rows.items():
        text = CliRunner().invoke(app, [name, "--help"], env=WIDE).output
        flags = set(re.findall(r"--[a-z][a-z-]+", text)) - {"--help"}
        assert set(re.findall(r"--[a-z][a-z-]+", row)) == flags, name


def test_every_option_of_a_mapping_is_documented() -> None:
    for option in TableMapping.model_fields:
        assert f"| `{option}` |" in README, option


def test_the_gate_runs_the_first_two_commands() -> None:
    assert set(commands()) >= BY_THE_GATE
    assert re.search(r"^make test$", GATE, re.MULTILINE)
    assert re.search(r"demo clean$", GATE, re.MULTILINE)


def test_the_benchmark_measures_each_way_to_load() -> None:
    assert set(commands()) >= MEASURED
    assert "-m benchmarks.loading" in (PROJECT / "Makefile").read_text("utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.loading", "--rows", "5000", "--runs", "1"],
        check=False,
        capture_output=True,
        cwd=PROJECT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for way in ("psql", "empty database", "replacing", "bad records", "adding"):
        assert re.search(rf"{way}.* \d+\.\d\d │", done.stdout), done.stdout


# four builds, which take their time where the machine is shared
@pytest.mark.timeout(900)
def test_the_other_commands_work_as_shown(database: Database, tmp_path: Path) -> None:
    project = tmp_path / "clone"
    project.mkdir()
    for entry in PROJECT.iterdir():
        if entry.name not in {".git", ".sandbox", "target", "logs"}:
            (project / entry.name).symlink_to(entry)
    for folder, files in (("exports", EXPORTS), ("shopify", SHOPIFY)):
        (project / folder).mkdir()
        for name, content in files.items():
            (project / folder / name).write_text(content, encoding="utf-8")
    [mapping] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (project / "mapping.yml").write_text(mapping, encoding="utf-8")
    (project / "shopify.yml").write_text(SHOPIFY_MAPPING, encoding="utf-8")

    for command in commands():
        if command in BY_THE_GATE | BY_THE_SANDBOX | SERVED | BY_SPARK | MEASURED:
            continue
        words = shlex.split(command)
        if words[0].endswith("sandbox") and words[1] != "generate":
            # the clone's own server, not that of the project being tested
            words += ["--home", str(tmp_path / "home")]
        if words[0] == "make":
            # the environment that runs the tests is there already
            words += ["-o", ".venv/.run-time", "-o", ".venv/.duckdb"]
        done = subprocess.run(
            words,
            check=False,
            capture_output=True,
            cwd=project,
            encoding="utf-8",
            env=database.environment | MODELS_ONLY,
        )
        said = f"{command}\n{done.stdout}{done.stderr}"
        assert (done.returncode == 0) == (command not in REFUSED), said
        assert REFUSED.get(command, "") in said
        if command in LEAVES:
            held = database.rows("select order_id, revenue::text from marts.orders")
            assert held == LEAVES[command], command

    assert set(commands()) >= set(LEAVES) | set(REFUSED) | BY_SPARK
    assert database.rows("select order_id, revenue::text from raw_shop.orders") == [
        ("7", "1234.50")
    ]
    assert (project / "target" / "static_index.html").is_file()
    assert (project / "target" / "dashboard.html").is_file()
    assert (project / "page.html").is_file()
    assert (project / ".sandbox" / "shop" / "orders.csv").is_file()
