"""Built in increments, the marts are what a build of everything would give.

Random sequences of loads, of files that add and files that replace, with records that
come late, change, move and go. `INCREMENTS=200` asks for so many sequences.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests.conftest import lead_to
from tests.project.changing_shop import KINDS, ChangingShop
from tests.project.conftest import PROJECT, Warehouse

if TYPE_CHECKING:
    from pathlib import Path

SEQUENCES = int(os.environ.get("INCREMENTS", "1"))
STEPS = 4
CHANGES = 13
CUSTOMERS = 50
IN_INCREMENTS = {
    "customer_ids": "marts",
    "int_customers_active": "intermediate",
    "int_orders_converted": "intermediate",
    "int_orders_numbered": "intermediate",
    "int_segments_changed": "intermediate",
    "int_web_sessions_identified": "intermediate",
    "order_items": "marts",
    "orders": "marts",
    "web_sessions": "marts",
}
# these tell what an increment is, and what became of it
ABOUT_INCREMENTS = {
    "build_states",
    "int_accounts_reidentified",
    "int_builds_continued",
    "int_customers_affected",
    "int_months_affected",
    "int_orders_affected",
    "int_sessions_affected",
}
# what else there is, is built anew of these: that is compared once, at the end
ENOUGH = ("--select", *(f"+{model}" for model in IN_INCREMENTS))
PARTS = (
    "int_orders_converted",
    "+int_orders_converted",
    "int_customers_identified",
    "+int_customers_affected",
    "int_orders_numbered int_customers_active orders order_items",
    "orders web_sessions",
    "+customer_ids",
    "int_refunds_converted order_items",
)

# dbt warns of its own
pytestmark = pytest.mark.filterwarnings("default")


@dataclass
class Increments:
    """A warehouse that is built in increments, and beside it one that is not."""

    warehouse: Warehouse
    manifests: dict[str, Manifest]

    def dbt(self, target: str, *arguments: str) -> list[str]:
        """Run dbt in this process; give what failed."""
        options = [
            *("--log-level", "none", "--log-level-file", "none"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target", target, "--log-path", str(self.warehouse.folder / "logs")),
            *("--target-path", str(self.warehouse.folder / f"increments_{target}")),
        ]
        if target not in self.manifests:
            parsed = dbtRunner().invoke(["parse", *options])
            assert isinstance(parsed.result, Manifest), parsed.exception
            self.manifests[target] = parsed.result
        # with other variables it would read the whole project again
        done = dbtRunner(self.manifests[target]).invoke([*arguments, *options])
        if not isinstance(done.result, RunExecutionResult):
            return [str(done.exception)]
        return [
            f"{result.node.name}: {result.message}"
            for result in done.result.results
            if result.status == "error"
        ]

    def build(self, *options: str, target: str = "prod") -> list[str]:
        """Build the seeds and the models; give what failed."""
        kinds = ("--resource-type", "seed", "--resource-type", "model")
        return self.dbt(target, "build", "--no-write-json", *kinds, *options)

    def build_both(self, *options: str) -> None:
        """Build in increments and whole, and see that all tables are the same."""
        assert self.build(*options) == []
        assert self.build("--full-refresh", *options, target="dev") == []
        tables = [
            name.removeprefix("dev_me_")
            for name in self.warehouse.table_names(
                "dev_me_marts", "dev_me_intermediate"
            )
            if name.split(".")[1] not in ABOUT_INCREMENTS
        ]
        assert {f"{schema}.{model}" for model, schema in IN_INCREMENTS.items()} < {
            *tables
        }
        for name in tables:
            mine = self.warehouse.contents(name)
            assert mine == self.warehouse.contents(f"dev_me_{name}"), name

    def states(self) -> dict[str, tuple[str, str | None]]:
        """Give each model's build, and the build that it went on from."""
        rows = self.warehouse.database.rows(
            "select model, built_in, built_on from intermediate.build_states"
        )
        return {model: (built_in, built_on) for model, built_in, built_on in rows}

    def as_of_date(self) -> date:
        """Give the day that the marts look back from."""
        found = self.warehouse.database.value(
            "select as_of_date from intermediate.int_as_of_date"
        )
        assert isinstance(found, date)
        return found

    def went_on(self) -> set[str]:
        """Give the models that kept rows of the build before."""
        return {model for model, (_, built_on) in self.states().items() if built_on}

    def versions(self) -> dict[Any, Any]:
        """Give the row versions of the orders of customers who are not affected."""
        return dict(
            self.warehouse.database.rows(
                "select order_id, xmin::text from marts.orders where customer_id not in"
                " (select customer_id from intermediate.int_customers_affected)"
            )
        )


@pytest.fixture(scope="module")
def manifests() -> dict[str, Manifest]:
    """Keep the project as dbt has read it, for each target."""
    return {}


