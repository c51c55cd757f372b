"""When a forecast is shown, and what is said of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.baselines import Prediction, naive_last_period, naive_rate
from forecast.gate import deciles, gini, judge, thinness

DAYS = 90


@pytest.fixture
def customers() -> pd.DataFrame:
    """Twenty customers: half of them buy twice in the holdout, for 30 each."""
    buys = np.tile([0, 2], 10)
    return pd.DataFrame(
        {
            "frequency": np.full(20, 3),
            "age_days": np.full(20, 300),
            "total_value": np.full(20, 80.0),
            "purchases_last_period": np.full(20, 1.0),
            "value_last_period": np.full(20, 20.0),
            "holdout_purchases": buys.astype(float),
            "holdout_value": 30.0 * buys,
        }
    )


def test_a_forecast_that_beats_both_naive_ways_is_shown(
    customers: pd.DataFrame,
) -> None:
    judged = judge(customers, nearly_right(customers), DAYS)
    assert judged.beats_naive
    assert shown(judged.accuracy) == {"purchases"}
    assert judged.verdict.startswith("Better than both naive ways: of 20 customers")


def test_a_forecast_that_one_naive_way_beats_is_not_shown(
    customers: pd.DataFrame,
) -> None:
    customers["purchases_last_period"] = customers["holdout_purchases"]
    judged = judge(customers, nearly_right(customers), DAYS)
    assert not judged.beats_naive
    assert shown(judged.accuracy) == set()
    assert judged.verdict.startswith("Not better than both naive ways, so not shown")


def test_a_forecast_of_revenue_that_a_naive_way_beats_is_not_shown(
    customers: pd.DataFrame,
) -> None:
    good = nearly_right(customers)
    worthless = Prediction(good.orders, np.full(20, 900.0))
    assert not judge(customers, worthless, DAYS).beats_naive


def test_nobody_buys_is_not_better_than_a_mean_that_is_right(
    customers: pd.DataFrame,
) -> None:
    """Absolute errors of 'nobody buys' are the smallest where most buy nothing."""
    customers["holdout_purchases"] = [0.0] * 15 + [4.0] * 5
    customers["holdout_value"] = 30.0 * customers["holdout_purchases"]
    customers["purchases_last_period"] = customers["value_last_period"] = 0.0
    customers["frequency"] = 50
    assert judge(
        customers, Prediction(np.full(20, 1.0), np.full(20, 30.0)), DAYS
    ).beats_naive


def test_deciles_add_up_to_everyone(customers: pd.DataFrame) -> None:
    accuracy = judge(customers, nearly_right(customers), DAYS).accuracy
    counts = ["customers", "predicted_orders", "actual_orders", "actual_value"]
    for _, rows in accuracy.groupby("model"):
        everyone = rows[rows["decile"] == 0]
        parts = rows[rows["decile"] > 0]
        assert everyone[counts].iloc[0].tolist() == pytest.approx(
            parts[counts].sum().tolist()
        )
        assert everyone["error"].iloc[0] == pytest.approx(
            np.average(parts["error"], weights=parts["customers"])
        )


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60))
def test_customers_of_one_prediction_share_a_decile(predicted: list[int]) -> None:
    found = deciles(np.array(predicted, float))
    assert found.min() == 1
    assert found.max() <= 10
    lowest, highest = (
        pd.Series(found).groupby(predicted).agg(how) for how in ("min", "max")
    )
    assert lowest.equals(highest)
    assert lowest.is_monotonic_decreasing


def test_ten_different_predictions_make_ten_deciles_from_the_highest() -> None:
    assert deciles(np.arange(10.0)).tolist() == list(range(10, 0, -1))


def test_a_perfect_ranking_has_a_gini_of_one_and_none_a_gini_of_zero() -> None:
    actual = np.array([0.0, 0.0, 1.0, 5.0])
    assert gini(np.array([0.1, 0.1, 0.2, 0.3]), actual) == pytest.approx(1)
    assert gini(np.array([0.3, 0.3, 0.2, 0.1]), actual) < 0
    assert gini(np.full(4, 0.2), actual) == 0
    assert np.isnan(gini(np.arange(4.0), np.zeros(4)))


def test_the_naive_rate_counts_those_who_came_back() -> None:
    two = pd.DataFrame(
        {"frequency": [0, 3], "age_days": [0, 30], "total_value": [9.0, 80.0]}
    )
    prediction = naive_rate(two, DAYS)
    assert prediction.orders.tolist() == [0, 9]
    assert prediction.value.tolist() == [0, 180]


def test_the_last_period_comes_again() -> None:
    one = pd.DataFrame({"purchases_last_period": [4], "value_last_period": [7.5]})
    prediction = naive_last_period(one)
    assert (prediction.orders[0], prediction.value[0]) == (4, 7.5)


@pytest.mark.parametrize(
    ("buyers", "history_days", "most", "why"),
    [
        (499, 400, 9, "Too few buyers to forecast: 499"),
        (500, 179, 9, "Too short a history to forecast: 179 days"),
        (500, 180, 1, "No customer has bought on 3 days"),
        (500, 180, 2, None),
    ],
)
def test_thin_data_are_refused_with_the_reason(
    buyers: int, history_days: int, most: int, why: str | None
) -> None:
    frequency = np.zeros(buyers, np.int64)
    frequency[0] = most
    said = thinness(frequency, history_days)
    assert (said or "").startswith(why or "")
    assert (said is None) == (why is None)


def nearly_right(customers: pd.DataFrame) -> Prediction:
    return Prediction(
        customers["holdout_purchases"].to_numpy() * 0.8 + 0.1,
        customers["holdout_value"].to_numpy() * 0.8 + 3,
    )


def shown(accuracy: pd.DataFrame) -> set[str]:
    return set(accuracy.loc[accuracy["is_published"], "model"])
