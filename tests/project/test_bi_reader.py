"""What a BI tool may do: read every mart, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg2
import pytest
from psycopg2 import errors

from tests.project.conftest import PROJECT, generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Database
    from tests.project.conftest import Warehouse

README = (PROJECT / "README.md").read_text(encoding="utf-8")
[LOGIN] = re.findall(r"```sql\n(create role .*?)```", README, re.DOTALL)
[(NAME, PASSWORD)] = re.findall(r"role (\w+) login password '(.*)' in role", LOGIN)
MARTS = {path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql")}

FORBIDDEN = (
    "insert into marts.daily_revenue (date_day) values ('2024-01-01')",
    "update marts.customers set orders = 0",
    "delete from marts.orders",
    "truncate marts.orders",
    "drop table marts.orders",
    "alter table marts.orders add column mine text",
    "create table marts.mine (id text)",
    "create table public.mine (id text)",
    "create schema mine",
)


@pytest.fixture(params=["server", "old_server"])
def built(
    request: pytest.FixtureRequest,
    new_warehouse: Callable[..., Warehouse],
    tmp_path: Path,
) -> Warehouse:
    """Give a warehouse whose marts are built."""
    warehouse = new_warehouse(request.getfixturevalue(request.param))
    warehouse.load(generate(tmp_path / "shop", "--customers", "60", "--months", "3"))
    for command in ("seed", "run"):
        warehouse.dbt(command)
    return warehouse


@pytest.fixture
def analyst(built: Warehouse) -> Iterator[Database]:
    """Give the warehouse's database as the README's BI tool sees it."""
    built.database.rows(LOGIN)
    yield as_role(NAME, PASSWORD, built.database)
    built.database.rows(f"drop role {NAME}")


def as_role(name: str, password: str, database: Database) -> Database:
    """Give a database as another role sees it."""
    login = {"PGUSER": name, "PGPASSWORD": password}
    return replace(database, environment={**database.environment, **login})


def test_an_analyst_reads_the_marts_and_nothing_else(
    built: Warehouse, analyst: Database
) -> None:
    marts = built.table_names("marts")
    assert {name.removeprefix("marts.") for name in marts} == MARTS
    for mart in marts:
        assert analyst.value(f"select count(*) from {mart}") >= 0
    others = built.table_names("raw_shop", "staging", "intermediate", "seeds")
    assert len(others) > 40
    for other in others:
        with pytest.raises(errors.InsufficientPrivilege):
            analyst.rows(f"select * from {other}")
    for command in FORBIDDEN:
        with pytest.raises(psycopg2.Error, match=r"permission denied|must be owner"):
            analyst.rows(command)


def test_a_developers_marts_are_not_shown_to_bi(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    warehouse.load(generate(tmp_path / "shop", "--customers", "20", "--months", "2"))
    for command in ("seed", "run"):
        warehouse.dbt(command, "--target", "dev")
    grants = warehouse.database.rows(
        "select table_schema from information_schema.role_table_grants"
        " where grantee = 'bi_reader'"
    )
    assert grants == []
    assert warehouse.table_names("marts") == []


def test_without_the_right_to_create_roles_the_message_says_what_to_do(
    warehouse: Warehouse,
) -> None:
    database = warehouse.database
    database.rows("create role builder login password 'secret'")
    database.rows(
        f"grant create on database {database.environment['PGDATABASE']} to builder"
    )
    # roles belong to the whole server, where another test may have made this one
    known = database.rows("select 1 from pg_roles where rolname = 'bi_reader'")
    if known:
        database.rows("alter role bi_reader rename to hidden")
    try:
        # to dbt another user's project is another one, so it gets a folder of its own
        builders = replace(warehouse, database=as_role("builder", "secret", database))
        done = builders.attempt_dbt("seed", "--target", "prod")
    finally:
        if known:
            database.rows("alter role hidden rename to bi_reader")
    assert done.returncode != 0
    assert "The role bi_reader is missing" in done.stdout
    assert "create role bi_reader nologin" in done.stdout
