"""The mistakes that the README lists are unit tests, and all that are so named."""

from __future__ import annotations

import re

import yaml

from tests.project.conftest import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
PREFIX = "mistake_"
# PostgreSQL cuts longer names
LONGEST = 63


def unit_tests() -> dict[str, dict[str, str]]:
    """Give the unit tests by their names."""
    files = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (PROJECT / "models").rglob("*.yml")
    ]
    return {test["name"]: test for file in files for test in file.get("unit_tests", [])}


def test_the_mistakes_of_the_readme_are_unit_tests_that_tell_the_wrong_answer() -> None:
    listed = re.findall(rf"`({PREFIX}\w+)`", README)
    tests = unit_tests()
    assert len(listed) > 5
    assert sorted(listed) == sorted(name for name in tests if name.startswith(PREFIX))
    for name in listed:
        assert "would" in tests[name]["description"], name
        assert len(name) <= LONGEST, name
