"""Which user account runs the server, and what that account can reach.

PostgreSQL refuses to run as root. An ordinary user runs it as himself; root lends it
to an account without privileges.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from sandbox.errors import AccountError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DISTRIBUTION_ACCOUNT = "postgres"
OWN_ACCOUNT = "customer-insights"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that change the user; empty for no change."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user account for server processes."""

    name: str
    uid: int
    gid: int

    @property
    def is_lent(self) -> bool:
        """Whether processes have to change from root to this account."""
        return os.geteuid() != self.uid

    @property
    def identity(self) -> Identity:
        """The arguments with which `subprocess` runs something as this account."""
        if not self.is_lent:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def run(
        self, command: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, in `/`, without the caller's environment.

        Args:
            command: The program and its arguments.
            variables: Environment variables beside PATH and LC_ALL.

        Returns:
            The finished process; its output and errors come together in `stdout`.
        """
        return subprocess.run(
            command,
            check=False,
            cwd="/",
            encoding="utf-8",
            env=plain_environment(variables),
            errors="replace",
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            umask=0o077,
            **self.identity,
        )

    def own(self, path: Path) -> None:
        """Make this account the owner of a file or folder."""
        if self.is_lent:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_all(self, folder: Path) -> None:
        """Make this account the owner of a folder and all in it."""
        self.own(folder)
        for path in folder.rglob("*"):
            self.own(path)

    def can_execute(self, program: Path) -> bool:
        """Try, as this account, whether a program starts."""
        try:
            return self.run([str(program), "--version"]).returncode == 0
        except OSError:
            return False

    def can_write_in(self, folder: Path) -> bool:
        """Try, as this account, whether a file can be made in a folder."""
        script = 'cd "$1" && : > .probe && rm .probe'
        tried = self.run(["/bin/sh", "-c", script, "sh", str(folder)])
        return tried.returncode == 0


def plain_environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which nothing of the caller's changes PostgreSQL."""
    return {
        "PATH": os.environ.get("PATH", SYSTEM_PATH),
        "LC_ALL": "C",
        **(variables or {}),
    }


def server_account(data: Path) -> Account:
    """Choose who runs the server.

    Args:
        data: The data folder, which may not exist yet; if it does, and root asks, the
            server runs as its owner.

    Returns:
        The caller's own account or, for root, one without privileges.

    Raises:
        AccountError: Root has no such account and cannot make one.
    """
    if os.geteuid() != 0:
        return _account_of(os.geteuid())
    if data.exists() and data.stat().st_uid != 0:
        return _account_of(data.stat().st_uid)
    for name in (DISTRIBUTION_ACCOUNT, OWN_ACCOUNT):
        if account := named_account(name):
            return account
    return create_account(OWN_ACCOUNT)


def named_account(name: str) -> Account | None:
    """Look up an account without privileges; None if there is no such account."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    if entry.pw_uid == 0:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def create_account(name: str) -> Account:
    """Create a system account that nobody can log in to.

    Raises:
        AccountError: The system offers no known program for it, or it failed.
    """
    remedy = (
        f"Create an account for it (`useradd --system {name}`), or run this command "
        "as an ordinary user."
    )
    what = "PostgreSQL does not run as root, and no other account is there to run it."
    nologin = shutil.which("nologin", path=SYSTEM_PATH) or "/bin/false"
    if useradd := shutil.which("useradd", path=SYSTEM_PATH):
        command = [useradd, "--system", "--no-create-home", "--shell", nologin, name]
    elif adduser := shutil.which("adduser", path=SYSTEM_PATH):
        command = [adduser, "-S", "-D", "-H", "-s", nologin, name]
    else:
        raise AccountError(what, remedy)
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    account = named_account(name)
    if account is None:
        detail = made.stderr.strip() or f"exit code {made.returncode}."
        what = f"{what} Creating one failed: {detail}"
        raise AccountError(what, remedy)
    return account


def _account_of(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, os.getegid() if uid == os.geteuid() else uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
