"""A load into Parquet says what one into PostgreSQL says, whole or not at all."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from loader.contract import read_contracts, sources
from loader.lake import parquet
from loader.lake.records import SCHEMAS
from tests.loader.conftest import CUSTOMERS, ORDERS, Files
from tests.project.conftest import generate
from tests.project.test_contoso import write_contoso
from tests.project.test_shopify import FEBRUARY, JANUARY, write_exports
from tests.project.test_sources import TRANSACTIONS, write_olist, write_transactions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Database

COMMAND = Path(sys.executable).with_name("loader")
HEADER = "order_id,customer_id,order_date,revenue\n"
LOAD_TIMES = {"started_at", "finished_at"}


def write_dirty_shop(folder: Path) -> Path:
    """Write a shop of the sandbox with records that are rejected."""
    return generate(folder, "--dirty", "--customers", "500")


EXPORTS: dict[str, Callable[[Path], Path]] = {
    "contoso": write_contoso,
    "olist": write_olist,
    "shop": write_dirty_shop,
    "shopify": lambda folder: write_exports(folder, january=JANUARY, february=FEBRUARY),
    "transactions": lambda folder: write_transactions(folder, TRANSACTIONS),
}


def plain(value: object) -> object:
    """Give a value without what its engine adds, such as zeros behind a number."""
    if isinstance(value, Decimal):
        return str(value.normalize()) if value else "0"
    return bytes(value) if isinstance(value, memoryview) else value


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows in an order of their own, without the times of loads."""
    return sorted(
        ({k: plain(v) for k, v in row.items() if k not in LOAD_TIMES} for row in rows),
        key=repr,
    )


def in_the_lake(lake: Path, source: str, table: str) -> list[dict[str, Any]]:
    """Give the rows of a table of the lake."""
    return in_order(pq.read_table(lake / f"raw_{source}" / table).to_pylist())


def in_postgres(database: Database, source: str, table: str) -> list[dict[str, Any]]:
    """Give the rows of a raw table."""
    connection = database.connect()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(f"select * from raw_{source}.{table}")
            names = [column.name for column in cursor.description or ()]
            return in_order([dict(zip(names, row, strict=True)) for row in cursor])
    finally:
        connection.close()


def assert_same(database: Database, lake: Path, source: str) -> None:
    """Compare all tables, and that not all of them are empty."""
    tables = [*read_contracts(source), *SCHEMAS]
    for table in tables:
        expected = in_postgres(database, source, table)
        assert in_the_lake(lake, source, table) == expected, table
    assert in_the_lake(lake, source, "load_totals")


def said_about_records(output: str) -> list[str]:
    """Give what a load says of its records, but not where to find the rejected ones."""
    lines = output.splitlines()
    return [line for line in lines if not re.search("rejects? |is done", line)]


@pytest.mark.parametrize("source", sources())
def test_a_lake_holds_what_postgres_holds(
    source: str, files: Files, database: Database, tmp_path: Path
) -> None:
    files.folder = EXPORTS[source](tmp_path / source)
    mapping = files.folder / "mapping.yml"
    files.mapping = mapping if mapping.exists() else None
    options = ("--source", source, "--max-rejects", "30%")
    loaded = files.load(*options)
    into_lake = files.load(*options, "--to", str(tmp_path / "lake"))
    assert loaded.exit_code == into_lake.exit_code == 0, into_lake.output
    assert said_about_records(into_lake.output) == said_about_records(loaded.output)
    assert_same(database, tmp_path / "lake", source)


def test_repeated_and_removed_keys_are_those_of_postgres(
    files: Files, database: Database, tmp_path: Path
) -> None:
    chance = random.Random(5)
    lake = ("--to", str(tmp_path / "lake"))
    for keys in (range(300), range(100, 500), range(50)):
        files.write("customers.csv", "customer_id,signup_date\nann,2024-01-01\n")
        files.write(
            "marketing_spend.csv",
            "spend_date,channel,spend\n"
            + "".join(
                f"2024-01-{chance.randrange(10, 30)},{name},1\n" for name in "abcdef"
            ),
        )
        for name, columns in (
            ("orders_1.csv", HEADER),
            ("orders_2.csv", HEADER.replace("\n", ",status\n")),
            ("orders_3.csv", HEADER.replace("\n", ",discount_amount\n")),
        ):
            rows = [
                f"n{chance.choice(keys)},{chance.choice(['ann', 'bob'])},2024-01-02"
                f",{chance.choice(['1', '1.0', '01.00', '1.00000000000000000001'])}"
                + ",0" * columns.count("discount")
                + chance.choice([",paid", ","]) * columns.count("status")
                for _ in range(400)
            ]
            files.write(name, columns + "\n".join(rows) + "\n")
        for options in ((), lake):
            result = files.load("--max-rejects", "100%", *options)
            assert result.exit_code == 0, result.output
        assert_same(database, tmp_path / "lake", "shop")
    removed = in_the_lake(tmp_path / "lake", "shop", "removed_keys")
    assert {row["load_id"] for row in removed} == {2, 3}
    assert {row["table_name"] for row in removed} == {"marketing_spend", "orders"}


