"""The server's main process: whether it lives, how it starts, how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.account import plain_environment
from sandbox.errors import StartError

if TYPE_CHECKING:
    from sandbox.account import Account

PAUSE_SECONDS = 0.02
PORT_LINE = 3
STATUS_LINE = 7
LAUNCH = '"$@" >&2 & echo "$!"'
STOP_SECONDS = {signal.SIGINT: 60.0, signal.SIGQUIT: 10.0, signal.SIGKILL: 5.0}


def running_process(data: Path) -> int | None:
    """Return the process id of the server on a data folder; None if there is none.

    A process that merely has the number an earlier server had does not count.
    """
    noted = noted_process(data)
    return noted if noted is not None and serves(noted, data) else None


def noted_process(data: Path) -> int | None:
    """Return the process id that the data folder's postmaster.pid holds."""
    lines = _notes(data)
    return int(lines[0]) if lines and lines[0].isdecimal() else None


def noted_port(data: Path) -> int | None:
    """Return the port that the running server serves."""
    lines = _notes(data)
    return int(lines[PORT_LINE]) if len(lines) > PORT_LINE else None


def is_ready(process: int, data: Path) -> bool:
    """Tell whether a server that was started says that it takes connections."""
    lines = _notes(data)
    return (
        len(lines) > STATUS_LINE
        and lines[0] == str(process)
        and lines[STATUS_LINE].strip() == "ready"
    )


def _notes(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def serves(process: int, data: Path) -> bool:
    """Tell whether a process is alive and works in a data folder."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{process}/cwd").samefile(data)
        except OSError:
            return False
    told = subprocess.run(
        ["/bin/ps", "-o", "stat=,command=", "-p", str(process)],
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    ).stdout.strip()
    return not told.startswith("Z") and str(data) in told


def forget_stranger(data: Path) -> None:
    """Remove a postmaster.pid whose number now belongs to another program.

    PostgreSQL itself clears up after a dead process, but refuses to start while any
    process of the same account has the number, as may be after a crash of the machine.
    """
    noted = noted_process(data)
    if noted is None or not is_alive(noted) or any_serves(data):
        return
    (data / "postmaster.pid").unlink(missing_ok=True)


def any_serves(data: Path) -> bool:
    """Tell whether any process, such as an orphaned backend, works in a folder."""
    numbers = [int(each.name) for each in Path("/proc").glob("[0-9]*")]
    return any(serves(number, data) for number in numbers)


def is_alive(process: int) -> bool:
    """Tell whether a process has not ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        status = Path(f"/proc/{process}/stat").read_text(encoding="latin-1")
        return not status.rpartition(")")[2].lstrip().startswith("Z")
    return True


def start(postgres: Path, data: Path, log: Path, account: Account) -> int:
    """Start the server in a session of its own, which outlives the caller.

    Args:
        postgres: The server program.
        data: Its data folder.
        log: The file that takes what it prints.
        account: Who runs it.

    Returns:
        Its process id; it is not ready for connections yet.

    Raises:
        StartError: The shell that launches it failed.
    """
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        launched = subprocess.run(
            ["/bin/sh", "-c", LAUNCH, "sh", str(postgres), "-D", str(data)],
            check=False,
            cwd="/",
            encoding="ascii",
            env=plain_environment(),
            start_new_session=True,
            stderr=handle,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            umask=0o077,
            **account.identity,
        )
    finally:
        os.close(handle)
    if launched.returncode != 0:
        what = f"{postgres} could not be launched (exit code {launched.returncode})."
        raise StartError(what)
    return int(launched.stdout)


def stop(process: int, data: Path, *, keep: bool) -> None:
    """Stop the server: at first politely, in the end by force.

    Args:
        process: The server's number.
        data: Its data folder.
        keep: The data are wanted: the server may bring them to the disk.

    Raises:
        StartError: It is still there.
    """
    for force, patience_seconds in STOP_SECONDS.items():
        if force == signal.SIGINT and not keep:
            continue
        deadline = time.monotonic() + patience_seconds
        with suppress(ProcessLookupError):
            os.kill(process, force)
        while serves(process, data):
            if time.monotonic() > deadline:
                break
            time.sleep(PAUSE_SECONDS)
        else:
            return
    what = f"The server (process {process}) does not stop."
    raise StartError(what)
