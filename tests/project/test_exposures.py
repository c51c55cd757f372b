"""The lineage ends in what reads the marts, and names what each of them reads."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.project.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MARTS = {path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql")}
DASHBOARD = PROJECT / "dashboard"
PAGE = [*DASHBOARD.glob("*.py"), *(DASHBOARD / "sections").glob("*.py")]


@pytest.fixture(scope="module")
def exposed() -> dict[str, set[str]]:
    """Give the marts of each exposure."""
    text = (PROJECT / "models" / "exposures.yml").read_text(encoding="utf-8")
    return {
        exposure["name"]: set(re.findall(r"ref\('(\w+)'\)", str(exposure)))
        for exposure in yaml.safe_load(text)["exposures"]
    }


def selected(files: Iterable[Path]) -> set[str]:
    """Give the marts that the SQL in Python files selects from."""
    texts = [
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    names = re.findall(r"\b(?:from|join)\s+(?:marts\.)?(\w+)", "\n".join(texts))
    return MARTS & set(names)


def test_the_page_and_the_demo_are_exposed_with_the_marts_that_they_ask(
    exposed: dict[str, set[str]],
) -> None:
    assert len(selected(PAGE)) > 30
    assert exposed["dashboard_page"] == selected(PAGE)
    assert exposed["demo_summary"] == selected([PROJECT / "sandbox" / "demo.py"])
