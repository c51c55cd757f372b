"""Records without a key, and amounts in several columns: in sources other than shop."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from loader.contract import Contract, read_contracts, sources

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.loader.conftest import Files

HEADER = "order_id,customer_id,order_date,revenue\n"
TWICE = ",ann,2024-01-02,10\n,ann,2024-01-02,10\n"
TRANSACTIONS = ("--source", "transactions")
OLIST = ("--source", "olist")
TOTALS = """
    select step, reason, rows, amount
    from raw_{source}.load_totals
    where table_name = '{table}' and load_id = {load}
    order by step, reason
"""


def purchases(database: Database) -> list[tuple[object, ...]]:
    """Give the ids and revenue of the loaded purchases."""
    return database.rows(
        "select order_id, revenue::int from raw_transactions.transactions"
        " order by order_id, revenue"
    )


def write_olist(files: Files, items: str) -> None:
    """Write the smallest Olist with these lines."""
    files.write("olist_customers_dataset.csv", "customer_id,customer_unique_id\nc,p\n")
    files.write(
        "olist_orders_dataset.csv",
        "order_id,customer_id,order_status,order_purchase_timestamp\n"
        "a,c,delivered,2018-01-01 10:00:00\n",
    )
    files.write(
        "olist_order_items_dataset.csv",
        f"order_id,order_item_id,product_id,price,freight_value\n{items}",
    )


def test_records_without_a_key_all_stay_and_the_others_keep_their_rules(
    files: Files, database: Database
) -> None:
    keyed = "x,bob,2024-01-03,5\nx,bob,2024-01-03,5\nx,bob,2024-01-03,6\n"
    files.write("transactions.csv", HEADER + TWICE + keyed)
    files.write("transactions_2.csv", HEADER + TWICE + "x,bob,2024-01-03,7\n")
    checked = files.check(*TRANSACTIONS, "--max-rejects", "50%")
    loaded = files.load(*TRANSACTIONS, "--max-rejects", "50%")
    assert loaded.exit_code == 0, loaded.output
    assert purchases(database) == [("x", 7), *[(None, 10)] * 4]
    assert rejects_of_transactions(database) == [(6, "duplicate key")]
    for said in (checked.output, loaded.output):
        [counts] = [line for line in said.splitlines() if "│ transactions" in line]
        # read, loaded, rejected, duplicate, superseded of two files
        assert [cell.strip() for cell in counts.split("│")[2:-1]] == list("285111")


def rejects_of_transactions(database: Database) -> list[tuple[object, ...]]:
    """Give the lines of the rejected purchases, and why."""
    return database.rows(
        "select line_number, reason from raw_transactions.rejected_rows"
    )


def test_an_addition_without_keys_is_refused_and_says_what_to_do(
    files: Files, database: Database
) -> None:
    files.write("transactions.csv", HEADER + "x,ann,2024-01-02,10\n")
    files.load(*TRANSACTIONS)
    files.write("transactions.csv", HEADER + "x,ann,2024-01-02,11\n" + TWICE)
    result = files.load(*TRANSACTIONS, "--mode", "append")
    assert result.exit_code == 1
    assert "would get 2 records without order_id" in result.output
    assert "could count twice" in result.output
    assert "--mode replace, or give every record its order_id." in result.output
    assert purchases(database) == [("x", 10)]
    assert database.rows(
        "select status from raw_transactions.load_history order by load_id"
    ) == [("loaded",), ("refused",)]


def test_nothing_can_be_added_to_records_without_keys(
    files: Files, database: Database
) -> None:
    files.write("transactions.csv", HEADER + TWICE)
    files.load(*TRANSACTIONS)
    files.write("transactions.csv", HEADER + "x,ann,2024-01-02,10\n")
    result = files.load(*TRANSACTIONS, "--mode", "append")
    assert result.exit_code == 1
    assert "holds 2 records without order_id" in result.output
    assert purchases(database) == [(None, 10), (None, 10)]


def test_an_addition_with_keys_replaces_what_it_repeats(
    files: Files, database: Database
) -> None:
    for revenue in ("10", "11"):
        both = f"x,ann,2024-01-02,{revenue}\ny,ann,2024-01-02,10\n"
        files.write("transactions.csv", HEADER + both)
        result = files.load(*TRANSACTIONS, "--mode", "append")
        assert result.exit_code == 0, result.output
    assert purchases(database) == [("x", 11), ("y", 10)]


def test_a_replacing_load_forgets_records_without_keys(
    files: Files, database: Database
) -> None:
    files.write("transactions.csv", HEADER + TWICE + "x,ann,2024-01-02,10\n")
    files.load(*TRANSACTIONS)
    files.write("transactions.csv", HEADER + TWICE)
    assert files.load(*TRANSACTIONS).exit_code == 0
    assert purchases(database) == [(None, 10), (None, 10)]
    assert database.rows("select record_key from raw_transactions.removed_keys") == [
        (["x"],)
    ]


def test_a_table_without_any_key_keeps_every_record(
    files: Files, database: Database
) -> None:
    write_olist(files, "a,1,p,1,1\n")
    place = "geolocation_zip_code_prefix,geolocation_lat\n01037,-23.5\n01037,-23.5\n"
    files.write("olist_geolocation_dataset.csv", place)
    for _ in range(2):
        assert files.load(*OLIST, "--force").exit_code == 0
    assert database.value("select count(*) from raw_olist.geolocation") == 2
    result = files.load(*OLIST, "--mode", "append")
    assert result.exit_code == 1
    assert "holds 2 records without a key" in result.output


def test_the_sum_of_several_columns_is_reconciled_wherever_records_go(
    files: Files, database: Database
) -> None:
    lines = (
        "a,1,p,10.10,1.01\n"
        "a,2,p,20.20,2.02\n"
        "a,2,p,20.20,2.02\n"
        "a,2,p,30.30,3.03\n"
        "a,1.5,p,40.40,4.04\n"
        "a,3,p,50.50,free\n"
    )
    write_olist(files, lines)
    checked = files.check(*OLIST, "--max-rejects", "80%")
    assert checked.exit_code == 0, checked.output
    assert files.load(*OLIST, "--max-rejects", "80%").exit_code == 0
    assert database.rows(
        TOTALS.format(source="olist", table="order_items", load=1)
    ) == [
        ("duplicate", "twice in this load", 1, Decimal("22.22")),
        ("loaded", "", 2, Decimal("33.33")),
        ("read", "", 6, Decimal("133.32")),
        ("rejected", "duplicate key", 1, Decimal("33.33")),
        # what can be read of the line that is said to be free is no amount
        ("rejected", "not a number", 1, Decimal(0)),
        ("rejected", "not a whole number", 1, Decimal("44.44")),
    ]
    write_olist(files, "a,1,p,10.10,1.01\na,2,p,1,1\n")
    assert files.load(*OLIST, "--mode", "append").exit_code == 0
    assert database.rows(
        TOTALS.format(source="olist", table="order_items", load=2)
    ) == [
        ("duplicate", "loaded before", 1, Decimal("11.11")),
        ("loaded", "", 1, Decimal(2)),
        ("read", "", 2, Decimal("13.11")),
        ("superseded", "by this load", 1, Decimal("22.22")),
    ]


@pytest.mark.parametrize("source", sources())
def test_every_contract_of_every_source_can_be_read(source: str) -> None:
    contracts = read_contracts(source)
    assert any(contract.required for contract in contracts.values())
    for contract in contracts.values():
        for column in contract.columns.values():
            assert column.references is None or column.references in contracts


@pytest.mark.parametrize(
    ("amount", "means"),
    [(None, ()), ("a", ("a",)), (["a", "b"], ("a", "b"))],
)
def test_an_amount_is_none_one_or_several_columns(
    amount: object, means: tuple[str, ...]
) -> None:
    content = {"amount": amount} if amount else {}
    columns = {"a": {"type": "number"}, "b": {"type": "number"}}
    contract = Contract.model_validate(
        {"table": "t", "description": "", "files": ["t.csv"], "key": []}
        | {"columns": columns}
        | content
    )
    assert contract.amount == means


def test_an_amount_that_is_no_column_is_a_fault_of_the_contract() -> None:
    with pytest.raises(ValueError, match="names no column: b"):
        Contract.model_validate(
            {"table": "t", "description": "", "files": ["t.csv"], "key": ["a"]}
            | {"amount": ["a", "b"], "columns": {"a": {"type": "number"}}}
        )


def test_a_key_is_the_same_beside_longer_and_beside_shorter_ones(
    files: Files, database: Database
) -> None:
    files.write("customers.csv", "customer_id,signup_date\nann,2024-01-01\n")
    # more than one block: the first has short keys alone, the last one long ones too
    numbers = "".join(f"{number},ann,2024-01-02,1\n" for number in range(60_000))
    last = (
        "a key of twenty-six letters,ann,2024-01-02,1\n"
        "short,ann,2024-01-02,2\n"
        "x,a customer with many letters,2024-01-02,1\n"
    )
    files.write("orders.csv", f"{HEADER}short,ann,2024-01-02,1\n{numbers}{last}")
    result = files.load()
    assert result.exit_code == 0, result.output
    assert database.rows("select line_number, reason from raw_shop.rejected_rows") == [
        (60_004, "duplicate key")
    ]
    assert "orders: 1 record whose customer_id does not exist" in result.output


def test_check_counts_repeated_keys_as_a_load_does_and_names_their_lines(
    files: Files, database: Database
) -> None:
    chance = random.Random(5)
    files.write("customers.csv", "customer_id,signup_date\nann,2024-01-01\n")
    for name, columns in (
        ("orders_1.csv", HEADER),
        ("orders_2.csv", HEADER.replace("\n", ",status\n")),
        ("orders_3.csv", HEADER.replace("\n", ",discount_amount\n")),
    ):
        rows = [
            f"{chance.choice(['a', 'long enough for two words'])}"
            f"{chance.randrange(300)},{chance.choice(['ann', 'bob'])},"
            f"2024-01-0{chance.choice('12')}"
            f",{chance.choice(['1', '1.0', '01.00', '1.00000000000000000001'])}"
            + ",0" * columns.count("discount")
            + chance.choice([",paid", ","]) * columns.count("status")
            for _ in range(400)
        ]
        files.write(name, columns + "\n".join(rows) + "\n")
    checked = files.check("--max-rejects", "100%")
    loaded = files.load("--max-rejects", "100%")
    assert checked.exit_code == loaded.exit_code == 0
    counts = [
        [int(cell.replace(",", "")) for cell in line.split("│")[2:-1]]
        for said in (checked.output, loaded.output)
        for line in said.splitlines()
        if "│ orders" in line
    ]
    assert counts[0] == counts[1]
    # rejected, duplicate, superseded
    assert all(count > 10 for count in counts[0][-3:])
    orphans = [line for line in loaded.output.splitlines() if "not exist" in line]
    assert orphans
    assert set(orphans) <= set(checked.output.splitlines())
    [first, *_] = database.rows(
        "select file_name, line_number, raw_record from raw_shop.rejected_rows"
        " order by file_name, line_number"
    )
    said = f"    {first[0]} line {first[1]}: duplicate key: {bytes(first[2]).decode()}"
    assert said in checked.output.splitlines()
