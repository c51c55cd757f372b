"""Where Superset keeps its things.

.sandbox/superset/   readable by its owner alone
    lock             held by the command at work
    password         of the user admin
    secret_key       what Superset signs its sessions with
    reader.json      the role that reads the marts, and its password
    metadata.db      users, dashboards, charts
    imported         the fingerprint of the dashboards in it
    log              what Superset has to say; log.old, what it said the time before
    unfinished-…/    metadata being made; worthless
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "admin"
_UNFINISHED = "unfinished-"


@dataclass(frozen=True)
class Place:
    """The files of one Superset."""

    folder: Path

    @property
    def lock(self) -> Path:
        """The lock file."""
        return self.folder / "lock"

    @property
    def password(self) -> Path:
        """The file with the password of Superset's user."""
        return self.folder / "password"

    @property
    def secret_key(self) -> Path:
        """The file with what Superset signs its sessions with."""
        return self.folder / "secret_key"

    @property
    def reader(self) -> Path:
        """The file that names the role that reads the marts."""
        return self.folder / "reader.json"

    @property
    def metadata(self) -> Path:
        """Superset's own database; whole where it is there."""
        return self.folder / "metadata.db"

    @property
    def imported(self) -> Path:
        """The file with the fingerprint of what was imported."""
        return self.folder / "imported"

    @property
    def log(self) -> Path:
        """What Superset has to say."""
        return self.folder / "log"

    def settle(self) -> None:
        """Make the folder and the secrets that are missing; the lock must be held."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".old"))
        for leftover in self.folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if not self.secret_key.exists():
            write_private(self.secret_key, secrets.token_urlsafe(48))
        if not self.password.exists():
            # without its password, nobody gets into what is there
            self.metadata.unlink(missing_ok=True)
            self.imported.unlink(missing_ok=True)
            write_private(self.password, secrets.token_urlsafe(12))

    def fingerprint(self) -> str:
        """What was imported last; empty where nothing was."""
        return self.imported.read_text("utf-8") if self.imported.exists() else ""

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """A folder for what nobody uses yet, for as long as it is being made."""
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=self.folder) as name:
            yield Path(name)


def write_private(path: Path, text: str) -> None:
    """Write a file, whole or not at all, that its owner alone can read."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