def test_history_and_rejects_of_a_lake_are_shown_as_those_of_postgres(
    files: Files, database: Database, tmp_path: Path
) -> None:
    lake = ("--from", str(tmp_path / "my lake"))
    missing = files.run("history", *lake)
    assert missing.exit_code == 2
    assert "There is no folder" in missing.output
    Path(lake[1]).mkdir()
    empty = files.run("history", *lake)
    assert empty.exit_code == 2
    assert "Nothing of source shop has been loaded yet" in empty.output
    files.folder = write_exports(tmp_path / "shopify", january=JANUARY)
    files.write("orders_export_9.csv", JANUARY + JANUARY.split("\n", 1)[0] + "\n")
    files.mapping = files.folder / "mapping.yml"
    for _ in range(2):
        files.load("--max-rejects", "0%")
        files.load("--max-rejects", "0%", "--to", lake[1])
    files.load("--max-rejects", "30%")
    result = files.load("--max-rejects", "30%", "--to", lake[1])
    assert f"rejects --source shopify --load 3 --from '{lake[1]}'" in result.output
    shopify = ("--source", "shopify")
    for command in (
        ("history", *shopify),
        ("rejects", *shopify),
        ("rejects", *shopify, "--table", "orders", "--load", "3"),
        ("rejects", *shopify, "--table", "customers"),
        ("rejects", *shopify, "--table", "none"),
    ):
        of_lake, of_postgres = files.run(*command, *lake), files.run(*command)
        assert of_lake.output == of_postgres.output
        assert of_lake.exit_code == of_postgres.exit_code
    assert "not a number" in files.run("rejects", *shopify, *lake).output


def test_repeats_are_found_over_many_row_groups(
    files: Files,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 1)
    files.write("customers.csv", CUSTOMERS)
    rows = [f"{n},ann,2024-01-03,1" for n in range(100_000)]
    more = ["7,ann,2024-01-03,1", "60000,ann,2024-01-03,2", "99999,ann,2024-01-03,3"]
    files.write("orders.csv", HEADER + "\n".join([*rows, *more, ""]))
    for options in ((), ("--to", str(tmp_path / "lake"))):
        assert files.load(*options).exit_code == 0
    [path] = (tmp_path / "lake" / "raw_shop" / "orders").iterdir()
    assert pq.ParquetFile(path).num_row_groups > 1
    assert_same(database, tmp_path / "lake", "shop")


