"""The command: what it writes, serves and refuses."""

from __future__ import annotations

import csv
import re
import signal
import socket
import subprocess
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import psycopg2
import pytest

from dashboard.marts import Marts, open_marts
from tests.conftest import Database, lead_to, new_database
from tests.dashboard.conftest import PATIENCE_MS, copied, without_orders
from tests.project.conftest import PROGRAMS, Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.server import Server
    from tests.dashboard.conftest import Opener, Written


# the first test waits for the shop; all share it, on one worker
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("page")]


def test_charts_become_images_and_marts_become_csv(
    shop: Warehouse, written: Written
) -> None:
    images = sorted(written.images.iterdir())
    assert f"Images: {len(images)} in" in written.said
    assert len(images) >= 35
    for image in images:
        assert image.read_bytes().startswith(b"\x89PNG"), image
        assert image.stat().st_size > 3_000, image
    for table in shop.table_names("marts"):
        schema, mart = table.split(".")
        with (written.csv / f"{mart}.csv").open(newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) - 1 == shop.database.value(f"select count(*) from {table}")
        names = shop.database.rows(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s order by ordinal_position",
            (schema, mart),
        )
        assert rows[0] == [name for (name,) in names]


def test_without_marts_it_says_what_to_do(
    server: Server, shop: Warehouse, tmp_path: Path
) -> None:
    bare = replace(shop, database=new_database(server))
    for command in (["build", "--out", tmp_path / "page.html"], ["serve"]):
        done = bare.attempt("dashboard", *command)
        assert done.returncode == 2
        assert "no marts in schema marts" in done.stderr
        assert "make build" in done.stderr
    assert not (tmp_path / "page.html").exists()


def test_what_cannot_be_reached_or_written_is_named(
    shop: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    done = shop.attempt("dashboard", "build", "--out", tmp_path / "file" / "page.html")
    assert done.returncode == 2
    assert "file cannot be written" in done.stderr or "page.html" in done.stderr

    # a page and images are looked after before what takes minutes, the tables too
    for option, path in (("--out", tmp_path), ("--images", tmp_path / "file")):
        options: list[str | Path] = ["--out", tmp_path / "page.html", option, path]
        done = shop.attempt("dashboard", "build", *options, "--csv", tmp_path / "csv")
        assert done.returncode == 2
        assert f"{path} cannot be written" in done.stderr
        assert not any((tmp_path / "csv").glob("*"))
        assert not (tmp_path / "page.html").exists()

    lost = {**shop.database.environment, "PGPORT": "1"}
    done = replace(shop, database=Database(lost)).attempt("dashboard", "build")
    assert done.returncode == 2
    assert "No connection to PostgreSQL" in done.stderr


def test_a_page_that_cannot_be_made_leaves_the_old_one(
    shop: Warehouse, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text("old")
    done = shop.attempt("dashboard", "build", "--out", file, "--schema-prefix", "no_")
    assert done.returncode == 2
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_page_that_finds_no_room_leaves_nothing_behind(
    server: Server, shop: Warehouse, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    done = subprocess.run(
        # files of this process may have 8 blocks of at most 1024 bytes
        [
            *("sh", "-c", 'ulimit -f 8; exec "$@"', "sh"),
            *(PROGRAMS / "dashboard", "build", "--out", file),
        ],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env=without_orders(server, "no_room", shop).database.environment,
    )
    assert done.returncode == 2
    assert f"{file} cannot be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_who_may_not_read_is_told(shop: Warehouse, tmp_path: Path) -> None:
    shop.database.rows("create role stranger login password 'who'")
    login = {"PGUSER": "stranger", "PGPASSWORD": "who"}
    stranger = replace(shop, database=Database({**shop.database.environment, **login}))
    try:
        for rights in ("", "grant select on marts.daily_revenue to stranger"):
            if rights:
                shop.database.rows(f"grant usage on schema marts to stranger; {rights}")
            done = stranger.attempt("dashboard", "build", "--out", tmp_path / "p.html")
            assert done.returncode == 2
            assert "The role stranger may not read" in done.stderr
            assert "bi_reader" in done.stderr
            assert "build them" not in done.stderr
        shop.database.rows(
            "grant select on all tables in schema marts to stranger;"
            " revoke select on marts.customer_ids from stranger"
        )
        with closing(stranger.database.connect()) as connection:
            marts = Marts(connection)
            assert marts.hidden == ["customer_ids"]
            assert "customer_ids" not in marts.names()
    finally:
        shop.database.rows("drop owned by stranger; drop role stranger")


def test_no_mart_is_replaced_while_it_is_read(
    server: Server, shop: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = copied(server, "replaced", shop).database
    database.rows("create role onlooker login password 'look' in role bi_reader")
    login = {"PGUSER": "onlooker", "PGPASSWORD": "look"}
    lead_to(Database({**database.environment, **login}), monkeypatch)
    # as dbt does it, with what is left of an earlier build beside
    replacing = (
        "set lock_timeout = '100ms'; create table marts.new (like marts.{0});"
        " insert into marts.new select * from marts.{0};"
        " alter table marts.{0} rename to {0}__dbt_backup;"
        " alter table marts.new rename to {0}"
    )
    database.rows(replacing.format("promo_reuse"))
    database.rows("grant select on all tables in schema marts to bi_reader")
    with open_marts() as marts:
        names = marts.names()
        for mart in names:
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                database.rows(replacing.format(mart))
        counted = [
            marts.ask(f"select count(*) as rows from {mart}")["rows"][0]
            for mart in names
        ]
    assert counted == [
        database.value(f"select count(*) from marts.{mart}") for mart in names
    ]
    assert [f"marts.{mart}" for mart in names] == shop.table_names("marts")
    database.rows(replacing.format("daily_revenue"))


@pytest.fixture
def served(shop: Warehouse) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Give the port on which a page is served, and who serves it.

    It is started as a script starts what is to run in the background: without Ctrl-C.
    """
    with subprocess.Popen(
        [
            *("sh", "-c", 'trap "" INT; exec "$@"', "sh"),
            *(PROGRAMS / "dashboard", "serve", "--port", "0"),
        ],
        env=shop.database.environment,
        encoding="utf-8",
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        found = re.match(r"http://127\.0\.0\.1:(\d+)/ ", process.stdout.readline())
        assert found
        yield found[1], process
        process.kill()


def test_it_serves_the_marts_of_the_moment_to_this_machine(
    served: tuple[str, subprocess.Popen[str]],
    shop: Warehouse,
    page_file: Path,
    opened: Opener,
) -> None:
    port, process = served
    url = f"http://127.0.0.1:{port}/"
    seen = opened(url)
    # each page is made first
    fetch = partial(seen.page.request.get, timeout=PATIENCE_MS)
    assert seen.page.locator("article").count() >= 39
    assert seen.complaints == []
    # the same for the same marts
    assert fetch(url).body() == page_file.read_bytes()
    shop.database.rows("alter table marts.audience_sizes rename to elsewhere")
    try:
        answer = fetch(url)
        assert answer.status == 503
        assert "build them again" in answer.text()
    finally:
        shop.database.rows("alter table marts.elsewhere rename to audience_sizes")
    assert fetch(f"{url}other").status == 404

    done = shop.attempt("dashboard", "serve", "--port", port)
    assert done.returncode == 2
    assert f"Port {port} is not free" in done.stderr
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", int(port))) != 0
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
