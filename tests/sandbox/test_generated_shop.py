"""The generated shop: whole, consistent, and like a shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pytest
import yaml

if TYPE_CHECKING:
    from tests.sandbox.conftest import Run

CONTRACTS = Path(__file__).parents[2] / "loader" / "sources" / "shop"
END = pd.Timestamp("2026-01-01")
UNCOUNTED = ["cancelled", "pending"]
TIMES = ("signup_date", "order_date", "refunded_at", "session_date", "spend_date")
Shop = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def shop(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Generate the default shop and read it, ids and codes as text."""
    out = tmp_path_factory.mktemp("shop")
    made = run("generate", "--out", out)
    assert made.returncode == 0, made.stderr
    tables = {path.stem: pd.read_csv(path) for path in out.glob("*.csv")}
    for table in tables.values():
        for column in set(TIMES) & set(table.columns):
            table[column] = pd.to_datetime(table[column])
    return tables


@pytest.fixture(scope="module")
def counted(shop: Shop) -> pd.DataFrame:
    """Give the orders that count, with their customer's attributes."""
    orders = shop["orders"]
    orders = orders[~orders["status"].isin(UNCOUNTED)]
    joined = orders.merge(shop["customers"], on="customer_id", how="left")
    joined["person"] = joined["person_id"].fillna(joined["customer_id"])
    joined["dollars"] = joined["revenue"] * joined["exchange_rate"]
    return joined


def cents(amounts: pd.Series) -> pd.Series:
    """Turn amounts into whole cents."""
    return (amounts * 100).round().astype("int64")


def share(flags: pd.Series) -> float:
    """Return the share of true values."""
    return float(flags.mean())


def test_every_table_has_exactly_the_contract_s_columns(shop: Shop) -> None:
    contracts = {path.stem: path for path in CONTRACTS.glob("*.yml")}
    assert set(shop) == set(contracts)
    for name, path in contracts.items():
        contract = yaml.safe_load(path.read_text())
        assert list(shop[name].columns) == list(contract["columns"])


def test_keys_are_unique_and_required_values_there(shop: Shop) -> None:
    for path in CONTRACTS.glob("*.yml"):
        contract = yaml.safe_load(path.read_text())
        table = shop[path.stem]
        assert not table.duplicated(contract["key"]).any()
        for column, rules in contract["columns"].items():
            if rules.get("required"):
                assert table[column].notna().all(), (path.stem, column)


def test_references_lead_somewhere_except_guests(shop: Shop) -> None:
    orders, customers = shop["orders"], shop["customers"]
    for table, column in (("order_items", "order_id"), ("refunds", "order_id")):
        assert shop[table][column].isin(orders["order_id"]).all()
    assert shop["order_items"]["product_id"].isin(shop["products"]["product_id"]).all()
    visitors = shop["web_sessions"]["customer_id"].dropna()
    assert visitors.isin(customers["customer_id"]).all()
    is_guest = ~orders["customer_id"].isin(customers["customer_id"])
    assert 0.002 < share(is_guest) < 0.05
    assert orders.loc[is_guest, "customer_id"].str.startswith("G").all()


def test_lines_less_discount_add_up_to_revenue(shop: Shop) -> None:
    items, orders = shop["order_items"], shop["orders"].set_index("order_id")
    lines = items["quantity"] * cents(items["unit_price"])
    goods = lines.groupby(items["order_id"]).sum()
    paid = cents(orders["revenue"]) + cents(orders["discount_amount"])
    assert goods.eq(paid).all()
    assert orders["revenue"].gt(0).all()


def test_discounts_come_with_codes(shop: Shop) -> None:
    orders = shop["orders"]
    is_discounted = orders["discount_amount"] > 0
    assert orders.loc[is_discounted, "promo_used"].notna().all()
    assert 0.15 < share(orders["promo_used"].notna()) < 0.45


def test_the_welcome_code_is_for_first_orders(shop: Shop) -> None:
    orders = shop["orders"]
    welcomed = orders[orders["promo_used"] == "WELCOME10"]
    firsts = orders.drop_duplicates("customer_id")["order_id"]
    assert len(welcomed) > 100
    assert welcomed["order_id"].isin(firsts).all()


