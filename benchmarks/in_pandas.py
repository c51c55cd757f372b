"""The shop's main questions, answered in plain pandas: what one would write instead.

    .venv/bin/python -m benchmarks.in_pandas FOLDER

Reads the CSV files of a shop that the sandbox generated, and makes a customer table
with RFM scores, cohorts, repeat purchase rates and a table of channels, by the
definitions of the marts. Nothing is checked, tested or kept, and a file with a bad
record stops it. It prints what it found, to be compared with the marts: orders, net
revenue, customers with an order, and how many of them came back within 90 days. Money
is floating, so that the net revenue is off by some cents.
"""

import sys
from pathlib import Path

import pandas as pd

SEEDS = Path(__file__).parent.parent / "seeds"
SCORES = {"recency": "last_date", "frequency": "orders", "monetary": "net_revenue"}
WINDOWS = (30, 60, 90, 180, 365)


def answer(folder: Path) -> dict[str, float]:
    """Make all tables; give the numbers that tell whether they are right."""
    orders = _orders(folder)
    customers = _customers(orders)
    cohorts = _cohorts(orders)
    rates = _repeat_rates(customers, orders["day"].max())
    channels = _channels(folder, orders)
    return {
        "orders": len(orders),
        "net_revenue": round(sum(orders["net_revenue"].tolist()), 2),
        "buyers": len(customers),
        "returned_90d": int(rates["returned"].to_dict()[90]),
        "cells": cohorts.size + channels.size,
    }


def _orders(folder: Path) -> pd.DataFrame:
    """Orders that count, in one currency, without what was paid back, of persons."""
    columns = ["order_id", "customer_id", "order_date", "revenue", "status"]
    orders = pd.read_csv(
        folder / "orders.csv",
        usecols=[*columns, "exchange_rate"],
        parse_dates=["order_date"],
    )
    statuses = pd.read_csv(SEEDS / "order_statuses.csv")
    counted = statuses[(statuses["source"] == "shop") & statuses["is_counted"]]
    counts = orders["status"].isna() | orders["status"].str.lower().isin(
        counted["status"]
    )
    orders = orders[counts].copy()
    rate = orders["exchange_rate"].fillna(1)
    refunds = pd.read_csv(folder / "refunds.csv", parse_dates=["refunded_at"])
    orders["day"] = orders["order_date"].dt.normalize()
    known = refunds[refunds["refunded_at"].dt.normalize() <= orders["day"].max()]
    refunded = orders["order_id"].map(known.groupby("order_id")["amount"].sum())
    orders["revenue"] = (orders["revenue"] * rate).round(2)
    orders["net_revenue"] = orders["revenue"] - (refunded.fillna(0) * rate).round(2)
    accounts = pd.read_csv(
        folder / "customers.csv", usecols=["customer_id", "person_id"]
    )
    persons = accounts.set_index("customer_id")["person_id"]
    person = orders["customer_id"].map(persons)
    orders["customer_id"] = person.fillna(orders["customer_id"])
    orders = orders.sort_values(["customer_id", "order_date", "order_id"])
    orders["order_number"] = orders.groupby("customer_id").cumcount() + 1
    return orders


def _customers(orders: pd.DataFrame) -> pd.DataFrame:
    """One row per customer with an order, with scores from 1 to 5."""
    grouped = orders.groupby("customer_id")
    customers = grouped.agg(
        orders=("order_id", "size"),
        revenue=("revenue", "sum"),
        net_revenue=("net_revenue", "sum"),
        first_date=("day", "min"),
        last_date=("day", "max"),
    )
    later = orders["day"] > orders["customer_id"].map(customers["first_date"])
    customers["second_date"] = orders[later].groupby("customer_id")["day"].min()
    for score, column in SCORES.items():
        rank = (customers[column].rank(method="min") - 1) / max(len(customers) - 1, 1)
        customers[f"{score}_score"] = (1 + (5 * rank) // 1).clip(upper=5)
    return customers


def _cohorts(orders: pd.DataFrame) -> pd.DataFrame:
    """Customers of a cohort who ordered, by months since their first order."""
    month = orders["day"].dt.year * 12 + orders["day"].dt.month
    cohort = month.groupby(orders["customer_id"]).transform("min")
    keys = [cohort.rename("cohort"), (month - cohort).rename("age")]
    return orders.pivot_table(
        values="customer_id", index=keys[0], columns=keys[1], aggfunc="nunique"
    )


def _repeat_rates(customers: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Customers who came back within so many days, of those observed as long."""
    gap = (customers["second_date"] - customers["first_date"]).dt.days
    observed = (as_of - customers["first_date"]).dt.days
    rows = {
        days: {
            "mature": int((observed >= days).sum()),
            "returned": int(((observed >= days) & (gap <= days)).sum()),
        }
        for days in WINDOWS
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _channels(folder: Path, orders: pd.DataFrame) -> pd.DataFrame:
    """Orders, revenue and average order value per channel and month."""
    columns = ["customer_id", "person_id", "signup_date", "channel"]
    accounts = pd.read_csv(folder / "customers.csv", usecols=columns)
    accounts["customer_id"] = accounts["person_id"].fillna(accounts["customer_id"])
    accounts = accounts.sort_values("signup_date").drop_duplicates("customer_id")
    channel = orders["customer_id"].map(accounts.set_index("customer_id")["channel"])
    month = orders["day"].dt.to_period("M")
    keys = [channel.fillna("unknown").rename("channel"), month.rename("month")]
    table = orders.groupby(keys).agg(
        orders=("order_id", "size"), revenue=("revenue", "sum")
    )
    table["average_order_value"] = table["revenue"] / table["orders"]
    return table


if __name__ == "__main__":
    sys.stdout.write(f"{answer(Path(sys.argv[1]))}\n")
