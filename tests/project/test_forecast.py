"""The forecast stands on what dbt built, and dbt shows what the forecast proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.project.conftest import SHARED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.project.conftest import Warehouse

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the data are not here")

MODELS_ONLY = ("--exclude-resource-type", "test", "unit_test")
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


def test_the_published_fit_of_cdnow_comes_out_of_the_whole_way(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    mapping = tmp_path / "cdnow.yml"
    mapping.write_text(MAPPING, encoding="utf-8")
    warehouse.load(SHARED / "cdnow_sample", "--mapping", mapping)
    variables = ("--vars", "{source: transactions, as_of_date: 1997-09-30}")
    warehouse.build(*variables, *MODELS_ONLY)
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
    warehouse.build(*variables, *MODELS_ONLY)
    assert warehouse.database.rows(
        "select count(expected_value_365d), max(verdict) from marts.customer_forecasts"
    ) == [(0, "No forecast was made of these data")]


def test_a_shop_with_too_few_buyers_is_told_so_and_its_marts_are_built(
    warehouse: Warehouse,
) -> None:
    warehouse.load(SHARED / "wellness")
    warehouse.build(*MODELS_ONLY)
    refused = warehouse.attempt("forecast", "fit")
    assert refused.returncode == 1
    assert "500" in refused.stdout + refused.stderr
    warehouse.build("--exclude-resource-type", "unit_test")
    [(published, expected, verdict)] = warehouse.database.rows(
        "select bool_or(is_published), count(expected_value_365d), max(verdict)"
        " from marts.customer_forecasts"
    )
    assert (published, expected) == (False, 0)
    assert "500" in verdict
