"""The rules between the layers hold, and breaking one is noticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loader.contract import sources
from tests.project.conftest import PROJECT
from tests.project.programs import run

if TYPE_CHECKING:
    from tests.project.conftest import Warehouse

pytest.importorskip("dbt_bouncer", reason="exists from Python 3.11 on")

PARTS = (
    *("models", "seeds", "macros"),
    *("dbt_project.yml", "profiles.yml", "dbt-bouncer.yml"),
)
QUESTION = "models/marts/channels/channel_performance"

# what is broken -> the check that must notice, and the model it must name
BROKEN = {
    "staging reads a model": (
        "models/staging/shop/stg_shop__refunds.sql",
        ("source('raw_shop', 'refunds')", "ref('int_orders')"),
        "check_lineage_permitted_upstream_models",
    ),
    "staging reads a seed": (
        "models/staging/shop/stg_shop__products.sql",
        ("source('raw_shop', 'products')", "ref('order_statuses')"),
        "check_lineage_seed_cannot_be_used",
    ),
    "intermediate reads one source's staging": (
        "models/intermediate/int_loads_in_effect.sql",
        ("ref('int_load_history')", "ref('stg_shop__load_history')"),
        "check_lineage_permitted_upstream_models",
    ),
    "intermediate reads a raw table": (
        "models/intermediate/canonical/int_products.sql",
        (
            "ref('stg_' ~ var('source') ~ '__products')",
            "source('raw_shop', 'products')",
        ),
        "check_lineage_source_cannot_be_used",
    ),
    "intermediate reads a mart": (
        "models/intermediate/int_value_bounds.sql",
        ("ref('int_buyers_summed')", "ref('customer_ids')"),
        "check_lineage_permitted_upstream_models",
    ),
    "core reads core": (
        "models/marts/core/daily_revenue.sql",
        ("ref('int_orders_numbered')", "ref('orders')"),
        "check_lineage_permitted_upstream_models",
    ),
    "a question reads staging": (
        f"{QUESTION}.sql",
        ("ref('customers')", "ref('stg_shop__customers')"),
        "check_lineage_permitted_upstream_models",
    ),
    "a question reads another question": (
        "models/marts/retention/order_gaps.sql",
        ("ref('orders')", "ref('promo_reuse')"),
        "check_lineage_permitted_upstream_models",
    ),
    "opportunities read staging": (
        "models/marts/opportunities/winback_scenarios.sql",
        ("ref('customers')", "ref('stg_shop__customers')"),
        "check_lineage_permitted_upstream_models",
    ),
    "a mart without a contract": (
        "models/marts/core/web_sessions.sql",
        ("config(", "config(contract={'enforced': false}, "),
        "check_model_has_contracts_enforced",
    ),
    "a model without a description": (
        "models/staging/shop/stg_shop__products.yml",
        ("One row per product.", "''"),
        "check_model_description_populated",
    ),
    "a description that does not begin with the grain": (
        "models/intermediate/int_orders_numbered.yml",
        ("One row per counted order", "Counted orders"),
        "check_model_description_contains_regexp_pattern",
    ),
    "a mart that does not say what may be summed": (
        "models/marts/core/daily_revenue.yml",
        ("Orders and revenue may be summed;", ""),
        "check_model_description_contains_regexp_pattern",
    ),
    "a model without a key test": (
        "models/marts/core/customer_ids.yml",
        ("          - unique\n", ""),
        "check_model_has_unique_test",
    ),
    "a model without unit tests": (
        "models/intermediate/int_refunds_converted.yml",
        ("model: int_refunds_converted", "model: int_products"),
        "check_model_has_unit_tests",
    ),
}


def bouncer(folder: Path) -> tuple[int, set[tuple[str, str]]]:
    """Check a project that dbt has read: exit code, failed checks with their models."""
    report = folder / "report.json"
    done = run(
        *("dbt-bouncer", "--config-file", folder / "dbt-bouncer.yml"),
        *("--output-file", report, "--output-only-failures"),
        folder=folder,
    )
    failures = json.loads(report.read_text(encoding="utf-8"))
    names = (failure["check_run_id"].split(":") for failure in failures)
    return done.returncode, {(name[0], name[-1]) for name in names}


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Give a copy of the dbt project to break."""
    for part in PARTS:
        copy = shutil.copytree if (PROJECT / part).is_dir() else shutil.copy
        copy(PROJECT / part, tmp_path / part)
    no_python = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(PROJECT / "tests", tmp_path / "tests", ignore=no_python)
    return tmp_path


@pytest.mark.parametrize("source", sources())
def test_the_project_keeps_its_rules_and_is_read_without_a_warning(
    source: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    read = warehouse.dbt("parse", "--vars", f"source: {source}")
    (tmp_path / "target").symlink_to(read)
    shutil.copy(PROJECT / "dbt-bouncer.yml", tmp_path)
    assert bouncer(tmp_path) == (0, set())


def test_each_broken_rule_is_noticed(scratch: Path) -> None:
    for file, (old, new), _ in BROKEN.values():
        path = scratch / file
        text = path.read_text(encoding="utf-8")
        assert old in text, file
        path.write_text(text.replace(old, new), encoding="utf-8")
    here = ("--profiles-dir", scratch, "--target-path", scratch / "target")
    read = run("dbt", "parse", *here, "--log-path", scratch / "logs", folder=scratch)
    assert read.returncode == 0, read.stdout
    code, failures = bouncer(scratch)
    assert code == 1
    unnoticed = {
        what
        for what, (file, _, check) in BROKEN.items()
        if (check, Path(file).stem) not in failures
    }
    assert unnoticed == set()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("var('source')", "models/intermediate/canonical/"),
        ("var('as_of_date')", "models/intermediate/int_as_of_date.sql"),
    ],
)
def test_what_was_asked_for_is_read_in_one_place(text: str, places: str) -> None:
    models = (PROJECT / "models").rglob("*.sql")
    readers = [
        path.relative_to(PROJECT).as_posix()
        for path in models
        if text in path.read_text(encoding="utf-8").replace('"', "'")
    ]
    assert readers
    assert [reader for reader in readers if not reader.startswith(places)] == []
