"""CDNOW's customers, where the sample is here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.cdnow import read

if TYPE_CHECKING:
    import pandas as pd

SHARED = Path(__file__).parents[3] / "shared" / "data"


def sample_of_cdnow() -> Path:
    """Give the sample's path; or skip the test."""
    path = SHARED / "cdnow_sample" / "CDNOW_sample.txt"
    if not path.is_file():
        pytest.skip(f"needs {path.name}")
    return path


def read_cdnow() -> pd.DataFrame:
    """A row per customer and purchase day: customer, day, value; or skip the test."""
    return read(sample_of_cdnow())
