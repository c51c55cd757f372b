"""dbt for tests that build often: it reads the project once for all of them.

dbt takes longer to start, and to read the project, than to build a small shop. A host
is a process that has dbt in its memory, and the project as dbt has read it for each set
of variables; it forks for each command.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).parents[2]


class DbtHost:
    """A process that runs commands of dbt, one after another."""

    def __init__(self, folder: Path) -> None:
        """Start it; `folder` is for what it has read, and others may share it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.dbt_host", folder],
            cwd=PROJECT,
            encoding="utf-8",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(
        self, arguments: Sequence[str], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as dbt would in a process of its own; it may fail.

        The command `parse` says in which folder is what dbt writes of what it has read;
        it fails where dbt complains, be it by a warning.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
            request = [list(arguments), environment, output.name]
            print(json.dumps(request), file=self._process.stdin, flush=True)
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, output.read(), "")

    def close(self) -> None:
        """End it."""
        self._process.communicate()
