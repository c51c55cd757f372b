"""Churn propensity on customers whose true probabilities are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from forecast.churn import ChurnForecast, Refusal, forecast_churn
from forecast.evaluation import evaluate, is_clearly_better
from forecast.reasons import LIKE_OTHERS
from tests.forecast.customers import (
    Floats,
    by_recency,
    by_recency_and_visits,
    by_visits_of_the_silent,
    customers,
    labelled,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Truth = Callable[[pd.DataFrame], Floats]

COUNT = 4_000
Periods = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def periods(truth: Truth, count: int = COUNT) -> Periods:
    """Train, test and score of one shop, of independent customers."""
    train, test, score = (customers(count, seed) for seed in (1, 2, 3))
    return (
        labelled(train, truth(train), 4),
        labelled(test, truth(test), 5),
        score.assign(has_order_in_holdout=pd.array([pd.NA] * count, dtype="boolean")),
    )


def forecast(
    train: pd.DataFrame, test: pd.DataFrame, score: pd.DataFrame
) -> ChurnForecast:
    result = forecast_churn(train, test, score, history_days=720, holdout_days=90)
    assert isinstance(result, ChurnForecast), result
    return result


@pytest.fixture(scope="module")
def visited() -> tuple[Periods, ChurnForecast]:
    """A shop where visits and the last order matter, and its forecast."""
    shop = periods(by_recency_and_visits)
    return shop, forecast(*shop)


def test_a_model_that_knows_what_matters_is_nearly_as_good_as_the_truth(
    visited: tuple[Periods, ChurnForecast],
) -> None:
    (_, test, _), result = visited
    truth = by_recency_and_visits(test)
    best = evaluate("truth", truth, ~test["has_order_in_holdout"].to_numpy())
    model, by_recency_alone, base_rate = result.evaluations
    assert model.brier == pytest.approx(best.brier, abs=0.003)
    assert model.auc == pytest.approx(best.auc, abs=0.005)
    assert model.brier < by_recency_alone.brier - 0.03 < base_rate.brier - 0.03
    assert result.beats_naive
    assert "is clearly better than" in result.verdict


def test_the_probabilities_are_the_true_ones(
    visited: tuple[Periods, ChurnForecast],
) -> None:
    (_, _, score), result = visited
    said = result.customers["probability_no_order_90d"].to_numpy()
    off = said - by_recency_and_visits(score)
    assert np.sqrt(np.mean(off**2)) < 0.04
    assert abs(off.mean()) < 0.02


@pytest.mark.parametrize("truth", [by_recency_and_visits, by_visits_of_the_silent])
def test_every_decile_holds_as_many_as_were_predicted(truth: Truth) -> None:
    deciles = forecast(*periods(truth, 20_000)).evaluations[0].deciles
    assert deciles["customers"].sum() == 20_000
    variance = deciles["predicted"] * (1 - deciles["predicted"] / deciles["customers"])
    # by chance of the labels, and of what was learnt from as many others
    off = (deciles["predicted"] - deciles["actual"]) / np.sqrt(2 * variance)
    assert (off.abs() < 3.5).all(), deciles


def test_a_feature_that_matters_for_some_alone_is_found_by_boosted_trees() -> None:
    shop = periods(by_visits_of_the_silent)
    result = forecast(*shop)
    assert result.method.model == "gradient boosting"
    assert result.beats_naive
    score = shop[2]
    said = result.customers["probability_no_order_90d"]
    gone = by_visits_of_the_silent(score) > 0.5
    assert said[gone].mean() == pytest.approx(0.9, abs=0.05)
    assert said[~gone].mean() == pytest.approx(0.2, abs=0.03)


def test_where_the_last_order_tells_all_the_model_does_not_beat_it() -> None:
    result = forecast(*periods(by_recency))
    model, by_recency_alone, base_rate = result.evaluations
    assert not result.beats_naive
    assert "not clearly better" in result.verdict
    assert model.brier == pytest.approx(by_recency_alone.brier, abs=0.002)
    assert model.brier < base_rate.brier - 0.02
    naive = result.customers["naive_probability_no_order_90d"]
    assert np.corrcoef(naive, by_recency(periods(by_recency)[2]))[0, 1] > 0.98


def test_labels_that_say_nothing_are_not_learnt() -> None:
    train, test, score = periods(by_recency_and_visits)
    for seed in range(3):
        chance = np.random.default_rng(seed)
        shuffled = [
            period.assign(
                has_order_in_holdout=chance.permutation(period["has_order_in_holdout"])
            )
            for period in (train, test)
        ]
        result = forecast(shuffled[0], shuffled[1], score)
        assert result.evaluations[0].auc == pytest.approx(0.5, abs=0.03)
        assert not result.beats_naive


def test_what_the_test_labels_say_does_not_reach_the_model_that_they_judge() -> None:
    train, test, score = periods(by_recency_and_visits)
    opposite = test.assign(has_order_in_holdout=~test["has_order_in_holdout"])
    judged, misjudged = (
        forecast(train, held_out, score).evaluations[0] for held_out in (test, opposite)
    )
    assert misjudged.predicted == judged.predicted
    assert misjudged.auc == pytest.approx(1 - judged.auc)


def test_labels_of_the_present_are_not_read() -> None:
    train, test, score = periods(by_recency, 1_000)
    told = labelled(score, by_recency(score), 6)
    pd.testing.assert_frame_equal(
        forecast(train, test, score).customers, forecast(train, test, told).customers
    )


def test_reasons_name_what_matters(visited: tuple[Periods, ChurnForecast]) -> None:
    (_, _, score), result = visited
    told = result.customers["reason"]
    matter = told.str.contains("last order") | told.str.contains("visits")
    assert matter.mean() > 0.9
    at_risk = score["days_since_last_order"].gt(200) & score["sessions_last_30d"].eq(0)
    both = told.str.contains("last order") & told.str.contains("visits")
    assert both[at_risk].mean() > 0.97
    # the reason of a high risk raises it, that of a low one lowers it
    raised = result.customers["probability_no_order_90d"] > 0.8
    recent = score["days_since_last_order"] < 20
    assert not told[raised & recent].str.contains("last order").any()


def test_the_order_of_rows_changes_nothing() -> None:
    shop = periods(by_visits_of_the_silent, 2_000)
    mixed = [period.sample(frac=1, random_state=7) for period in shop]
    ours, theirs = forecast(*shop), forecast(*mixed)
    pd.testing.assert_frame_equal(ours.customers, theirs.customers, check_exact=True)
    assert ours.verdict == theirs.verdict
    assert ours.customers["customer_id"].is_monotonic_increasing


def test_customers_are_forecast_alike_in_one_block_or_in_many(
    visited: tuple[Periods, ChurnForecast], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, whole = visited
    monkeypatch.setattr("forecast.classifier.BLOCK", 300)
    monkeypatch.setattr("forecast.churn.BLOCK", 700)
    pd.testing.assert_frame_equal(forecast(*shop).customers, whole.customers)


def test_too_short_a_history_is_refused() -> None:
    shop = periods(by_recency, 1_000)
    assert isinstance(
        forecast_churn(*shop, history_days=270, holdout_days=90), ChurnForecast
    )
    refused = forecast_churn(*shop, history_days=269, holdout_days=90)
    assert refused == Refusal(
        "269 days of history are too few: 270 are needed, to learn and to be proved."
    )


def test_labels_about_other_than_90_days_are_refused() -> None:
    refused = forecast_churn(
        *periods(by_recency, 1_000), history_days=400, holdout_days=80
    )
    assert refused == Refusal(
        "Only 80 days are held out: they cannot prove a forecast of 90 days."
    )


@pytest.mark.parametrize("period", [0, 1])
@pytest.mark.parametrize("has_order", [True, False, pd.NA])
def test_customers_of_one_kind_or_without_labels_are_refused(
    period: int, *, has_order: object
) -> None:
    shop = list(periods(by_recency, 1_000))
    shop[period] = shop[period].assign(
        has_order_in_holdout=pd.Series([has_order] * 1_000, dtype="boolean")
    )
    refused = forecast_churn(*shop, history_days=720, holdout_days=90)
    assert isinstance(refused, Refusal)
    assert "100 of each are needed" in refused.reason
    assert ("to learn from", "to be judged by")[period] in refused.reason


def test_a_single_customer_is_refused_and_an_empty_shop_as_well() -> None:
    train, test, score = periods(by_recency, 1_000)
    for count in (0, 1):
        few = (frame.head(count) for frame in (train, test, score))
        assert isinstance(
            forecast_churn(*few, history_days=720, holdout_days=90), Refusal
        )
    nobody_today = forecast(train, test, score.head(0))
    assert nobody_today.customers.empty


def test_a_shop_without_sessions_is_forecast_without_speaking_of_visits() -> None:
    shop = [
        period.assign(
            sessions_last_30d=0,
            sessions_prior_90d_per_30d=0.0,
            average_session_seconds=np.nan,
        )
        for period in periods(by_recency_and_visits, 2_000)
    ]
    result = forecast(*shop)
    assert not result.customers["reason"].str.contains("visits").any()
    assert result.customers["reason"].str.contains("last order").mean() > 0.7


def test_customers_who_are_all_the_same_get_the_share_that_left() -> None:
    shop = [
        pd.concat([one()] * 2_000).assign(
            customer_id=period["customer_id"].to_numpy(),
            has_order_in_holdout=period["has_order_in_holdout"].to_numpy(),
        )
        for period in periods(by_recency, 2_000)
    ]
    result = forecast(*shop)
    share = 1 - shop[1]["has_order_in_holdout"].mean()
    said = result.customers["probability_no_order_90d"]
    np.testing.assert_allclose(said, share, atol=0.01)
    assert not result.beats_naive
    assert set(result.customers["reason"]) == {LIKE_OTHERS}


@pytest.mark.parametrize("missing", [np.nan, None])
def test_columns_without_any_value_do_no_harm(missing: object) -> None:
    empty: dict[str, Any] = dict.fromkeys(
        ("average_gap_days", "promo_share", "average_session_seconds", "channel"),
        missing,
    )
    shop = [period.assign(**empty) for period in periods(by_recency_and_visits, 2_000)]
    result = forecast(*shop)
    assert result.beats_naive
    assert result.customers["probability_no_order_90d"].between(0, 1).all()


def test_labels_as_text_are_refused_rather_than_taken_for_true() -> None:
    train, test, score = periods(by_recency, 1_000)
    letters = train["has_order_in_holdout"].map({True: "t", False: "f"})
    with pytest.raises((TypeError, ValueError)):
        forecast(train.assign(has_order_in_holdout=letters), test, score)


def test_a_channel_that_is_new_today_is_one_of_the_others() -> None:
    train, test, score = periods(by_recency, 2_000)
    result = forecast(train, test, score.assign(channel="brand new"))
    assert result.customers["probability_no_order_90d"].notna().all()


def test_extreme_values_make_no_probability_of_none_or_all() -> None:
    train, test, score = periods(by_recency, 2_000)
    score = score.assign(
        days_since_last_order=1e6, net_revenue=-1e12, sessions_last_30d=1e9
    )
    said = forecast(train, test, score).customers["probability_no_order_90d"]
    assert said.between(0.001, 0.999).all()


def test_equal_probabilities_share_a_decile() -> None:
    labels = np.arange(100) % 2 == 0
    probabilities = np.repeat([0.2, 0.6], [70, 30])
    judged = evaluate("two steps", probabilities, labels)
    assert judged.deciles["decile"].tolist() == [1, 8]
    assert judged.deciles["customers"].tolist() == [70, 30]
    assert judged.brier == pytest.approx(
        (35 * 0.64 + 35 * 0.04 + 15 * 0.16 + 15 * 0.36) / 100
    )
    assert judged.auc == pytest.approx(roc_auc_score(labels, probabilities))


def test_a_difference_that_chance_explains_is_none() -> None:
    labels = np.random.default_rng(1).random(1_000) < 0.5
    even = np.full(1_000, 0.5)
    hair = even + np.where(labels, 0.001, -0.001) * (np.arange(1_000) % 3 - 0.98)
    assert is_clearly_better(np.where(labels, 0.6, 0.4), even, labels)
    assert not is_clearly_better(hair, even, labels)
    assert not is_clearly_better(even, even, labels)
