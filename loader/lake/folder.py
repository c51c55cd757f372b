"""A lake's folder: its lock, and contents that loads put in each other's place.

The content of a source is a folder of its own for each load, `.loads/raw_shop/3`, to
which the link `raw_shop` leads. A load writes a new one beside it, brings it to the
disk, and then replaces the link, which happens at once: readers find the old files or
the new ones. The content before stays until the next load, for those who still read it.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from loader.connection import process_name
from loader.errors import LakeError


class Lake:
    """A source's place in a folder of Parquet files."""

    def __init__(self, folder: Path, source: str) -> None:
        """Name the place; nothing is made yet."""
        self.folder = folder.resolve()
        self.source = source
        self.link = self.folder / f"raw_{source}"
        self.loads = self.folder / ".loads" / f"raw_{source}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the source, which ends with the process at the latest.

        Raises:
            LakeError: another load holds it; says which.
        """
        self.loads.mkdir(parents=True, exist_ok=True)
        with (self.loads / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                message = (
                    f"Another load of source '{self.source}' into {self.folder} is "
                    f"running ({file.read() or 'it has just ended'}). Try again when "
                    "it is done."
                )
                raise LakeError(message) from error
            since = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
            file.truncate(0)
            file.write(f"{process_name('loader ' + self.source)}, since {since}")
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)

    def content(self) -> Path | None:
        """The folder that the link leads to, if there is one.

        Raises:
            LakeError: something else has the link's name.
        """
        if self.link.is_symlink():
            return self.link.resolve() if self.link.exists() else None
        if self.link.exists():
            message = (
                f"{self.link} exists, but is not a link that the loader has made. "
                "Rename or delete it, and load again."
            )
            raise LakeError(message)
        return None

    def begin(self, load_id: int) -> Path:
        """A new empty folder for the content that a load makes.

        What loads left that were interrupted, and the content before the present one,
        is deleted.
        """
        present = self.content()
        for folder in self.loads.iterdir():
            if folder.is_dir() and folder != present:
                shutil.rmtree(folder)
        new = self.loads / str(load_id)
        new.mkdir()
        return new

    def publish(self, content: Path) -> None:
        """Let the link lead to a content, which is on the disk by then."""
        for folder in [*content.iterdir(), content, self.loads, self.loads.parent]:
            synchronise(folder)
        new = self.loads / "link"
        new.unlink(missing_ok=True)
        new.symlink_to(content.relative_to(self.folder))
        new.replace(self.link)
        synchronise(self.folder)


def said(error: Exception) -> str:
    """What an error says, on one line and without a full stop."""
    return " ".join(str(error).split()).removesuffix(".")


def keep(present: Path, new: Path, table: str) -> None:
    """Let a new content have the files that the present one has of a table."""
    (new / table).mkdir(exist_ok=True)
    for file in (present / table).glob("*.parquet"):
        place = new / table / file.name
        try:
            place.hardlink_to(file)
        except OSError:  # a file system without hard links
            shutil.copyfile(file, place)
            synchronise(place)


def synchronise(path: Path) -> None:
    """Bring a file, or a folder's list of files, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
