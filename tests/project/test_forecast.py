"""The forecast stands on what dbt built, and dbt shows what the forecast proved."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from benchmarks.forecast_of_cdnow import by_repeats, forecasts_of, of_everyone
from forecast import parameters
from forecast.baselines import NAIVE_LAST_PERIOD, NAIVE_RATE
from forecast.schemas import prefix_of_target
from tests.conftest import Database
from tests.project.conftest import (
    MODELS_ONLY,
    SHARED,
    WITHOUT_UNIT_TESTS,
    Warehouse,
    generate,
)

if TYPE_CHECKING:
    from pathlib import Path

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the data are not here")

READ_BY_FORECAST = ("+int_purchases_summarised", "+int_engagement_measured")
SHOWN = (*READ_BY_FORECAST, "+path:models/marts/value")
# the fit of Fader, Hardie and Lee (2005), on all 2,357 customers, in weeks
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
MAPPING = """
source: transactions
tables:
  transactions:
    file: CDNOW_sample.txt
    delimiter: whitespace
    header: [customer_id, sample_id, order_date, quantity, revenue]
    date_format: "%Y%m%d"
"""


def test_the_true_parameters_of_a_shop_are_found_within_two_standard_errors(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    shop = generate(tmp_path / "shop", "--textbook", "--customers", "10000")
    warehouse.load(shop)
    warehouse.build(*MODELS_ONLY, "--select", *READ_BY_FORECAST)
    warehouse.run("forecast", "fit")
    truth = {
        (row["model"], row["parameter"], row["unit"]): row["value"]
        for row in json.loads((shop / "manifest.json").read_text("utf-8"))[
            "true_parameters"
        ]
    }
    found = {
        key: (value, error)
        for *key_parts, value, error in warehouse.database.rows(
            "select model, parameter, unit, value, standard_error"
            " from forecast.parameters where standard_error is not null"
        )
        if (key := tuple(key_parts)) in truth
    }
    assert set(found) == set(truth)
    assert len(truth) == 7
    for key, (value, error) in found.items():
        assert abs(value - truth[key]) < 2 * error, (key, value, error)
        # and what is found says something
        assert error < 0.15 * truth[key], (key, value, error)


@needs_shared
def test_the_published_fit_of_cdnow_comes_out_of_the_whole_way(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    mapping = tmp_path / "cdnow.yml"
    mapping.write_text(MAPPING, encoding="utf-8")
    warehouse.load(SHARED / "cdnow_sample", "--mapping", mapping)
    variables = ("--vars", "{source: transactions, as_of_date: 1997-09-30}")
    warehouse.build(*variables, *MODELS_ONLY, "--select", *SHOWN)
    said = warehouse.run("forecast", "fit")
    assert "2,349 customers" in said
    found = dict(
        warehouse.database.rows(
            "select parameter, value from forecast.parameters"
            " where model = 'BG/NBD' and parameter in ('r', 'alpha', 'a', 'b')"
            " and unit is distinct from 'days'"
        )
    )
    assert found == pytest.approx(PUBLISHED, rel=0.01)
    compare_with_the_next_39_weeks(warehouse)
    warehouse.build(*variables, "--select", "path:models/marts/value")
    assert warehouse.database.rows(
        "select count(*), count(expected_value_365d), bool_and(is_published)"
        " from marts.customer_forecasts"
    ) == [(2349, 2349, True)]
    # deciles add up to everyone
    assert (
        warehouse.database.value(
            "select count(*) from ("
            " select model,"
            " sum(customers * case when decile = 0 then -1 else 1 end) as odd"
            " from marts.forecast_accuracy group by model having count(*) > 1"
            ") as models where odd <> 0"
        )
        == 0
    )
    # one more order, and the forecast is one of other data
    warehouse.database.rows(
        "update raw_transactions.transactions set revenue = revenue + 1"
        " where order_date = (select min(order_date)"
        " from raw_transactions.transactions)"
    )
    # past the loader, which an increment would not see
    whole = (*MODELS_ONLY, "--full-refresh")
    warehouse.build(*variables, *whole, "--select", *SHOWN)
    assert warehouse.database.rows(
        "select count(expected_value_365d), max(verdict) from marts.customer_forecasts"
    ) == [(0, "No forecast was made of these data")]


def compare_with_the_next_39_weeks(warehouse: Warehouse) -> None:
    """See that what was fitted forecasts CDNOW's customers better than naive ways."""
    columns = ["customer_id", "frequency", "recency_days", "age_days", "after"]
    customers = pd.DataFrame(
        warehouse.database.rows(
            "select customer_id, frequency, recency_days, age_days,"
            " (select count(distinct order_date) from raw_transactions.transactions"
            " where transactions.customer_id = purchases.customer_id"
            " and order_date > '1997-09-30' and order_date <= '1998-06-30')"
            " from intermediate.int_purchases_summarised as purchases"
            " where period = 'score'"
        ),
        columns=columns,
    ).set_index("customer_id")
    names = ["model", "parameter", "value", "standard_error", "unit"]
    stored = pd.DataFrame(
        warehouse.database.rows(f"select {', '.join(names)} from forecast.parameters"),
        columns=names,
    )
    fitted = parameters.models(stored)
    assert fitted
    used, _ = fitted
    forecasts = forecasts_of(customers, [used])
    errors = of_everyone(customers, forecasts)
    for measure in ("mean absolute error", "mean squared error"):
        ours, *naive = errors.loc[measure]
        assert ours < 0.8 * min(naive), errors
    assert errors.loc["total error"].abs()[used.model] < 0.2
    # nobody is off as the naive ways are, however often they came back
    by_group = by_repeats(customers, forecasts)
    off = by_group[list(forecasts)].abs()
    assert len(off) == 8
    assert (off[used.model] < off[[NAIVE_RATE, NAIVE_LAST_PERIOD]].min(axis=1)).all()


@pytest.mark.parametrize("user", ["ana", "Ana.B-Costa"])
def test_the_forecast_is_where_dbts_target_for_developers_builds(
    warehouse: Warehouse, user: str
) -> None:
    developer = {"DBT_TARGET": "dev", "USER": user}
    database = Database({**warehouse.database.environment, **developer})
    told = replace(warehouse, database=database)
    said = told.run("dbt", "debug", "--log-path", warehouse.folder / "logs")
    [schema] = re.findall(r" schema: (\S+)", said)
    assert prefix_of_target(developer) == f"{schema}_"


@needs_shared
def test_a_shop_with_too_few_buyers_is_told_so_and_its_marts_are_built(
    warehouse: Warehouse,
) -> None:
    warehouse.load(SHARED / "wellness")
    warehouse.build(*MODELS_ONLY)
    refused = warehouse.attempt("forecast", "fit")
    assert refused.returncode == 1
    assert "500" in refused.stdout + refused.stderr
    warehouse.build(*WITHOUT_UNIT_TESTS)
    [(published, expected, verdict)] = warehouse.database.rows(
        "select bool_or(is_published), count(expected_value_365d), max(verdict)"
        " from marts.customer_forecasts"
    )
    assert (published, expected) == (False, 0)
    assert "500" in verdict
