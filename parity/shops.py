"""The shops whose marts are compared; the project writes them itself."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.shopify_export import write_export
from parity.engines import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Shop:
    """A kind of shop.

    Args:
        source: What the loader and dbt call it.
        write: Writes its files, for so many customers of about four orders each, into a
            folder; gives the arguments with which the loader takes them.
    """

    source: str
    write: Callable[[Path, int], list[str]]


def write_shop(folder: Path, customers: int) -> list[str]:
    """Write the sandbox's shop, bad records too."""
    files = folder / "shop"
    subprocess.run(
        [
            *(PROGRAMS / "sandbox", "generate", "--dirty"),
            *("--customers", str(customers), "--out", files),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return [str(files), "--max-rejects", "20%"]


def write_shopify(folder: Path, customers: int) -> list[str]:
    """Write the sandbox's shop as Shopify would export it."""
    clean = folder / "clean"
    subprocess.run(
        [
            *(PROGRAMS / "sandbox", "generate"),
            *("--customers", str(customers), "--out", clean),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    exports = folder / "exports"
    write_export(clean, exports)
    return [str(exports), "--mapping", str(exports / "mapping.yml")]


# of all sources, Shopify's has the most logic of its own
SHOPS = (Shop("shop", write_shop), Shop("shopify", write_shopify))
