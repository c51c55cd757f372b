"""`make lint` holds the workflow and the compose file against their schemas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.project.conftest import PROJECT
from tests.project.programs import run

if TYPE_CHECKING:
    from pathlib import Path

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
CHECK = re.compile(r"^\t@\$\(BIN\)/check-jsonschema (.*) (\S+)$", re.MULTILINE)

# a key of each file, which is misspelt to see that it is noticed
KEYS = {
    ".github/workflows/ci.yml": "runs-on:",
    "docker-compose.yml": "healthcheck:",
}


def checks() -> dict[str, list[str]]:
    """Give the files that the linter checks, with the checker's options."""
    return {file: options.split() for options, file in CHECK.findall(MAKEFILE)}


def test_each_file_is_checked() -> None:
    assert set(checks()) == set(KEYS)


@pytest.mark.parametrize("file", KEYS)
def test_a_misspelt_key_is_noticed(file: str, tmp_path: Path) -> None:
    options = checks()[file]
    intact = run("check-jsonschema", *options, file)
    assert intact.returncode == 0, intact.stdout

    broken = tmp_path / "broken.yml"
    text = (PROJECT / file).read_text(encoding="utf-8")
    assert KEYS[file] in text
    broken.write_text(text.replace(KEYS[file], f"x{KEYS[file]}"), encoding="utf-8")
    noticed = run("check-jsonschema", *options, broken)
    assert noticed.returncode == 1
    assert f"x{KEYS[file]}".rstrip(":") in noticed.stdout
