"""Survival to the second order is what lifelines makes of the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from tests.project.conftest import (
    MODELS_ONLY,
    PROJECT,
    SHARED,
    Warehouse,
    append_records,
    generate,
)

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

# the mart is rounded to six decimals
PRECISION = 1e-6
EVERYONE = "all"


def hard_shop(folder: Path) -> Path:
    """Write a synthetic shop with the cases that are hard about survival."""
    files = generate(folder, "--customers", "700", "--months", "18")
    # all of a channel's customers return, and another's came on the last day
    orders = {
        "early": ["2025-01-01", "2025-01-08"],
        "also early": ["2025-01-02", "2025-01-02", "2025-01-09"],
        "late": ["2025-01-03", "2025-03-03"],
        "new": ["2025-12-31", "2025-12-31"],
    }
    append_records(
        files / "customers.csv",
        *(
            {
                "customer_id": customer,
                "signup_date": "2025-01-01",
                "channel": "newspaper" if customer == "new" else "radio",
            }
            for customer in orders
        ),
    )
    append_records(
        files / "orders.csv",
        *(
            {
                "order_id": f"{customer} {number}",
                "customer_id": customer,
                "order_date": day,
                "revenue": "10",
            }
            for customer, days in orders.items()
            for number, day in enumerate(days)
        ),
    )
    return files


@pytest.fixture(
    params=[
        "synthetic",
        pytest.param(
            "wellness",
            marks=pytest.mark.skipif(
                not SHARED.is_dir(), reason="the published case is not here"
            ),
        ),
    ]
)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give a folder with the files of a shop."""
    if request.param == "wellness":
        return SHARED / "wellness"
    return hard_shop(tmp_path / "shop")


def test_survival_is_that_of_lifelines_for_every_channel_and_day(
    warehouse: Warehouse, shop: Path
) -> None:
    warehouse.load(shop)
    warehouse.build("--select", "+second_order_survival", *MODELS_ONLY)
    found: dict[str, dict[int, tuple[int, int, Decimal, Decimal]]] = {}
    for channel, day, *numbers in warehouse.database.rows(
        "select channel, days_since_first_order, at_risk, second_orders, survival,"
        " repeat_probability from marts.second_order_survival"
    ):
        found.setdefault(channel, {})[day] = tuple(numbers)

    buyers = read_buyers(shop)
    channels = dict(list(buyers.groupby("channel")))
    assert len(channels) > 4
    assert set(found) == {*channels, EVERYONE}
    for channel, days in found.items():
        group = channels.get(channel, buyers)
        fitted = KaplanMeierFitter().fit(group["days"], group["returned"])
        # lifelines begins with a day 0 on which nobody leaves
        steps = fitted.event_table[fitted.event_table["removed"] > 0]
        curve = fitted.survival_function_["KM_estimate"]
        assert {day: row[:2] for day, row in days.items()} == {
            day: (step["at_risk"], step["observed"]) for day, step in steps.iterrows()
        }, channel
        for day, (*_, survival, repeat_probability) in days.items():
            wanted = pytest.approx(curve[day], abs=PRECISION)
            assert float(survival) == wanted, (channel, day)
            assert float(1 - repeat_probability) == wanted, (channel, day)


def test_the_synthetic_shop_holds_what_is_hard_about_survival(tmp_path: Path) -> None:
    buyers = read_buyers(hard_shop(tmp_path / "shop"))
    days = dict(list(buyers.groupby(["channel", "returned"])["days"]))
    assert sorted(days["radio", True]) == [7, 7, 59], "nobody survives"
    assert ("radio", False) not in days
    assert list(days["newspaper", False]) == [0], "nobody had time to return"
    # some return on just the day on which others are last seen
    assert set(days["organic", True]) & set(days["organic", False])


def read_buyers(folder: Path) -> pd.DataFrame:
    """Tell from a shop's files alone who returned, and who was watched how long.

    Returns:
        A row per person with a counted order: `channel`, whether they `returned` on a
        later day, and the `days` from the first order to that day, or else to the last
        order of the shop.
    """
    statuses = pd.read_csv(PROJECT / "seeds" / "order_statuses.csv", dtype=str)
    counted = statuses.loc[statuses["is_counted"] == "true", "status"]
    orders = pd.read_csv(folder / "orders.csv", dtype=str)
    if "status" in orders:
        status = orders["status"].str.lower()
        orders = orders[status.isna() | status.isin(counted)]

    accounts = pd.read_csv(folder / "customers.csv", dtype=str)
    accounts["person"] = accounts["customer_id"]
    if "person_id" in accounts:
        accounts["person"] = accounts["person_id"].fillna(accounts["customer_id"])
    earliest = accounts.sort_values(["signup_date", "customer_id"])
    channels = earliest.drop_duplicates("person").set_index("person")["channel"]

    orders = orders.merge(accounts[["customer_id", "person"]], how="left")
    persons = orders["person"].fillna(orders["customer_id"])
    days = pd.to_datetime(orders["order_date"].str[:10])
    first = days.groupby(persons).min()
    is_later = days > persons.map(first)
    second = days[is_later].groupby(persons[is_later]).min().reindex(first.index)
    return pd.DataFrame(
        {
            "channel": channels.reindex(first.index).fillna("unknown"),
            "returned": second.notna(),
            "days": (second.fillna(days.max()) - first).dt.days,
        }
    )
