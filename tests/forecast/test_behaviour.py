"""Behaviour segments on customers whose groups are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.behaviour import ALL_ALIKE, Behaviour, find_behaviour
from tests.forecast.customers import customers

# days since the last order, orders, net revenue, sessions per 30 days
GROUPS = {
    "recent, frequent, high value, many visits": (5, 20, 2_000, 12),
    "long silent, one order, low value, no visits": (300, 1, 20, 0),
    "recent, one order, low value, many visits": (5, 1, 20, 12),
}


def shop(
    *groups: tuple[float, float, float, float], each: int = 400, scatter: float = 0.1
) -> pd.DataFrame:
    """Customers of groups, around whose middle they scatter, by a tenth or so."""
    chance = np.random.default_rng(1)
    middles = np.repeat(np.array(groups, float), each, axis=0)
    days, orders, revenue, sessions = (
        middles * chance.lognormal(0, scatter, middles.shape)
    ).T
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:06d}" for number in range(len(middles))],
            "days_since_last_order": days.round(),
            "orders": np.maximum(orders.round(), 1),
            "net_revenue": revenue.round(2),
            "sessions_last_30d": sessions.round(),
            "sessions_prior_90d_per_30d": sessions,
        }
    )


def test_groups_that_are_there_are_found_and_named() -> None:
    found = find_behaviour(shop(*GROUPS.values()))
    expected = np.repeat(list(GROUPS), 400)
    assert found.customers["forecast_segment"].tolist() == expected.tolist()
    assert found.silhouette > 0.8
    assert found.segments["customers"].tolist() == [400, 400, 400]
    assert found.segments["forecast_segment"].iloc[0] == next(iter(GROUPS))
    first = found.segments.iloc[0]
    assert first["orders"] == pytest.approx(20, rel=0.05)
    assert first["net_revenue"] == pytest.approx(2_000, rel=0.05)
    assert first["sessions"] == pytest.approx(48, rel=0.05)


@pytest.mark.parametrize("count", [2, 4, 6, 8])
def test_as_many_segments_are_made_as_there_are_groups(count: int) -> None:
    corners = [
        (5, 20, 2_000, 12),
        (300, 1, 20, 0),
        (5, 1, 20, 12),
        (300, 20, 2_000, 0),
        (5, 20, 2_000, 0),
        (300, 1, 20, 12),
        (5, 1, 2_000, 0),
        (300, 20, 20, 12),
    ]
    found = find_behaviour(shop(*corners[:count], each=200))
    assert len(found.segments) == count


def test_names_are_unique_and_tell_apart_what_differs() -> None:
    groups = [(1, 3, 50, 3), (6, 3, 50, 3), (300, 1, 50, 3), (300, 20, 50, 3)]
    found = find_behaviour(shop(*groups, scatter=0.01))
    assert sorted(found.segments["forecast_segment"]) == [
        "long silent, frequent",
        "long silent, one order",
        "recent, about 1.0 days silent",
        "recent, about 6.0 days silent",
    ]


def test_the_largest_segment_has_a_name_that_says_something() -> None:
    most, few = (300.0, 1.0, 20.0, 0.0), (5.0, 20.0, 2_000.0, 12.0)
    found = find_behaviour(shop(*[most] * 9, few, each=100))
    assert found.segments["forecast_segment"].tolist() == [
        "recent, frequent, high value, many visits",
        "long silent, one order, low value, no visits",
    ]


def test_every_customer_has_a_segment_and_the_counts_agree() -> None:
    found = find_behaviour(customers(12_000, 1))
    assert found.customers["customer_id"].is_unique
    counts = found.customers["forecast_segment"].value_counts()
    listed = found.segments.set_index("forecast_segment")["customers"]
    assert counts.to_dict() == listed.to_dict()
    assert listed.sum() == 12_000
    assert 2 <= len(listed) <= 8


def test_the_order_of_rows_changes_nothing() -> None:
    features = customers(12_000, 1)
    ours = find_behaviour(features)
    theirs = find_behaviour(features.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(ours.customers, theirs.customers)
    pd.testing.assert_frame_equal(ours.segments, theirs.segments, check_exact=True)


def alike(found: Behaviour) -> bool:
    return set(found.customers["forecast_segment"]) == {ALL_ALIKE}


def test_one_customer_and_customers_who_are_the_same_are_all_alike() -> None:
    assert alike(find_behaviour(customers(1, 1)))
    assert alike(find_behaviour(customers(2, 1)))
    same = pd.concat([customers(1, 1)] * 50, ignore_index=True)
    same["customer_id"] = [f"C{number}" for number in range(50)]
    found = find_behaviour(same)
    assert alike(found)
    assert np.isnan(found.silhouette)


def test_few_customers_make_few_segments() -> None:
    for count in (3, 4, 5):
        found = find_behaviour(customers(count, 1))
        assert 2 <= len(found.segments) < count
        assert len(found.customers) == count


def test_a_shop_without_sessions_has_segments_without_a_word_of_visits() -> None:
    features = customers(3_000, 1).assign(
        sessions_last_30d=np.nan, sessions_prior_90d_per_30d=0.0
    )
    names = find_behaviour(features).segments["forecast_segment"]
    assert len(names) >= 2
    assert not names.str.contains("visit").any()


def test_money_paid_back_beyond_what_was_paid_counts_as_none() -> None:
    features = customers(3_000, 1)
    features.loc[:100, "net_revenue"] = -500.0
    found = find_behaviour(features)
    assert (found.segments["net_revenue"] >= 0).all()
