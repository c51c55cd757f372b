"""What dbt gives to a model's jinja, for sqlfluff, which then needs no database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project.yml"
target = {"name": "prod", "type": "postgres"}
invocation_id = "invocation"
VARS: dict[str, Any] = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))["vars"]


def var(name: str, default: Any = None) -> Any:  # noqa: ANN401 - a var may be anything
    """Give the project's default of a variable."""
    return VARS.get(name, default)


class adapter:  # noqa: N801 so dbt calls it
    """The engine, which is PostgreSQL here: it has no macros of its own."""

    @staticmethod
    def dispatch(name: str) -> Callable[..., Any]:
        """Give the macro that engines have which need no other."""

        @pass_context
        def render(context: Context, *arguments: object) -> Any:  # noqa: ANN401 a macro's
            return context.resolve(f"default__{name}")(*arguments)

        return render
