"""The data folder: made whole or not at all, and its settings."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.binaries import BUILTIN_LOCALES_SINCE, SCRAM_ITERATIONS_SINCE
from sandbox.errors import StartError, StateError
from sandbox.settings import memory_bytes, server_settings, settings_file

if TYPE_CHECKING:
    from sandbox.account import Account
    from sandbox.binaries import Binaries
    from sandbox.place import Place

SUPERUSER = "insights"
AUTHENTICATION = "scram-sha-256"
ACCESS = f"""\
# Written by `sandbox up`: nobody enters without the password.
local all all {AUTHENTICATION}
host all all 127.0.0.1/32 {AUTHENTICATION}
"""


def data_major(data: Path) -> int | None:
    """Return the major version that made a data folder; None if there is none.

    Raises:
        StateError: The folder is there, but holds no PostgreSQL data.
    """
    if not data.exists():
        return None
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError) as error:
        what = f"{data} is not a whole PostgreSQL data folder."
        remedy = "Put it back, or begin anew without it: `sandbox down --delete`."
        raise StateError(what, remedy) from error


def make_data(place: Place, binaries: Binaries, account: Account) -> None:
    """Make the data folder if it is missing; what an interruption left is made anew.

    Raises:
        StartError: `initdb` failed.
        StateError: The data folder is there, but its password is not.
    """
    password = place.make_password()
    if place.data.exists():
        if place.data.stat().st_uid != account.uid:
            account.own_all(place.data)
        return
    unfinished = place.make_unfinished_data()
    account.own(unfinished)
    with tempfile.NamedTemporaryFile("w", dir=place.server) as password_file:
        password_file.write(password)
        password_file.flush()
        account.own(Path(password_file.name))
        made = account.run(
            [
                str(binaries.initdb),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file.name}",
                f"--auth={AUTHENTICATION}",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                *_locale_options(binaries),
                *_login_options(binaries),
            ]
        )
    if made.returncode != 0:
        what = (
            f"PostgreSQL could not make a data folder in {unfinished}:\n"
            f"{made.stdout.strip()}"
        )
        raise StartError(what)
    write_owned(unfinished / "pg_hba.conf", ACCESS, account)
    unfinished.rename(place.data)


def write_settings(
    data: Path, port: int, socket_folder: Path, account: Account
) -> None:
    """Write the server's settings; they count from its next start."""
    disk = shutil.disk_usage(data).free
    settings = server_settings(
        port, socket_folder, memory_bytes(), disk, os.cpu_count() or 1
    )
    write_owned(data / "postgresql.auto.conf", settings_file(settings), account)


def write_owned(path: Path, text: str, account: Account) -> None:
    """Write a file of the data folder, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8", errors="surrogateescape")
    account.own(new)
    new.replace(path)


def _locale_options(binaries: Binaries) -> list[str]:
    if binaries.major < BUILTIN_LOCALES_SINCE:
        return []
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def _login_options(binaries: Binaries) -> list[str]:
    # nobody guesses a password of 192 random bits; hashing it often would only make
    # each login slow, and dbt logs in for each model and test
    if binaries.major < SCRAM_ITERATIONS_SINCE:
        return []
    return ["--set=scram_iterations=1"]
