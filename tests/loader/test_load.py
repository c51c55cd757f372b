"""Loading through the command, into a real server: what becomes of the tables."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.loader.conftest import CUSTOMERS, ORDER, ORDERS, orders, rejects

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.loader.conftest import Files


def test_a_load_fills_the_tables_and_empties_those_without_a_file(
    files: Files, database: Database
) -> None:
    files.write_shop()
    result = files.load()
    assert result.exit_code == 0, result.output
    assert (
        "No file for marketing_spend, order_items, products, refunds" in result.output
    )
    assert orders(database) == [
        ("1", Decimal("10.00")),
        ("2", Decimal("20.50")),
        ("3", Decimal(5)),
    ]
    for table in ("order_items", "products", "refunds", "web_sessions"):
        assert database.value(f"select count(*) from raw_shop.{table}") == 0
    assert database.rows("select distinct _load_id from raw_shop.customers") == [(1,)]


def test_the_same_files_twice_change_nothing_and_say_so(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.load()
    before = database.rows("select xmin::text, * from raw_shop.orders")
    history = database.rows("select * from raw_shop.load_history")
    result = files.load()
    assert result.exit_code == 0
    assert "loaded already: nothing was changed" in result.output
    assert database.rows("select xmin::text, * from raw_shop.orders") == before
    assert database.rows("select * from raw_shop.load_history") == history


@pytest.mark.parametrize("change", ["bytes", "mode", "mapping", "force"])
def test_a_load_that_differs_in_anything_is_carried_out(
    files: Files, database: Database, change: str
) -> None:
    files.write_shop()
    files.load()
    options = []
    if change == "bytes":
        files.write("orders.csv", ORDERS.replace("20.50", "20.51"))
    elif change == "mode":
        options = ["--mode", "append"]
    elif change == "mapping":
        files.write_mapping("currency: EUR\n")
    else:
        options = ["--force"]
    result = files.load(*options)
    assert "Load 2 is done" in result.output


def test_a_replacing_load_leaves_nothing_of_the_shop_before(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write(
        "refunds.csv", "refund_id,order_id,refunded_at,amount\nr1,1,2024-02-01,1\n"
    )
    files.write("orders.csv", ORDERS + "bad,ann,2024-01-01,0\n")
    files.load("--max-rejects", "50%")
    assert len(rejects(database)) == 1
    (files.folder / "refunds.csv").unlink()
    files.write("customers.csv", "customer_id,signup_date\nzoe,2024-01-01\n")
    files.write("orders.csv", ORDER + "9,zoe,2024-01-01,1\n")
    assert files.load().exit_code == 0
    assert orders(database) == [("9", Decimal(1))]
    assert database.value("select count(*) from raw_shop.refunds") == 0
    assert rejects(database) == []
    removed = database.rows(
        "select table_name, record_key from raw_shop.removed_keys"
        " where load_id = 2 order by table_name, record_key"
    )
    assert removed == [
        ("customers", ["ann"]),
        ("customers", ["bob"]),
        ("orders", ["1"]),
        ("orders", ["2"]),
        ("orders", ["3"]),
        ("refunds", ["r1"]),
    ]


def test_append_adds_new_keys_replaces_changed_ones_and_leaves_the_rest(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.load()
    more = (
        ORDER
        + "3,ann,2024-02-01,5.00\n2,bob,2024-01-04 12:30:00,21\n4,eve,2024-03-01,7\n"
    )
    path = files.write("orders_2.csv", more)
    result = files.run("load", str(path), "--mode", "append")
    assert result.exit_code == 0, result.output
    loaded = database.rows("select order_id, revenue, _load_id from raw_shop.orders")
    assert sorted(loaded) == [
        ("1", Decimal("10.00"), 1),
        ("2", Decimal(21), 2),
        ("3", Decimal(5), 1),
        ("4", Decimal(7), 2),
    ]
    assert database.value("select count(*) from raw_shop.customers") == 2
    assert database.rows("select record_key from raw_shop.removed_keys") == [(["2"],)]
    assert "1 record whose customer_id does not exist. It is kept." in result.output


def test_additions_are_analysed_once_they_are_a_tenth_of_the_table(
    files: Files, database: Database
) -> None:
    files.write_shop()
    lines = [f"{number},ann,2024-01-03,1\n" for number in range(120)]
    files.write("orders.csv", ORDER + "".join(lines[:100]))
    files.load()
    known = []
    for rows in (lines[100:106], lines[106:112], lines[112:118], lines):
        files.write("orders.csv", ORDER + "".join(rows))
        result = files.load("--mode", "append")
        assert result.exit_code == 0, result.output
        known.append(
            database.value(
                "select reltuples from pg_class where oid = 'raw_shop.orders'::regclass"
            )
        )
    # 6 are few of 100, 12 are not, 6 are few again, and so are 2 more
    assert known == [100, 112, 112, 112]


def test_append_into_nothing_needs_no_particular_table(
    files: Files, database: Database
) -> None:
    path = files.write("orders.csv", ORDERS)
    assert files.run("load", str(path), "--mode", "append").exit_code == 0
    assert len(orders(database)) == 3
    assert database.value("select count(*) from raw_shop.customers") == 0


def test_rows_now_are_what_the_loads_read_less_what_they_gave_up(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write(
        "orders.csv", ORDERS + "1,ann,2024-01-03,11\n1,ann,2024-01-03,10\nx,y,z,1\n"
    )
    files.load("--max-rejects", "50%")
    files.write("orders_2.csv", ORDER + "2,bob,2024-01-04,2\n3,ann,2024-02-01,5\n")
    files.run("load", str(files.folder / "orders_2.csv"), "--mode", "append")
    balance = """
        select
            sum(rows) filter (where step = 'read')
            - sum(rows) filter (where step in ('rejected', 'duplicate', 'superseded')),
            sum(amount) filter (where step = 'read')
            - sum(amount) filter (where step in ('rejected', 'duplicate', 'superseded'))
        from raw_shop.load_totals where table_name = 'orders'
    """
    held = "select count(*), sum(revenue) from raw_shop.orders"
    assert database.rows(balance) == database.rows(held) == [(3, Decimal("17.00"))]


def test_in_a_file_the_first_of_a_key_stays_and_another_one_is_rejected(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write(
        "orders.csv",
        ORDER
        + "1,ann,2024-01-03,10\n"
        + '2,"a\nnn",2024-01-03,10\n'
        + "1,ann,2024-01-03,10.00\n"
        + "1,ann,2024-01-03,99\n",
    )
    result = files.load("--max-rejects", "50%")
    assert result.exit_code == 0, result.output
    assert orders(database) == [("1", Decimal(10)), ("2", Decimal(10))]
    assert rejects(database) == [("orders.csv", 6, None, "duplicate key")]
    raw = database.value("select raw_record from raw_shop.rejected_rows")
    assert bytes(raw) == b"1,ann,2024-01-03,99"
    counts = "select rows_read, rows_rejected, rows_duplicate, rows_loaded"
    assert database.rows(
        f"{counts} from raw_shop.load_history where table_name = 'orders'"
    ) == [(4, 1, 1, 2)]


def test_across_files_the_later_name_wins(files: Files, database: Database) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write(
        "orders_2024-02.csv", ORDER + "1,ann,2024-01-03,12\n3,ann,2024-02-01,5\n"
    )
    files.write(
        "orders_2024-01.csv", ORDER + "1,ann,2024-01-03,10\n3,ann,2024-02-01,5\n"
    )
    assert files.load().exit_code == 0
    assert orders(database) == [("1", Decimal(12)), ("3", Decimal(5))]
    assert database.rows(
        "select file_name, rows_superseded, rows_duplicate from raw_shop.load_history"
        " where table_name = 'orders' order by file_name"
    ) == [("orders_2024-01.csv", 1, 1), ("orders_2024-02.csv", 0, 0)]


def test_too_many_rejects_refuse_the_load_after_reporting_them_all(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.load()
    files.write(
        "orders.csv", ORDER + "1,ann,2024-01-03,0\n2,ann,31/12/2024,1\n3,ann,,1\n"
    )
    result = files.load()
    assert result.exit_code == 1
    assert "orders: 3 of 3" in result.output
    assert len(orders(database)) == 3
    assert [row[1:] for row in rejects(database)] == [
        (2, "revenue", "out of range"),
        (3, "order_date", "not a date"),
        (4, "order_date", "missing value"),
    ]
    refused = database.rows(
        "select status, rows_loaded from raw_shop.load_history where load_id = 2"
    )
    assert set(refused) == {("refused", 0)}
    shown = files.run("rejects", "--load", "2", "--table", "orders")
    assert "31/12/2024" in shown.output
    assert "refused" in files.run("history").output


def test_a_missing_table_refuses_a_replacing_load(
    files: Files, database: Database
) -> None:
    files.write("orders.csv", ORDERS)
    result = files.load()
    assert result.exit_code == 1
    assert "no file for the table customers" in result.output
    assert database.value("select to_regclass('raw_shop.orders') is null")


def test_a_dry_run_says_everything_and_changes_nothing(
    files: Files, database: Database
) -> None:
    files.write_shop()
    result = files.load("--dry-run")
    assert result.exit_code == 0
    assert "A dry run" in result.output
    assert database.value("select to_regnamespace('raw_shop') is null")


def test_no_server_is_a_clear_message(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_shop()
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    result = files.load()
    assert result.exit_code == 2
    assert "No connection to PostgreSQL" in result.output
    assert "sandbox up" in result.output


def test_check_needs_no_server(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    files.write_shop()
    checked = files.check()
    assert checked.exit_code == 0
    assert "would load" in checked.output
    files.write("orders.csv", ORDERS + "4,ann,2024-01-01,-1\n")
    result = files.check("--max-rejects", "20%")
    assert result.exit_code == 1
    assert "orders.csv line 5: out of range in revenue" in result.output


def test_a_refused_load_says_that_the_good_records_are_not_loaded(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write("orders.csv", ORDERS + "4,ann,2024-01-01,-1\n")
    result = files.load("--max-rejects", "20%")
    assert result.exit_code == 1
    assert "not loaded" in result.output
    assert "would load" not in result.output


@pytest.mark.parametrize(("length", "mark"), [(80, "x"), (81, "x …")])
def test_a_long_record_that_is_shown_in_part_has_a_mark(
    files: Files, length: int, mark: str
) -> None:
    files.write_shop()
    record = f"4,ann,2024-01-01,-1,{'x' * length}"
    files.write("orders.csv", f"{ORDERS}{record}\n")
    result = files.check("--max-rejects", "50%")
    line = next(n for n in result.output.splitlines() if "line 5" in n)
    assert line.endswith(f": {record[:100]}"[:-1] + mark)


def test_rejects_can_be_written_to_a_file(files: Files, database: Database) -> None:
    files.write_shop()
    files.write("orders.csv", ORDERS.encode() + b"4,b\xff,2024-01-01,1\n")
    files.load("--max-rejects", "50%")
    target = files.folder.parent / "rejects.csv"
    assert files.run("rejects", "--out", str(target)).exit_code == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[1] == '1,orders,orders.csv,5,,not UTF-8,"4,b\\xff,2024-01-01,1"'


def test_an_addition_in_another_time_zone_or_currency_is_refused(
    files: Files, database: Database
) -> None:
    files.write_shop()
    files.write_mapping("time_zone: Europe/Paris\ncurrency: EUR\n")
    assert files.load().exit_code == 0
    files.write_mapping("currency: EUR\n")
    result = files.load("--mode", "append")
    assert result.exit_code == 2
    assert "has the time zone Europe/Paris" in result.output
    files.write_mapping("time_zone: Europe/Paris\ncurrency: USD\n")
    result = files.load("--mode", "append")
    assert "has the currency EUR" in result.output
    files.write_mapping("time_zone: Europe/Paris\n")
    assert files.load("--mode", "append").exit_code == 0
