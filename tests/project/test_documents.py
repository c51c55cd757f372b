"""What the documentation says is what the database holds."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from tests.project.conftest import PROGRAMS, PROJECT, Warehouse, generate

if TYPE_CHECKING:
    from pathlib import Path

BI_TOOLS = "exposure.customer_insights.bi_tools"
PATIENCE_SECONDS = 60

UNDESCRIBED = """
    select table_schema || '.' || table_name || '.' || column_name
    from information_schema.columns
    where
        table_schema in ('staging', 'intermediate', 'marts', 'seeds')
        and col_description(
            cast(format('%I.%I', table_schema, table_name) as regclass),
            ordinal_position
        ) is null
"""

UNDESCRIBED_TABLES = """
    select table_schema || '.' || table_name
    from information_schema.tables
    where
        table_schema in ('staging', 'intermediate', 'marts', 'seeds')
        and obj_description(
            cast(format('%I.%I', table_schema, table_name) as regclass), 'pg_class'
        ) is null
"""


def test_the_documentation_and_the_database_have_the_same_columns(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.load(generate(tmp_path / "shop", "--customers", "50", "--months", "3"))
    warehouse.dbt("seed")
    # a described column that the database lacks is a warning of dbt's, which fails here
    warehouse.dbt("run", "--warn-error")
    assert warehouse.database.rows(UNDESCRIBED) == []

    assert warehouse.database.rows(UNDESCRIBED_TABLES) == []

    warehouse.dbt("docs", "generate", "--static")
    page = (warehouse.target() / "static_index.html").read_text(encoding="utf-8")
    assert "Lifetime value to date" in page
    manifest, catalog = served(warehouse.target())
    nodes = manifest["nodes"]
    for name, table in catalog["nodes"].items():
        described = {
            column.lower(): about["description"]
            for column, about in nodes[name]["columns"].items()
        }
        assert nodes[name]["description"], name
        for column in table["columns"]:
            assert described.get(column.lower()), f"{name}.{column}"
    models = {name for name in nodes if name.startswith("model.")}
    assert models <= set(catalog["nodes"])
    # the lineage: whatever a model stands on, and what stands on it
    assert all(manifest["parent_map"][model] for model in models)
    used_by_bi = set(manifest["exposures"][BI_TOOLS]["depends_on"]["nodes"])
    assert used_by_bi == {name for name in models if nodes[name]["schema"] == "marts"}


def served(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let `dbt docs serve` serve a target folder: manifest and catalog as it does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(PROGRAMS / "dbt", "docs", "serve", "--no-browser", "--port", str(port)),
            *("--target-path", folder, "--log-path", folder),
        ],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert "dbt Docs" in fetched(port, "index.html")
        return (
            json.loads(fetched(port, "manifest.json")),
            json.loads(fetched(port, "catalog.json")),
        )
    finally:
        server.terminate()
        server.wait()


def fetched(port: int, name: str) -> str:
    """Fetch a file of the server on a port, waiting for the server to start."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with socket.socket() as probe:
        while probe.connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
            time.sleep(0.2)
    with urlopen(f"http://127.0.0.1:{port}/{name}") as answer:
        return str(answer.read().decode("utf-8"))