@pytest.fixture
def increments(
    warehouse: Warehouse,
    manifests: dict[str, Manifest],
    monkeypatch: pytest.MonkeyPatch,
) -> Increments:
    """Give an empty warehouse; targets prod and dev lead into it."""
    lead_to(warehouse.database, monkeypatch)
    monkeypatch.setenv("USER", "me")
    return Increments(warehouse, manifests)


# minutes on a busy machine
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_increments_equal_a_full_refresh_whatever_is_loaded(
    increments: Increments, tmp_path: Path, seed: int
) -> None:
    follow(increments, random.Random(seed), tmp_path)


def test_tables_that_somebody_moved_away_are_made_anew(
    increments: Increments, tmp_path: Path
) -> None:
    shop = ChangingShop(random.Random(1))
    shop.open(CUSTOMERS)
    increments.warehouse.load(shop.write(tmp_path / "whole", whole=True))
    assert increments.build(*as_of(None), *ENOUGH) == []
    increments.warehouse.database.rows(
        "alter schema marts rename to archive; create schema marts;"
        " create table marts.orders as select * from archive.orders limit 5"
    )
    load(increments, shop, "append", tmp_path / "added")
    increments.build_both(*as_of(None), *ENOUGH)
    assert increments.went_on() == {"int_orders_converted"}


def follow(increments: Increments, chance: random.Random, folder: Path) -> None:
    """Build a shop after each of some loads."""
    shop = ChangingShop(chance)
    shop.open(CUSTOMERS)
    increments.warehouse.load(shop.write(folder / "0", whole=True))
    # some look back from a day in the midst of what is loaded, which moves on
    lags = chance.random() < 0.5
    increments.build_both(*as_of(shop.today - timedelta(20) if lags else None), *ENOUGH)
    assert increments.went_on() == set()
    for step in range(1, STEPS + 1):
        before, day_before = increments.states(), increments.as_of_date()
        versions = dict(
            increments.warehouse.database.rows(
                "select order_id, xmin::text from marts.orders"
            )
        )
        mode = chance.choices(("append", "twice", "replace"), (7, 2, 1))[0]
        load(increments, shop, mode, folder / str(step))
        day = look_back(shop, lags=lags)
        way = chance.choices(("whole", "part", "failing"), (7, 1, 1))[0]
        if way == "part":
            parts = chance.choice(PARTS).split()
            assert increments.build("--select", *parts, *as_of(day)) == []
        elif way == "failing":
            fail(increments, chance.choice(sorted(IN_INCREMENTS)), *as_of(day))
        if way != "whole" and chance.random() < 0.5:
            # more comes before it is whole
            load(increments, shop, "append", folder / f"{step}-more")
            day = look_back(shop, lags=lags)
        increments.build_both(*as_of(day), *(ENOUGH if step < STEPS else ()))
        goes_on = mode != "replace" and increments.as_of_date() >= day_before
        if way == "whole" and goes_on:
            build = before["orders"][0]
            assert {built_on for _, built_on in increments.states().values()} == {build}
            kept = increments.versions()
            assert kept.items() <= versions.items()
        # one that was to fail may have made all tables anew, of which none refuses
        if way != "failing" and not goes_on:
            assert "orders" not in increments.went_on()


def look_back(shop: ChangingShop, *, lags: bool) -> date | None:
    """Give the day to look back from; at times it is not the usual one."""
    if shop.chance.random() < 0.1:
        return shop.some_day()
    return shop.today - timedelta(20) if lags else None


def load(increments: Increments, shop: ChangingShop, mode: str, folder: Path) -> None:
    """Let days go by and records change, and load them."""
    for number in range(2 if mode == "twice" else 1):
        shop.pass_days(shop.chance.randint(0, 9))
        shop.do("somebody spends on marketing")
        # at times there is nothing but new days, and the past stays as it was
        changes = shop.chance.choice((0, CHANGES, CHANGES))
        for kind in shop.chance.sample(sorted(KINDS), changes):
            shop.do(kind)
        if mode == "replace":
            shop.remove()
        files = shop.write(folder.with_suffix(f".{number}"), whole=mode == "replace")
        options = ("--mode", "replace" if mode == "replace" else "append")
        increments.warehouse.load(files, *options)


def as_of(day: date | None) -> tuple[str, ...]:
    """Give dbt's options to look back from a day, by default the last.

    The history of segments is short, so that its beginning moves.
    """
    chosen = f", as_of_date: {day}" if day else ""
    return ("--vars", f"{{segment_history_months: 2{chosen}}}")


def fail(increments: Increments, model: str, *options: str) -> None:
    """Build, but let one of the models in increments fail where it goes on."""
    database, table = increments.warehouse.database, f"{IN_INCREMENTS[model]}.{model}"
    database.rows(
        "create or replace function refuse() returns trigger language plpgsql as"
        " $$ begin raise 'refused'; end $$;"
        f" create trigger refusing before insert on {table}"
        " for each statement execute function refuse()"
    )
    contents = increments.warehouse.contents(table)
    if increments.build(*options):
        assert increments.warehouse.contents(table) == contents, "half a table"
    database.rows(f"drop trigger if exists refusing on {table}; drop function refuse()")
