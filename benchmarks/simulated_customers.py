"""Customers whose true parameters are known, as dbt would hand them to the forecast.

They buy as BG/NBD or MBG/NBD say and spend as Gamma-Gamma says (see
sandbox/shop/textbook.py), and visit the shop more often while they buy.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from psycopg2 import sql
from pyarrow import csv

from sandbox.shop.textbook import SPENDING, Buying, buy, spend

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 it is a class

    from forecast.purchases import Model

HOLDOUT_DAYS = 90
AS_OF_DATE = date(2025, 12, 31)
CHANNELS = ("email", "organic", "paid_search", "social")

_SCHEMA = """
create schema if not exists intermediate;
create schema if not exists forecast;
drop table if exists intermediate.int_forecast_periods;
drop table if exists intermediate.int_purchases_summarised;
drop table if exists intermediate.int_engagement_measured;
create table intermediate.int_forecast_periods (
    period text, cutoff_date date, holdout_days bigint, history_days bigint,
    source text, as_of_date date, fingerprint text
);
create table intermediate.int_purchases_summarised (
    period text, customer_id text, frequency bigint, recency_days bigint,
    age_days bigint, average_purchase_value numeric, first_purchase_value numeric,
    total_value numeric, purchases_last_period bigint, value_last_period numeric,
    holdout_purchases bigint, holdout_value numeric
);
create table intermediate.int_engagement_measured (
    period text, customer_id text, days_since_last_order bigint, orders bigint,
    average_order_value numeric, net_revenue numeric, average_gap_days numeric,
    promo_share numeric, channel text, sessions_last_30d bigint,
    sessions_prior_90d_per_30d numeric, average_session_seconds numeric,
    days_observed bigint, has_order_in_holdout boolean
);
create table if not exists forecast.customer_forecasts (
    source text, as_of_date date, fingerprint text, customer_id text,
    probability_alive float8, expected_orders_90d float8, expected_orders_365d float8,
    expected_order_value float8, expected_value_365d float8,
    probability_no_order_90d float8, reason text, forecast_segment text,
    fitted_at timestamp
);
create table if not exists forecast.accuracy (
    source text, as_of_date date, fingerprint text, model text, decile bigint,
    customers bigint, predicted_orders float8, actual_orders float8,
    predicted_value float8, actual_value float8, error float8, beats_naive boolean,
    is_published boolean, verdict text, fitted_at timestamp
);
create table if not exists forecast.parameters (
    source text, as_of_date date, fingerprint text, model text, parameter text,
    value float8, standard_error float8, unit text, fitted_at timestamp
);
"""


def simulate(
    model: Model,
    parameters: tuple[float, float, float, float],
    customers: int,
    days: int,
    chance: np.random.Generator,
) -> pd.DataFrame:
    """A row per purchase: customer (a number), age (of theirs at the end) and time.

    Time is in days since a customer's first purchase, which is one of the rows; first
    purchases are spread over all days but the last 90.

    Args:
        model: by which they leave.
        parameters: r, alpha (days), a, b.
        customers: how many.
        days: of history.
        chance: decides.
    """
    age = chance.integers(HOLDOUT_DAYS, days, customers)
    customer, time, _ = buy(
        Buying(*parameters), age, chance, leaves_at_once=model == "MBG/NBD"
    )
    return pd.DataFrame({"customer": customer, "age": age[customer], "time": time})


def fill(
    connection: Connection,
    purchases: pd.DataFrame,
    chance: np.random.Generator,
    *,
    history_days: int,
    source: str = "shop",
) -> None:
    """Put customers into schema intermediate, for three periods, and make `forecast`.

    Args:
        connection: to an empty database, or one that was filled so before.
        purchases: as `simulate` gives them.
        chance: decides what they pay, and how often they visit.
        history_days: of the shop.
        source: its name.
    """
    days = _by_day(purchases, chance)
    with connection, connection.cursor() as cursor:
        cursor.execute(_SCHEMA)
    for number, period in enumerate(("score", "test", "train")):
        cutoff = -number * HOLDOUT_DAYS
        known = _summarise(days, cutoff)
        if period == "score":
            known[["holdout_purchases", "holdout_value"]] = np.nan
        _copy(connection, "int_purchases_summarised", known, period)
        engagement = _engagement(known, chance)
        _copy(connection, "int_engagement_measured", engagement, period)
        row = pd.DataFrame(
            {
                "cutoff_date": [str(AS_OF_DATE + timedelta(days=cutoff))],
                "holdout_days": [HOLDOUT_DAYS],
                "history_days": [history_days],
                "source": [source],
                "as_of_date": [str(AS_OF_DATE)],
                "fingerprint": [f"{len(days)} days"],
            }
        )
        _copy(connection, "int_forecast_periods", row, period)
    with connection, connection.cursor() as cursor:
        cursor.execute("analyze intermediate.int_purchases_summarised")
        cursor.execute("analyze intermediate.int_engagement_measured")


def _by_day(purchases: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """A row per customer and purchase day, counted up to 0, with its value."""
    day = np.floor(purchases["time"]).astype(np.int64) - purchases["age"]
    days = pd.DataFrame({"customer": purchases["customer"], "day": day})
    days = days.drop_duplicates().sort_values(["customer", "day"], ignore_index=True)
    value = spend(SPENDING, days["customer"].to_numpy(), chance)
    days["value"] = np.maximum(value.round(2), 0.01)
    return days


def _summarise(days: pd.DataFrame, cutoff: int) -> pd.DataFrame:
    """As int_purchases_summarised."""
    known = days[days["day"] <= cutoff]
    groups = known.groupby("customer")
    first, last = groups["day"].first(), groups["day"].last()
    frequency = groups.size() - 1
    total, first_value = groups["value"].sum(), groups["value"].first()
    recent = known[known["day"] > cutoff - HOLDOUT_DAYS].groupby("customer")["value"]
    after = days[(days["day"] > cutoff) & (days["day"] <= cutoff + HOLDOUT_DAYS)]
    later = after.groupby("customer")["value"]

    def of_all(some: pd.Series) -> pd.Series:
        return some.reindex(frequency.index, fill_value=0)

    repeats = frequency.where(frequency > 0)
    return pd.DataFrame(
        {
            "customer_id": [f"c{number:07}" for number in frequency.index],
            "frequency": frequency,
            "recency_days": last - first,
            "age_days": cutoff - first,
            "average_purchase_value": ((total - first_value) / repeats).round(2),
            "first_purchase_value": first_value,
            "total_value": total.round(2),
            "purchases_last_period": of_all(recent.size()),
            "value_last_period": of_all(recent.sum().round(2)),
            "holdout_purchases": of_all(later.size()),
            "holdout_value": of_all(later.sum().round(2)),
        }
    )


def _engagement(known: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """As int_engagement_measured; who bought lately visits more."""
    orders = known["frequency"] + 1
    silent = known["age_days"] - known["recency_days"]
    visits = 3 * np.exp(-silent / 60)
    before = chance.poisson(3 * visits + 0.2)
    seconds = pd.Series(chance.gamma(4, 50, len(known)).round(2), known.index)
    return pd.DataFrame(
        {
            "customer_id": known["customer_id"],
            "days_since_last_order": silent,
            "orders": orders,
            "average_order_value": (known["total_value"] / orders).round(2),
            "net_revenue": known["total_value"],
            "average_gap_days": (
                known["recency_days"] / known["frequency"].where(orders > 1)
            ).round(2),
            "promo_share": (chance.binomial(orders, 0.2) / orders).round(6),
            "channel": chance.choice(CHANNELS, len(known)),
            "sessions_last_30d": chance.poisson(visits),
            "sessions_prior_90d_per_30d": (before / 3).round(6),
            "average_session_seconds": seconds.where(before > 0),
            "days_observed": known["age_days"],
            "has_order_in_holdout": (known["holdout_purchases"] > 0)
            .astype("boolean")
            .mask(known["holdout_purchases"].isna()),
        }
    )


def _copy(connection: Connection, table: str, rows: pd.DataFrame, period: str) -> None:
    rows = rows.assign(period=period)
    # counts with nulls would be written with a decimal point
    rows = rows.assign(
        **{
            name: rows[name].astype("Int64")
            for name in ("holdout_purchases",)
            if name in rows
        }
    )
    copy = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier("intermediate", table),
        sql.SQL(", ").join(map(sql.Identifier, rows.columns)),
    )
    with tempfile.TemporaryFile() as file, connection, connection.cursor() as cursor:
        csv.write_csv(
            pa.Table.from_pandas(rows, preserve_index=False),
            file,
            csv.WriteOptions(include_header=False),
        )
        file.seek(0)
        cursor.copy_expert(copy, file)
