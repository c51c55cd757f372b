"""The same marts, in whatever order rows come: from files, by plans, by collations."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.conftest import new_database
from tests.project.conftest import MODELS_ONLY, append_records, generate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.server import Server
    from tests.project.conftest import Warehouse

NOON = "2025-06-01 12:00:00"
# bytes and languages sort them differently
LETTERS = "qWeRtYu_oPaS"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a synthetic shop with many records that only their ids tell apart."""
    files = tmp_path_factory.mktemp("files") / "shop"
    generate(files, "--customers", "300", "--months", "12")
    add_ties(files)
    return files


@pytest.fixture(scope="module")
def usual(
    server: Server, new_warehouse: Callable[..., Warehouse], shop: Path
) -> Warehouse:
    """Give a copy of the warehouse of the shop as it is."""
    warehouse = new_warehouse(server)
    build(warehouse, shop)
    built = warehouse.database.environment["PGDATABASE"]
    return replace(warehouse, database=new_database(server, "usual", template=built))


def build(warehouse: Warehouse, files: Path) -> None:
    """Load files and build all marts, without testing them."""
    warehouse.load(files)
    # of records with one key it would matter which is the first
    left_out = "select sum(rows_read - rows_loaded) from raw_shop.load_history"
    assert warehouse.database.value(left_out) == 0
    warehouse.build(*MODELS_ONLY)
    # the one thing that may differ
    warehouse.database.rows("alter table marts.source_profile drop column loaded_at")


def compare(one: Warehouse, other: Warehouse) -> None:
    """See that all marts of two warehouses are the same, row by row."""
    assert one.database != other.database
    marts = one.table_names("marts")
    assert len(marts) > 20
    for mart in marts:
        assert one.contents(mart) == other.contents(mart), mart


def test_swapping_the_row_order_of_every_input_file_changes_no_mart(
    usual: Warehouse, warehouse: Warehouse, shop: Path, tmp_path: Path
) -> None:
    # what is grouped and joined by sorting comes in another order than by hashing, so
    # that models in the midst of the way, too, find their rows in another order
    name = warehouse.database.environment["PGDATABASE"]
    for method in ("enable_hashagg", "enable_hashjoin"):
        warehouse.database.rows(f"alter database {name} set {method} = off")
    build(warehouse, shuffled(shop, tmp_path / "shuffled"))
    compare(usual, warehouse)


def test_another_server_with_another_collation_gives_the_same_marts(
    usual: Warehouse,
    old_server: Server,
    new_warehouse: Callable[..., Warehouse],
    shop: Path,
) -> None:
    options = {"locale_provider": "icu", "icu_locale": "en-US", "template": "template0"}
    other = new_warehouse(old_server, **options)
    assert other.database.value("select 'a' < 'B'"), "it sorts by bytes as well"
    build(other, shop)
    assert usual.database.rows(
        "select order_id, customer_id from marts.orders"
        " where order_id like 'order %' order by order_number"
    ) == [(f"order {letter}", "account P") for letter in sorted(LETTERS)]
    compare(usual, other)


def add_ties(shop: Path) -> None:
    """Add to a shop's files records that only their ids tell apart.

    A person with twelve accounts of the same second in twelve channels, each with an
    order of the same second, and twelve customers who are alike in everything; an order
    of many lines at one price, with many refunds and visits at once.
    """
    append_records(
        shop / "customers.csv",
        *(
            {
                "customer_id": f"account {letter}",
                "signup_date": NOON,
                "person_id": "one",
                "channel": f"channel {letter}",
                "region": f"region {letter}",
            }
            for letter in LETTERS
        ),
        *(
            {"customer_id": f"twin {letter}", "signup_date": NOON, "channel": "email"}
            for letter in LETTERS
        ),
    )
    append_records(
        shop / "orders.csv",
        *(
            {
                "order_id": f"order {letter}",
                "customer_id": f"account {letter}",
                "order_date": NOON,
                "revenue": str(100 + number),
                "promo_used": f"code {letter}",
                "discount_amount": str(number),
            }
            for number, letter in enumerate(LETTERS)
        ),
        *(
            {
                "order_id": f"twin {letter}",
                "customer_id": f"twin {letter}",
                "order_date": NOON,
                "revenue": "50",
            }
            for letter in LETTERS
        ),
    )
    append_records(
        shop / "order_items.csv",
        *(
            {
                "order_id": "order q",
                "line_number": str(number + 1),
                "product_id": f"A{number + 1:08}",
                "quantity": "1",
                "unit_price": "9.99",
            }
            for number in range(len(LETTERS))
        ),
    )
    append_records(
        shop / "refunds.csv",
        *(
            {
                "refund_id": f"refund {letter}",
                "order_id": "order q",
                "refunded_at": NOON,
                "amount": f"0.0{number % 9 + 1}5",
            }
            for number, letter in enumerate(LETTERS)
        ),
    )
    append_records(
        shop / "web_sessions.csv",
        *(
            {
                "session_id": f"visit {letter}",
                "customer_id": f"account {letter}",
                "session_date": NOON,
                "source": f"source {letter}",
                "page_views": str(number),
                "converted": str(number % 2 == 0),
            }
            for number, letter in enumerate(LETTERS)
        ),
    )


def shuffled(shop: Path, folder: Path) -> Path:
    """Write the records of each of a shop's files in another order."""
    chance = random.Random(1)
    folder.mkdir()
    for path in sorted(shop.glob("*.csv")):
        header, *lines = path.read_bytes().splitlines(keepends=True)
        others = chance.sample(lines, len(lines))
        assert others != lines
        (folder / path.name).write_bytes(b"".join([header, *others]))
    return folder
