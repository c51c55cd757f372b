"""The marts' contracts: what a row is, and which columns there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MODELS = Path(__file__).parents[2] / "models"
_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
_REFERENCE = re.compile(r"{{ *doc\('(\w+)'\) *}}")


@dataclass(frozen=True)
class Column:
    """A column: its type as the contract writes it, and its definition."""

    type: str
    description: str


@dataclass(frozen=True)
class Mart:
    """A mart; its description begins with what a row is."""

    name: str
    description: str
    columns: dict[str, Column]


@cache
def read_marts() -> dict[str, Mart]:
    """All marts by name, with the texts that several columns share filled in."""
    shared = (MODELS / "_docs.md").read_text(encoding="utf-8")
    texts = {name: _joined(text) for name, text in _BLOCK.findall(shared)}
    models = [
        model
        for path in sorted((MODELS / "marts").rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    ]
    return {model["name"]: _mart(model, texts) for model in models}


def _mart(model: dict[str, Any], texts: dict[str, str]) -> Mart:
    def described(text: str) -> str:
        return _REFERENCE.sub(lambda found: texts[found[1]], _joined(text))

    columns = {
        column["name"]: Column(column["data_type"], described(column["description"]))
        for column in model["columns"]
    }
    return Mart(model["name"], described(model["description"]), columns)


def _joined(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