def test_order_ids_increase_with_time(shop: Shop) -> None:
    orders = shop["orders"]
    assert orders["order_id"].is_monotonic_increasing
    assert orders["order_date"].is_monotonic_increasing


def test_time_runs_forward(shop: Shop) -> None:
    customers, orders = shop["customers"], shop["orders"]
    signup = customers.set_index("customer_id")["signup_date"]
    ordered = orders.set_index("order_id")["order_date"]
    known = orders[orders["customer_id"].isin(signup.index)]
    assert (known["order_date"] > known["customer_id"].map(signup)).all()
    refunds = shop["refunds"]
    assert (refunds["refunded_at"] > refunds["order_id"].map(ordered)).all()
    visits = shop["web_sessions"].dropna(subset="customer_id")
    assert (visits["session_date"] >= visits["customer_id"].map(signup)).all()


def test_history_spans_the_months_up_to_the_end_of_2025(shop: Shop) -> None:
    for table in shop.values():
        for column in set(TIMES) & set(table.columns):
            assert table[column].min() >= pd.Timestamp("2024-01-01")
            assert table[column].max() < END
    assert shop["orders"]["order_date"].max() > END - pd.Timedelta(days=1)


def test_is_first_order_marks_each_person_s_first_counted_order(
    shop: Shop, counted: pd.DataFrame
) -> None:
    by_time = counted.sort_values(["order_date", "order_id"])
    expected = by_time.drop_duplicates("person")["order_id"]
    orders = shop["orders"]
    assert set(orders.loc[orders["is_first_order"], "order_id"]) == set(expected)


def test_few_persons_have_two_accounts(shop: Shop) -> None:
    customers = shop["customers"]
    second = customers.dropna(subset="person_id").duplicated("person_id")
    assert 0.005 < share(second) < 0.03
    emails = customers.groupby("person_id")["email"].nunique()
    assert emails.max() == 1


def test_addresses_are_in_reserved_domains(shop: Shop) -> None:
    domains = shop["customers"]["email"].dropna().str.split("@").str[1]
    assert set(domains) <= {"example.com", "example.net", "example.org"}


def test_some_attributes_are_missing(shop: Shop) -> None:
    for column in ("channel", "email", "birth_date", "accepts_marketing"):
        assert 0 < share(shop["customers"][column].isna()) < 0.4
    assert 0 < share(shop["orders"]["status"].isna()) < 0.01


def test_customers_are_of_many_kinds(shop: Shop, counted: pd.DataFrame) -> None:
    orders = counted.groupby("person").size()
    never = ~shop["customers"]["customer_id"].isin(shop["orders"]["customer_id"])
    assert 0.10 < share(never) < 0.30
    assert 0.25 < share(orders == 1) < 0.55
    assert 0.05 < share(orders >= 10) < 0.25
    last = counted.groupby("person")["order_date"].max()
    assert 0.3 < share(last < END - pd.DateOffset(months=6)) < 0.6


def test_a_customer_orders_about_four_times(shop: Shop) -> None:
    assert 3.4 < len(shop["orders"]) / len(shop["customers"]) < 4.4
    assert 1.7 < len(shop["web_sessions"]) / len(shop["orders"]) < 2.4


def test_channels_differ_in_value_and_loyalty(counted: pd.DataFrame) -> None:
    value = counted.groupby("channel")["dollars"].mean()
    loyalty = (
        counted.groupby("channel").size()
        / counted.groupby("channel")["person"].nunique()
    )
    assert value["referral"] > 1.2 * value["social"]
    assert loyalty["referral"] > 1.15 * loyalty["social"]


def test_the_shop_grows_and_peaks_before_christmas(counted: pd.DataFrame) -> None:
    days = counted["order_date"].dt
    years = counted.groupby(days.year)["dollars"].sum()
    assert years[2025] > 1.5 * years[2024]
    months = counted.groupby(days.strftime("%Y-%m"))["dollars"].sum()
    assert months.idxmax() in {"2025-11", "2025-12"}


def test_some_days_have_no_orders(shop: Shop) -> None:
    days = set(shop["orders"]["order_date"].dt.date)
    assert pd.Timestamp("2025-02-11").date() not in days
    assert 700 < len(days) < 731


