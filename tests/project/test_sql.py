"""The SQL keeps to the house's style, and to what other engines understand too."""

from __future__ import annotations

import re

from tests.project.breaking import read_breaks
from tests.project.conftest import PROJECT
from tests.project.programs import run

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MACROS = sorted((PROJECT / "macros").rglob("*.sql"))
TESTS = sorted((PROJECT / "tests").glob("**/*.sql"))
SETTINGS = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")

# what only PostgreSQL understands, or engines understand differently
UNPORTABLE = {
    r"distinct\s+on": "row_number() = 1",
    r"generate_series": "a recursive CTE",
    r"::": "cast(... as ...)",
    r"to_char|to_date": "an expression of months and years",
    r"~|similar\s+to": "like",
    r"array_agg|string_agg": "a row per element",
    r"->": "a column",
    r"at\s+time\s+zone": "the loader's local time",
    r"width_bucket": "case",
    r"extract\s*\(\s*(dow|epoch)": "a macro",
    r"current_date|now\s*\(|current_timestamp": "int_as_of_date",
    r"select\s+distinct": "group by",
}


def sql(text: str) -> str:
    """Leave out jinja and comments."""
    return re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}|--[^\n]*", "", text, flags=re.DOTALL)


def test_sqlfluff_renders_models_as_dbt_does() -> None:
    # a stub that gives nothing would leave nothing to find fault with
    done = run("sqlfluff", "render", "models/marts/core/orders.sql")
    assert "date_trunc('month', orders.order_date)" in done.stdout


def test_models_keep_to_the_portable_subset() -> None:
    found = [
        f"{path.relative_to(PROJECT)}: {pattern}, better {instead}"
        for path in (*MODELS, *TESTS)
        for pattern, instead in UNPORTABLE.items()
        if re.search(pattern, sql(path.read_text(encoding="utf-8")), re.IGNORECASE)
    ]
    assert found == []


def test_every_macro_is_used_twice() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*MODELS, *MACROS, *TESTS)]
    names = set(re.findall(r"macro (\w+)\(", "\n".join(texts)))
    # what an engine has of a macro, which dbt chooses
    names = {name for name in names if not re.match("(default|duckdb|spark)__", name)}
    # dbt calls these itself
    called = {"generate_schema_name", "should_full_refresh"}
    called |= {"get_incremental_affected_sql", *re.findall(r"{{ (\w+)\(", SETTINGS)}
    uses = {
        name: sum(len(re.findall(rf"\b{name}\(", text)) for text in texts) - 1
        for name in names - called
    }
    assert {name: count for name, count in uses.items() if count < 2} == {}


def test_each_definition_that_can_be_broken_on_purpose_is_still_there() -> None:
    assert len(read_breaks()) > len(MODELS)
