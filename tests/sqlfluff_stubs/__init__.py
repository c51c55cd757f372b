"""What dbt gives to a model's jinja, for sqlfluff, which then needs no database."""

from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project.yml"
target = {"name": "prod", "type": "postgres"}
invocation_id = "invocation"
VARS: dict[str, Any] = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))["vars"]


def var(name: str, default: Any = None) -> Any:  # noqa: ANN401 - a var may be anything
    """Give the project's default of a variable."""
    return VARS.get(name, default)
