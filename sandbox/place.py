"""Where a sandbox keeps its things.

.sandbox/            the home
    lock             held by the command at work
    env              for `sh` to source
    server/          a folder, or a link to one that the server's account can reach
        password     of the superuser
        state.json   port, socket and programs chosen
        data/        PostgreSQL's own
        data.new-…/  the same while it is being made; worthless
        server.log
        postgresql/  copied programs, where the server cannot run the original ones
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import StateError

if TYPE_CHECKING:
    from sandbox.account import Account

REACHABLE_BY_ALL = Path("/var/lib/customer-insights-sandbox")
PROJECT_MARKS = ("dbt_project.yml", "pyproject.toml")
LONGEST_SOCKET_PATH = 103
UNFINISHED_PREFIX = "data.new-"
SOCKET_FOLDER_PREFIX = "customer-insights-"
SOCKET_NAME = ".s.PGSQL.65535"


@dataclass(frozen=True)
class State:
    """What one `up` chose, for the next one to keep to."""

    port: int
    socket_folder: str
    binaries: str


@dataclass(frozen=True)
class Place:
    """The files and folders of one sandbox."""

    home: Path

    @property
    def lock(self) -> Path:
        """The lock file."""
        return self.home / "lock"

    @property
    def environment(self) -> Path:
        """The file for `sh` to source."""
        return self.home / "env"

    @property
    def link(self) -> Path:
        """The server's folder as the home shows it: a folder or a link."""
        return self.home / "server"

    @property
    def server(self) -> Path:
        """The folder in which the server's things really lie."""
        if self.link.is_symlink():
            target = self.link.resolve()
            return target if self._is_mine(target) else self.elsewhere
        if not self.link.exists() and self.elsewhere.is_dir():
            return self.elsewhere
        return self.link

    def _is_mine(self, folder: Path) -> bool:
        """Tell whether a linked folder is not that of a home which was copied here."""
        try:
            note = (folder / "home").read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            return True
        other = Path(note.rstrip("\n"))
        return other == self.home or not (other / "server").exists()

    @property
    def elsewhere(self) -> Path:
        """The folder to use where the server's account cannot reach the home."""
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()
        return REACHABLE_BY_ALL / digest[:16]

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.server / "data"

    def make_unfinished_data(self) -> Path:
        """Make a folder for new data; what earlier attempts left is removed."""
        for leftover in self.server.glob(f"{UNFINISHED_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=UNFINISHED_PREFIX, dir=self.server))

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.server / "server.log"

    @property
    def password(self) -> Path:
        """The file with the superuser's password."""
        return self.server / "password"

    @property
    def state(self) -> Path:
        """The file with the choices of the last `up`."""
        return self.server / "state.json"

    @property
    def copied_binaries(self) -> Path:
        """The folder for copied programs."""
        return self.server / "postgresql"

    def settle(self, account: Account) -> None:
        """Make the home and, where the account can reach it, the server's folder.

        Raises:
            StateError: The home's names are taken by something else.
        """
        if self.link.exists() and not self.link.is_dir():
            what = f"{self.link} is not a folder."
            raise StateError(what, "Choose another folder: `--home DIR`.")
        self.home.mkdir(parents=True, exist_ok=True)
        if not account.is_lent:
            self.link.mkdir(mode=0o700, exist_ok=True)
            return
        if self.link.is_symlink() or self.elsewhere.is_dir():
            self._settle_elsewhere()
            return
        self.link.mkdir(mode=0o711, exist_ok=True)
        if self._can_be_used_by(account):
            return
        if self.data.exists():
            what = f"The account {account.name} cannot reach {self.data} any more."
            raise StateError(what, "Let it traverse the folders above that one.")
        shutil.rmtree(self.link)
        self._settle_elsewhere()

    def _can_be_used_by(self, account: Account) -> bool:
        probe = self.link / "probe"
        probe.mkdir(mode=0o700, exist_ok=True)
        account.own(probe)
        try:
            return account.can_write_in(probe)
        finally:
            probe.rmdir()

    def _settle_elsewhere(self) -> None:
        target = self.server if self.link.is_symlink() else self.elsewhere
        target.mkdir(parents=True, exist_ok=True)
        for folder in (REACHABLE_BY_ALL, target):
            folder.chmod(0o711)
        note = target / "home"
        note.write_text(f"{self.home}\n", "utf-8", "surrogateescape")
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(target)

    def read_state(self) -> State | None:
        """Read the choices of the last `up`; None before the first."""
        try:
            return State(**json.loads(self.state.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write_state(self, state: State) -> None:
        """Keep the choices of this `up`."""
        self.write_private(self.state, json.dumps(asdict(state), indent=2) + "\n")

    def read_password(self) -> str:
        """Read the superuser's password.

        Raises:
            StateError: There is none.
        """
        try:
            return self.password.read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            what = f"The password of the server is not in {self.password}."
            remedy = "Put it back, or begin anew: `sandbox down --delete`."
            raise StateError(what, remedy) from error

    def make_password(self) -> str:
        """Read the superuser's password, or make one before there is a server."""
        if not self.password.exists() and not self.data.exists():
            self.write_private(self.password, secrets.token_urlsafe(24) + "\n")
        return self.read_password()

    def write_private(self, path: Path, text: str) -> None:
        """Write a file, whole or not at all, that its owner alone can read."""
        owner = self.home.stat()
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if os.geteuid() == 0:
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        Path(name).replace(path)

    def make_socket_folder(self, account: Account) -> Path:
        """Make an empty private folder for the unix socket, whose path must be short.

        The home serves where its path fits, otherwise a new temporary folder.
        """
        self.remove_socket_folder()
        folder = self.server / "socket"
        if _fits_socket(folder):
            folder.mkdir(mode=0o700)
        else:
            bases = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108
            base = next(each for each in bases if _fits_socket(each / ("x" * 32)))
            folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER_PREFIX, dir=base))
        account.own(folder)
        return folder

    def remove_socket_folder(self) -> None:
        """Remove the socket's folder, wherever the last `up` made it."""
        shutil.rmtree(self.server / "socket", ignore_errors=True)
        state = self.read_state()
        if state and Path(state.socket_folder).name.startswith(SOCKET_FOLDER_PREFIX):
            shutil.rmtree(state.socket_folder, ignore_errors=True)

    def delete(self) -> None:
        """Delete all that belongs to a stopped server, wherever it lies.

        What else is in the home stays.
        """
        self.remove_socket_folder()
        if self.server.exists():
            shutil.rmtree(self.server)
        if self.link.is_symlink():
            self.link.unlink()
        self.environment.unlink(missing_ok=True)
        self.lock.unlink(missing_ok=True)
        for folder in (self.home, REACHABLE_BY_ALL):
            with suppress(OSError):
                folder.rmdir()


def default_home() -> Path:
    """Return `.sandbox` in the root of the project around the current folder."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if any((folder / mark).is_file() for mark in PROJECT_MARKS):
            return folder / ".sandbox"
    return here / ".sandbox"


def folder_bytes(folder: Path) -> int:
    """Return what the files below a folder take up, in bytes."""
    names = ((parent, name) for parent, _, names in os.walk(folder) for name in names)
    return sum(_file_bytes(Path(parent) / name) for parent, name in names)


def _file_bytes(path: Path) -> int:
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def _fits_socket(folder: Path) -> bool:
    path = os.fsencode(folder / SOCKET_NAME)
    return len(path) <= LONGEST_SOCKET_PATH and str(folder).isprintable()
