"""The command forecast, on a server, with customers as dbt would hand them over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psycopg2
import pytest
from typer.testing import CliRunner

from benchmarks.simulated_customers import fill, simulate
from forecast.cli import app
from forecast.database import open_warehouse
from tests.conftest import Database, new_database

if TYPE_CHECKING:
    from sandbox.server import Server

FORECAST = Path(sys.executable).parent / "forecast"
TRUTH = (0.6, 60.0, 0.9, 2.5)
CUSTOMERS = 4_000
HISTORY_DAYS = 900
EVERY = "select * from forecast.customer_forecasts order by source, customer_id"


@dataclass(frozen=True)
class Shop:
    """A database with simulated customers."""

    database: Database

    def fill(self, customers: int, seed: int = 3, source: str = "shop") -> None:
        """Put customers there instead of those that are there."""
        chance = np.random.default_rng(seed)
        purchases = simulate("MBG/NBD", TRUTH, customers, HISTORY_DAYS, chance)
        with closing(self.database.connect()) as connection:
            fill(
                connection,
                purchases,
                chance,
                history_days=HISTORY_DAYS,
                source=source,
            )

    def forecast(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """Run a command, which ends with a code; give all that it said."""
        environment = {**self.database.environment, **variables}
        ended = CliRunner().invoke(app, arguments, env=environment)
        assert ended.exit_code == code, ended.output
        return ended.output


@pytest.fixture
def shop(server: Server) -> Shop:
    """Give a database without anything."""
    return Shop(new_database(server))


@pytest.fixture(scope="module")
def fitted(server: Server) -> Shop:
    """Give a shop that was fitted; tests leave it as it is."""
    shop = Shop(new_database(server))
    shop.fill(CUSTOMERS)
    shop.forecast("fit")
    return shop


def test_every_customer_has_one_forecast_of_this_build(fitted: Shop) -> None:
    assert fitted.database.rows(
        "select count(*), count(distinct customer_id), count(probability_alive),"
        " count(expected_value_365d), count(probability_no_order_90d), count(reason),"
        " count(forecast_segment), count(fitted_at)"
        " from forecast.customer_forecasts"
        " inner join intermediate.int_forecast_periods"
        " using (source, as_of_date, fingerprint)"
        " where period = 'score'"
    ) == [(CUSTOMERS,) * 8]
    assert fitted.database.value(
        "select bool_and(probability_alive between 0 and 1"
        " and probability_no_order_90d between 0 and 1"
        " and 0 <= expected_orders_90d and expected_orders_90d <= expected_orders_365d"
        " and abs(expected_value_365d - expected_orders_365d * expected_order_value)"
        " < 0.001)"
        " from forecast.customer_forecasts"
    )


def test_the_shops_true_parameters_are_found_within_their_errors(fitted: Shop) -> None:
    found = {
        parameter: (value, error)
        for parameter, value, error in fitted.database.rows(
            "select parameter, value, standard_error from forecast.parameters"
            " where model = 'MBG/NBD' and unit in ('', 'days')"
            " and standard_error is not null"
        )
    }
    for name, truth in zip(("r", "alpha", "a", "b"), TRUTH, strict=True):
        value, error = found[name]
        assert abs(value - truth) < 3 * error, (name, value, truth, error)


def test_models_that_beat_the_naive_ways_are_published(fitted: Shop) -> None:
    assert fitted.database.rows(
        "select model, customers, beats_naive, is_published from forecast.accuracy"
        ' where decile = 0 order by model collate "C"'
    ) == [
        ("churn", held_out(fitted), True, True),
        ("churn by base rate", held_out(fitted), False, False),
        ("churn by recency alone", held_out(fitted), False, False),
        ("naive last period", held_out(fitted), False, False),
        ("naive rate", held_out(fitted), False, False),
        ("purchases", held_out(fitted), True, True),
    ]


def test_deciles_begin_with_the_highest_predictions(fitted: Shop) -> None:
    for model in ("churn", "purchases"):
        means = fitted.database.rows(
            "select predicted_orders / customers from forecast.accuracy"
            " where model = %s and decile > 0 order by decile",
            (model,),
        )
        assert len(means) == 10
        assert means == sorted(means, reverse=True)


def test_the_report_tells_parameters_units_errors_and_verdicts(fitted: Shop) -> None:
    said = subprocess.run(
        [FORECAST, "report"],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **fitted.database.environment},
    ).stdout
    for words in (
        "MBG/NBD",
        "BG/NBD",
        "weeks",
        "days",
        "log-likelihood",
        "Gamma-Gamma",
        "naive last period",
        "held-out AUC",
        "held-out Brier score",
        "Calibration of churn",
        "purchases: Better than both naive ways",
    ):
        assert words in said, words
    assert "The data have changed" not in said
    verdicts = fitted.database.rows(
        "select model, verdict from forecast.accuracy"
        " where model in ('churn', 'purchases') and decile = 0"
    )
    for model, verdict in verdicts:
        assert f"\n{model}: {verdict}\n" in said
    assert f"│ purchases              │     {CUSTOMERS:,} │" in said
    # both models list their parameters in the same order
    alphas = re.findall(r"(M?BG/NBD) +│ alpha .* (days|weeks) ", said)
    assert alphas == [
        (model, unit) for model in ("BG/NBD", "MBG/NBD") for unit in ("days", "weeks")
    ]


def test_scoring_the_same_data_changes_nothing_but_who_is_asked(shop: Shop) -> None:
    shop.fill(CUSTOMERS)
    shop.forecast("fit")
    numbers = (
        "select customer_id, probability_alive, expected_orders_90d,"
        " expected_value_365d, probability_no_order_90d, forecast_segment"
        " from forecast.customer_forecasts order by customer_id"
    )
    accuracy = (
        "select * from forecast.accuracy where model = 'purchases' order by decile"
    )
    before = shop.database.rows(numbers), shop.database.rows(accuracy)
    shop.forecast("score")
    assert (shop.database.rows(numbers), shop.database.rows(accuracy)) == before

    shop.fill(CUSTOMERS + 50, seed=2)
    assert "The data have changed since" in shop.forecast("report")
    parameters = (
        "select model, parameter, value from forecast.parameters"
        " where model like '%%NBD' order by 1, 2, 3"
    )
    fitted_before = shop.database.rows(parameters)
    shop.forecast("score")
    assert shop.database.rows(parameters) == fitted_before
    for table in ("customer_forecasts", "accuracy", "parameters"):
        assert shop.database.value(
            f"select bool_and(fingerprint = (select max(fingerprint)"
            f" from intermediate.int_forecast_periods)) from forecast.{table}"
        )


def test_a_second_fit_replaces_the_first_and_leaves_other_sources_alone(
    shop: Shop,
) -> None:
    shop.fill(600, source="other")
    shop.forecast("fit")
    others = shop.database.rows(EVERY)
    shop.fill(700)
    shop.forecast("fit")
    shop.fill(650)
    shop.forecast("fit", "--discount-rate", "0.1")
    assert shop.database.rows(
        "select source, count(*) from forecast.customer_forecasts group by 1 order by 1"
    ) == [("other", 600), ("shop", 650)]
    assert shop.database.rows(EVERY)[:600] == others
    assert shop.database.value(
        "select bool_and(expected_value_365d"
        " < 0.99 * expected_orders_365d * expected_order_value)"
        " from forecast.customer_forecasts where source = 'shop'"
    )
    # a score without a rate takes that of the fit
    discounted = shop.database.rows(
        "select expected_value_365d from forecast.customer_forecasts"
        " where source = 'shop' order by customer_id"
    )
    shop.forecast("score")
    assert discounted == shop.database.rows(
        "select expected_value_365d from forecast.customer_forecasts"
        " where source = 'shop' order by customer_id"
    )


def test_thin_data_are_refused_and_the_reason_is_recorded(shop: Shop) -> None:
    shop.fill(600)
    shop.forecast("fit")
    shop.fill(499)
    assert "Too few buyers to forecast: 499" in shop.forecast("fit", code=1)
    assert shop.database.rows(EVERY) == []
    assert shop.database.rows(
        "select model, decile, is_published, left(verdict, 14) from forecast.accuracy"
        " order by model"
    ) == [
        ("churn", 0, False, "Too few buyers"),
        ("purchases", 0, False, "Too few buyers"),
    ]
    assert "Too few buyers" in shop.forecast("report")
    assert "Too few buyers" in shop.forecast("score", code=1)


def test_a_shop_that_is_young_is_told_what_a_test_would_need(shop: Shop) -> None:
    shop.fill(600)
    for rows in ("frequency > 0", "true"):
        shop.database.rows(
            "delete from intermediate.int_purchases_summarised"
            f" where period = 'train' and {rows}"
        )
        said = shop.forecast("fit")
        assert "purchases: Too few customers to test a forecast on: 0 had" in said
        assert "180 days ago" in said
        assert shop.database.rows(
            "select count(*), count(probability_alive), count(forecast_segment)"
            " from forecast.customer_forecasts"
        ) == [(600, 0, 600)]


def test_without_a_build_the_command_says_what_to_do(shop: Shop) -> None:
    assert "make build" in shop.forecast("fit", code=2)
    shop.fill(600)
    assert "run forecast fit first" in shop.forecast("score", code=2)
    assert "run forecast fit" in shop.forecast("report")
    shop.database.rows("drop table forecast.accuracy")
    assert "make build" in shop.forecast("fit", code=2)
    shop.database.rows("truncate intermediate.int_forecast_periods")
    assert "no orders" in shop.forecast("fit", code=2)


def test_what_is_read_stays_while_it_is_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.fill(600)
    for name, value in shop.database.environment.items():
        monkeypatch.setenv(name, value)
    replaced = (
        "set lock_timeout = '100ms'; alter table intermediate.{} rename to {}__backup"
    )
    tables = ("int_purchases_summarised", "int_engagement_measured")
    with open_warehouse() as warehouse:
        warehouse.build()
        for table in tables:
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                shop.database.rows(replaced.format(table, table))
    for table in tables:
        shop.database.rows(replaced.format(table, table))


def test_without_a_server_the_command_says_so(shop: Shop) -> None:
    elsewhere = Shop(Database({**shop.database.environment, "PGPORT": "1"}))
    assert "No connection to PostgreSQL" in elsewhere.forecast("fit", code=2)


def test_schemas_may_have_a_prefix(shop: Shop) -> None:
    shop.fill(600)
    for schema in ("intermediate", "forecast"):
        shop.database.rows(f"alter schema {schema} rename to dev_ana_{schema}")
    shop.forecast("fit", "--schema-prefix", "dev_ana_")
    assert (
        shop.database.value("select count(*) from dev_ana_forecast.customer_forecasts")
        == 600
    )
    # the schemas of dbt's target, where nothing else is said
    shop.forecast("report", code=2)
    shop.forecast("report", DBT_TARGET="dev", USER="Ana")
    assert "--schema-prefix" in shop.forecast("report", code=2, DBT_TARGET="staging")
    shop.forecast("report", "--schema-prefix", "dev_ana_", DBT_TARGET="staging")


def held_out(shop: Shop) -> int:
    return int(
        shop.database.value(
            "select count(*) from intermediate.int_purchases_summarised"
            " where period = 'test'"
        )
    )
