"""Arrow without pandas, until something of pandas is really needed.

To make the smallest array or scalar, pyarrow looks once whether pandas can be imported,
in Python and in C++, and so imports it: 0.4 seconds and 50 MB in vain. Where it finds
none, it goes without, until to_pandas() asks again.
"""

import sys
from collections.abc import Sequence

import pyarrow as pa


class _NoPandas:
    """Finds no pandas, as if it were not installed."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: object
    ) -> None:
        """Refuse one module, and leave the others to those who find modules.

        Raises:
            ModuleNotFoundError: for pandas.
        """
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def put_off_pandas() -> None:
    """Let pyarrow look for pandas now, and find none, unless it is imported already."""
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(finder)  # type: ignore[arg-type]
