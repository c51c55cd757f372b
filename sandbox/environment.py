"""The libpq variables that lead a program to the sandbox, and nowhere else."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEADING_ELSEWHERE = (
    "PGCHANNELBINDING",
    "PGCLIENTENCODING",
    "PGDATESTYLE",
    "PGGSSDELEGATION",
    "PGGSSENCMODE",
    "PGGSSLIB",
    "PGHOSTADDR",
    "PGKRBSRVNAME",
    "PGLOADBALANCEHOSTS",
    "PGMAXPROTOCOLVERSION",
    "PGMINPROTOCOLVERSION",
    "PGOPTIONS",
    "PGPASSFILE",
    "PGREALM",
    "PGREQUIREAUTH",
    "PGREQUIREPEER",
    "PGREQUIRESSL",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSSLCERT",
    "PGSSLCERTMODE",
    "PGSSLCOMPRESSION",
    "PGSSLCRL",
    "PGSSLCRLDIR",
    "PGSSLKEY",
    "PGSSLKEYLOGFILE",
    "PGSSLMAXPROTOCOLVERSION",
    "PGSSLMINPROTOCOLVERSION",
    "PGSSLNEGOTIATION",
    "PGSSLROOTCERT",
    "PGSSLSNI",
    "PGSYSCONFDIR",
    "PGTARGETSESSIONATTRS",
    "PGTZ",
)


def environment_file(variables: Mapping[str, str]) -> str:
    """Write a file for `sh` to source, which changes variables and nothing else."""
    unset = [f"unset {name}" for name in LEADING_ELSEWHERE]
    export = [
        f"export {name}={shlex.quote(value)}" for name, value in variables.items()
    ]
    head = "# Written by `sandbox up`. Use it in a shell: . .sandbox/env"
    return "\n".join([head, *unset, *export, ""])


def led_to(variables: Mapping[str, str], base: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for subprocesses that use the sandbox.

    Args:
        variables: What `Server.environment()` gives.
        base: The environment to start from, such as `os.environ`; stays as it is.
    """
    kept = {name: base[name] for name in base if name not in LEADING_ELSEWHERE}
    return {**kept, **variables}


@contextmanager
def without_libpq_variables() -> Iterator[None]:
    """Hide all PG… variables of this process, so that arguments alone count."""
    hidden = {name: os.environ[name] for name in os.environ if name.startswith("PG")}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)
