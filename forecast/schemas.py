"""In which schemas dbt builds, and so the forecast reads and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def prefix_of_target(environment: Mapping[str, str]) -> str:
    """What the names of schemas begin with, for the target that dbt takes.

    The rule is that of profiles.yml and of the macro generate_schema_name.

    Args:
        environment: the variables DBT_TARGET and USER.

    Raises:
        UsageError: the target is none of these two.
    """
    target = environment.get("DBT_TARGET", "prod")
    if target == "prod":
        return ""
    if target == "dev":
        user = environment.get("USER", "me").lower()
        return f"dev_{user.replace('.', '_').replace('-', '_')}_"
    raise UsageError(
        f"DBT_TARGET is '{target}'. Say what the names of its schemas begin with: "
        "--schema-prefix."
    )
