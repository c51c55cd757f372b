"""One sandbox command at a time in one folder."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sandbox.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAUSE_SECONDS = 0.05


@contextmanager
def locked(path: Path, patience_seconds: float = 300) -> Iterator[None]:
    """Hold an exclusive lock on a file, which is made if it is missing.

    The system gives the lock up with the process, however that ends.

    Args:
        path: The lock file; its holder may delete it.
        patience_seconds: How long to wait for another holder.

    Raises:
        LockedError: The other holder kept it for longer.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _wait_for(handle, path, deadline)
            if _is_still(handle, path):
                yield
                return
        finally:
            os.close(handle)


def _wait_for(handle: int, path: Path, deadline: float) -> None:
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if time.monotonic() > deadline:
            what = f"Another sandbox command holds {path}."
            raise LockedError(what, "Wait for it to end, or stop it.")
        time.sleep(PAUSE_SECONDS)


def _is_still(handle: int, path: Path) -> bool:
    """Tell whether the locked file is the one that the path names now."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
