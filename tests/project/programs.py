"""Running a program whose failure may be what a test is about."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from tests.project.conftest import PROGRAMS, PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def run(
    program: str,
    *arguments: str | Path,
    environment: dict[str, str] | None = None,
    folder: Path = PROJECT,
) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment in a folder; give the finished process."""
    return subprocess.run(
        [PROGRAMS / program, *map(str, arguments)],
        check=False,
        capture_output=True,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        encoding="utf-8",
    )
