"""The manifest of a dirty shop against what the loader makes of its files."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

from sandbox.environment import led_to
from tests.sandbox.conftest import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Server
    from tests.sandbox.conftest import Ask, Run

REJECTED = """
    select json_agg(json_build_array(table_name, line_number, column_name, reason))
    from raw_shop.rejected_rows
"""
LOADED = """
    select json_object_agg(table_name, json_build_array(rows_loaded, rows_duplicate))
    from raw_shop.load_history
"""


def test_the_loader_rejects_exactly_what_the_manifest_lists(
    run: Run, ask: Ask, running: Server, tmp_path: Path
) -> None:
    run("generate", "--dirty", "--customers", "1000", "--out", tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    load = subprocess.run(
        [COMMAND.with_name("loader"), "load", tmp_path],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=led_to(running.environment(), os.environ),
    )
    assert load.returncode == 0, load.stderr
    found = json.loads(ask(running, f"select ({REJECTED})::text"))
    listed = [
        [entry["table"], entry["line"], entry["column"], entry["reason"]]
        for entry in manifest["rejects"]
    ]
    assert sorted(found, key=str) == sorted(listed, key=str)
    assert json.loads(ask(running, f"select ({LOADED})::text")) == {
        table: [counts["good_records"], counts["identical_duplicates"]]
        for table, counts in manifest["tables"].items()
    }