def test_the_same_bytes_again_change_nothing_unless_forced(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files.write_shop()
    assert "Load 1 is done" in files.load("--to", "lake").output
    content = Path("lake/raw_shop").readlink()
    assert "nothing was changed" in files.load("--to", "lake").output
    assert Path("lake/raw_shop").readlink() == content
    assert "Load 2 is done" in files.load("--to", "lake", "--force").output
    assert "Load 3 is done" in files.load("--to", "lake", "--force").output
    orders = in_the_lake(Path("lake"), "shop", "orders")
    assert {row["_load_id"] for row in orders} == {3}
    # the content before the last stays for those who read it, and no other one
    kept = Path("lake/.loads/raw_shop").iterdir()
    assert sorted(folder.name for folder in kept if folder.is_dir()) == ["2", "3"]
    history = in_the_lake(Path("lake"), "shop", "load_history")
    assert sorted(row["load_id"] for row in history) == [1, 1, 2, 2, 3, 3]


def test_a_refused_load_keeps_the_tables_its_rejects_and_a_line_of_history(
    files: Files, database: Database, tmp_path: Path
) -> None:
    bad = ORDERS + "4,ann,2024-01-03,0\n"
    for orders in (bad, ORDERS + bad.replace("\n1", "\n9").replace("ann", "") * 2):
        files.write("customers.csv", CUSTOMERS)
        files.write("orders.csv", orders)
        codes = [
            files.load("--max-rejects", "25%", *options).exit_code
            for options in ((), ("--to", str(tmp_path / "lake")))
        ]
    assert codes == [1, 1]
    assert_same(database, tmp_path / "lake", "shop")
    assert len(in_the_lake(tmp_path / "lake", "shop", "orders")) == 3
    # a table that cannot be read at all is refused as well, also as the first load
    files.write("orders.csv", 'order_id,customer_id,order_date,revenue\n1,"ann')
    for options in ((), ("--to", str(tmp_path / "lake"))):
        assert files.load(*options).exit_code == 1
    assert_same(database, tmp_path / "lake", "shop")
    assert files.load("--to", str(tmp_path / "other")).exit_code == 1
    history = in_the_lake(tmp_path / "other", "shop", "load_history")
    assert [row["status"] for row in history] == ["refused", "refused"]
    assert not (tmp_path / "other" / "raw_shop" / "orders").exists()


def test_a_dry_run_into_a_lake_changes_nothing(files: Files, tmp_path: Path) -> None:
    files.write_shop()
    result = files.load("--to", str(tmp_path / "lake"), "--dry-run")
    assert result.exit_code == 0
    assert "nothing was changed" in result.output
    assert [path.name for path in (tmp_path / "lake").rglob("*")] == [
        ".loads",
        "raw_shop",
        "lock",
    ]


def test_what_a_lake_cannot_do_is_told(files: Files, tmp_path: Path) -> None:
    files.write_shop()
    result = files.load("--to", str(tmp_path / "lake"), "--mode", "append")
    assert result.exit_code == 2
    assert "Load all files together with --mode replace." in result.output
    (tmp_path / "file").touch()
    result = files.load("--to", str(tmp_path / "file"))
    assert result.exit_code == 2
    assert "cannot be used, and nothing was changed" in result.output
    (tmp_path / "lake" / "raw_shop").mkdir(parents=True)
    result = files.load("--to", str(tmp_path / "lake"))
    assert result.exit_code == 2
    assert "is not a link that the loader has made" in result.output
    result = files.load("--to", str(tmp_path / "l[a]ke"))
    assert result.exit_code == 2
    assert "for a pattern of names. Choose a folder" in result.output
    assert not (tmp_path / "l[a]ke").exists()


def test_a_damaged_lake_is_named(files: Files, tmp_path: Path) -> None:
    files.write_shop()
    lake = tmp_path / "lake"
    assert files.load("--to", str(lake)).exit_code == 0
    for file in (lake / "raw_shop" / "load_history").glob("*.parquet"):
        file.write_bytes(b"PAR1")
    for done in (
        files.run("history", "--from", str(lake)),
        files.load("--to", str(lake)),
    ):
        assert done.exit_code == 2
        assert "are damaged, load into another folder." in done.output


def test_a_second_load_into_a_lake_says_who_holds_the_lock(
    files: Files, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    files.write("customers.csv", CUSTOMERS)
    lines = [f"{n},ann,2024-01-03,1" for n in range(400_000)]
    files.write("orders.csv", HEADER + "\n".join([*lines, ""]))
    first = subprocess.Popen([COMMAND, "load", files.folder, "--to", lake])
    while not (lake / ".loads" / "raw_shop" / "1" / "orders").exists():
        assert first.poll() is None
        time.sleep(0.01)
    first.send_signal(signal.SIGSTOP)
    second = files.load("--to", str(lake))
    first.send_signal(signal.SIGCONT)
    assert second.exit_code == 2
    assert "Another load of source 'shop' into" in second.output
    assert re.search(rf"loader shop: \S+@\S+ {first.pid}, since", second.output)
    assert first.wait() == 0
    assert files.load("--to", str(lake), "--force").exit_code == 0


def test_a_kill_at_any_step_leaves_the_old_lake_or_the_new_one(
    files: Files, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    files.write("customers.csv", CUSTOMERS)
    rows = "".join(f"{n},ann,2024-01-03,1\n" for n in range(10))
    files.write("orders.csv", f"{HEADER}{rows}1,ann,2024-01-03,1\nx,ann,,1\n")
    for _ in range(2):
        result = files.load("--to", str(lake), "--max-rejects", "50%", "--force")
        assert result.exit_code == 0
    rows = "".join(f"{n},ann,2024-01-03,2\n" for n in range(10))
    files.write("orders.csv", f"{HEADER}{rows}1,ann,2024-01-03,2\n")
    finished = subprocess.run(
        [sys.executable, "-m", "tests.loader.killing", files.folder, lake],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    seen = [json.loads(line) for line in finished.stdout.splitlines()]
    codes = [line.pop("code") for line in seen]
    assert codes[:-1] == [-signal.SIGKILL] * (len(codes) - 1)
    assert codes[-1] == 0
    assert len(codes) > 30
    old = {"revenue": ["1"], "loads": [1, 2], "rejects": 1}
    new = {"revenue": ["2"], "loads": [1, 2, 3], "rejects": 0}
    turn = seen.index(new)
    assert seen == [old] * turn + [new] * (len(seen) - turn)
