"""Why a customer is at risk, in plain words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.classifier import Method, fit_classifier
from forecast.features import learn_encoding
from forecast.reasons import LIKE_OTHERS, effects, reasons
from tests.forecast.customers import by_recency_and_visits, customers, labelled, one


@pytest.mark.parametrize(
    ("group", "changes", "sentence"),
    [
        (
            "recency",
            {"days_since_last_order": 143.0},
            "last order 143 days ago (usual: 35)",
        ),
        ("recency", {"days_since_last_order": 1.0}, "last order 1 day ago (usual: 35)"),
        (
            "frequency",
            {"orders": 12, "average_gap_days": 9.6},
            "12 orders, every 10 days (usual: 3, every 30)",
        ),
        (
            "frequency",
            {"orders": 1, "average_gap_days": np.nan},
            "1 order (usual: 3, every 30)",
        ),
        (
            "basket",
            {"average_order_value": 80.0, "net_revenue": 240.0},
            "orders of 80.00 on average (usual: 50.00)",
        ),
        ("refunds", {"net_revenue": 75.0}, "50% refunded (usual: 0%)"),
        (
            "promotions",
            {"promo_share": 2 / 3},
            "67% of orders with a promotion (usual: 0%)",
        ),
        (
            "visits",
            {"sessions_prior_90d_per_30d": 4.0, "sessions_last_30d": 0.0},
            "visits fell from 4.0 to 0 a month",
        ),
        (
            "visits",
            {"sessions_prior_90d_per_30d": 0.0, "sessions_last_30d": 0.0},
            "no visits (usual: 2.0 a month)",
        ),
        (
            "visits",
            {"sessions_prior_90d_per_30d": 0.0, "sessions_last_30d": 1.0},
            "0.2 visits a month (usual: 2.0 a month)",
        ),
        (
            "visit_length",
            {"average_session_seconds": 12.0},
            "visits of 12 seconds (usual: 90)",
        ),
        ("age", {"days_observed": 400.0}, "customer for 400 days (usual: 95)"),
        ("channel", {"channel": "ads"}, "came by ads (usual: email)"),
        ("channel", {"channel": None}, "came by an unknown channel (usual: email)"),
    ],
)
def test_reasons_are_plain_words(
    group: str, changes: dict[str, object], sentence: str
) -> None:
    encoding = learn_encoding(one())
    effect = pd.DataFrame({name: [0.0] for name in encoding.groups()})
    effect[group] = 1.0
    assert reasons(one(**changes), encoding, effect, raised=np.array([0.1])) == [
        sentence
    ]


def test_visits_that_rise_are_told_as_a_trend_where_they_lower_the_risk() -> None:
    encoding = learn_encoding(one())
    effect = pd.DataFrame({name: [0.0] for name in encoding.groups()})
    effect["visits"] = -1.0
    risen = one(sessions_prior_90d_per_30d=1.0, sessions_last_30d=4.0)
    told = reasons(risen, encoding, effect, raised=np.array([-0.1]))
    assert told == ["visits rose from 1.0 to 4.0 a month"]


def test_what_moves_nothing_is_no_reason() -> None:
    encoding = learn_encoding(one())
    effect = pd.DataFrame({name: [0.0] for name in encoding.groups()})
    assert reasons(one(), encoding, effect, raised=np.zeros(1)) == [LIKE_OTHERS]
    effect["recency"] = -1.0
    assert reasons(one(), encoding, effect, raised=np.array([0.1])) == [LIKE_OTHERS]


def test_effects_in_a_logistic_regression_add_up_to_the_difference() -> None:
    shop = customers(2_000, 1)
    encoding = learn_encoding(shop)
    matrix = encoding.matrix(shop)
    silent = ~labelled(shop, by_recency_and_visits(shop), 2)["has_order_in_holdout"]
    method = Method("logistic regression", "sigmoid")
    classifier = fit_classifier(matrix, silent.to_numpy(), method)
    scores = classifier.scores(matrix)
    typical = classifier.scores(encoding.matrix(encoding.typical))
    found = effects(classifier, encoding, matrix, scores)
    np.testing.assert_allclose(found.sum(axis=1), scores - typical, atol=1e-4)


def test_the_typical_customer_misses_what_most_miss_and_has_no_refund_of_nobodys() -> (
    None
):
    shop = customers(2_000, 1)
    shop.loc[shop["customer_id"] > "C0000900", "average_gap_days"] = np.nan
    typical = learn_encoding(shop).typical
    assert typical["average_gap_days"].isna().all()
    spent = typical["orders"] * typical["average_order_value"]
    pd.testing.assert_series_equal(typical["net_revenue"], spent, check_names=False)