def test_campaigns_pull_demand_forward(shop: Shop) -> None:
    daily = shop["orders"].set_index("order_date").resample("D").size()
    sale = daily.truncate("2025-11-22", "2025-11-30").mean()
    assert sale > 1.4 * daily.truncate("2025-11-01", "2025-11-21").mean()
    assert sale > 1.4 * daily.truncate("2025-12-01", "2025-12-12").mean()


def test_few_orders_do_not_count_and_the_latest_are_on_their_way(shop: Shop) -> None:
    orders = shop["orders"]
    assert set(orders["status"].dropna()) == {
        "completed",
        "shipped",
        "pending",
        "cancelled",
        "returned",
    }
    assert 0.02 < share(orders["status"].isin(UNCOUNTED)) < 0.08
    old = orders[orders["order_date"] < END - pd.Timedelta(days=10)]
    assert "shipped" not in set(old["status"])


def test_euro_orders_have_a_rate_and_dollar_orders_have_one(shop: Shop) -> None:
    orders = shop["orders"]
    euro = orders["currency"] == "EUR"
    assert 0.03 < share(euro) < 0.2
    assert orders.loc[~euro, "exchange_rate"].eq(1).all()
    assert orders.loc[euro, "exchange_rate"].between(1.02, 1.15).all()


def test_refunds_are_partial_full_late_and_sometimes_more(shop: Shop) -> None:
    refunds = shop["refunds"].merge(shop["orders"], on="order_id")
    part = refunds["amount"] / refunds["revenue"]
    assert 0.2 < share(part < 1) < 0.8
    assert 0.2 < share(part == 1) < 0.8
    assert 0 < share(part > 1) < 0.1
    late = refunds["refunded_at"] - refunds["order_date"] > pd.Timedelta(days=60)
    assert 0.005 < share(late) < 0.1
    assert 0.03 < len(refunds) / len(shop["orders"]) < 0.12


def test_known_products_go_together(shop: Shop) -> None:
    items = shop["order_items"].merge(shop["products"], on="product_id")
    baskets = items.groupby("product_name")["order_id"].agg(set)
    orders = len(shop["orders"])
    for left, right in (
        ("Espresso Cup", "Saucer"),
        ("Pour-over Dripper", "Paper Filters, size 4"),
        ("Earl Grey, 100 g", "Butter Shortbread"),
    ):
        together = len(baskets[left] & baskets[right])
        lift = together * orders / len(baskets[left]) / len(baskets[right])
        assert lift > 2, (left, right, lift)


def test_converted_sessions_match_orders(shop: Shop) -> None:
    visits, orders = shop["web_sessions"], shop["orders"]
    bought = visits[visits["converted"]]
    assert 0.8 < len(bought) / len(orders) < 0.9
    known = bought.dropna(subset="customer_id")
    days = set(zip(orders["customer_id"], orders["order_date"].dt.date, strict=True))
    sessions = zip(known["customer_id"], known["session_date"].dt.date, strict=True)
    assert set(sessions) <= days
    assert 0.1 < share(visits["customer_id"].isna()) < 0.3


def test_engagement_predicts_who_returns(shop: Shop, counted: pd.DataFrame) -> None:
    cut = pd.Timestamp("2025-10-01")
    before = counted[counted["order_date"] < cut]
    returned = set(counted.loc[counted["order_date"] >= cut, "customer_id"])
    visits = shop["web_sessions"]
    month = visits["session_date"].between(cut - pd.Timedelta(days=30), cut)
    visitors = set(visits.loc[month, "customer_id"].dropna())
    buyers = pd.Series(before["customer_id"].unique())
    back = buyers.isin(returned)
    seen = buyers.isin(visitors)
    assert share(back[seen]) > 2 * share(back[~seen])


def test_spend_buys_customers_at_a_plausible_price(
    shop: Shop, counted: pd.DataFrame
) -> None:
    spend = shop["marketing_spend"].groupby("channel")["spend"].sum()
    firsts = counted[counted["is_first_order"]].groupby("channel").size()
    cost = (spend / firsts).dropna()
    assert cost.between(2, 60).all()
    assert cost["paid_search"] > cost["email"]


def test_amounts_have_cents(shop: Shop) -> None:
    for column in ("revenue", "discount_amount", "shipping_amount", "tax_amount"):
        amounts = cast("pd.Series[float]", shop["orders"][column])
        assert np.allclose(amounts * 100, (amounts * 100).round())
