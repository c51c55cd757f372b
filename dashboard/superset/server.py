"""Superset set up and served on this machine, by the programs of its environment."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from dashboard.superset.bundle import bundle, zipped
from dashboard.superset.errors import SupersetError
from dashboard.superset.place import USER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboard.superset.assets import Assets
    from dashboard.superset.place import Place
    from dashboard.superset.reader import Marts

PROGRAMS = Path(".venv") / "superset" / "bin"
CONFIGURATION = Path(__file__).with_name("configuration.py")
INSIDE = Path(__file__).with_name("inside.py")
HOST = "127.0.0.1"
READY_SECONDS = 300
PAUSE_SECONDS = 0.2
LOG_LINES_SHOWN = 15
# what would lead Superset, or its connection, elsewhere
_FOREIGN = ("FLASK_", "SUPERSET_", "SQLALCHEMY_", "GUNICORN_", "PYTHON")
_FOREIGN_PG = ("PGOPTIONS", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR")


class Superset:
    """Superset over some marts.

    Args:
        place: where its things are, settled.
        marts: what it reads.
        programs: the folder of its programs.
    """

    def __init__(self, place: Place, marts: Marts, programs: Path = PROGRAMS) -> None:
        """Name it; nothing happens yet."""
        self._place = place
        self._marts = marts
        self._programs = programs.absolute()

    def set_up(self, assets: Assets, on_step: Callable[[str], None]) -> None:
        """Make the metadata and import the dashboards, as far as that is not done.

        Raises:
            SupersetError: a step failed.
        """
        content = zipped(bundle(assets, self._marts.address))
        fingerprint = hashlib.sha256(content).hexdigest()
        is_new = not self._place.metadata.exists()
        if not is_new and self._place.fingerprint() == fingerprint:
            return
        with self._place.unfinished() as folder:
            path = folder / "assets.zip"
            path.write_bytes(content)
            if is_new:
                on_step("Setting Superset up, which takes a minute or more")
                # aside, so that what is there is always whole
                made = folder / self._place.metadata.name
                self._run(self._beginning(), path, made)
                made.replace(self._place.metadata)
            else:
                on_step("Importing the dashboards")
                self._run([], path, self._place.metadata)
        self._place.imported.write_text(fingerprint, encoding="utf-8")

    def _beginning(self) -> list[list[str]]:
        """The commands that make the metadata, its user and the user's rights."""
        password = self._place.password.read_text(encoding="utf-8").strip()
        name = ("--username", USER, "--firstname", "Superset", "--lastname", "Admin")
        secret = ("--email", f"{USER}@localhost", "--password", password)
        return [["db", "upgrade"], ["fab", "create-admin", *name, *secret], ["init"]]

    def _run(self, commands: list[list[str]], assets: Path, metadata: Path) -> None:
        """Run commands of Superset's, then import a zip.

        Raises:
            SupersetError: something failed.
        """
        work = {"commands": commands, "assets": str(assets), "username": USER}
        with self._place.log.open("ab") as log:
            done = subprocess.run(
                [self._programs / "python", "-I", INSIDE],
                check=False,
                env=self._environment(metadata),
                input=json.dumps(work).encode(),
                stdout=log,
                stderr=log,
            )
        if done.returncode:
            raise self.failed("Superset could not be set up")

    @contextmanager
    def served(self, port: int) -> Iterator[subprocess.Popen[bytes]]:
        """Serve it; within, it answers.

        Raises:
            SupersetError: the port is taken, or it does not start.
        """
        expect_free(port)
        command: list[str | Path] = [
            *(self._programs / "gunicorn", "superset.app:create_app()"),
            *("--bind", f"{HOST}:{port}", "--timeout", "120"),
            *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        ]
        with self._place.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env=self._environment(self._place.metadata),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready(process, port)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()

    def _wait_until_ready(self, process: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(port):
            if process.poll() is not None:
                raise self.failed("Superset did not start")
            if time.monotonic() > deadline:
                raise self.failed("Superset does not answer")
            time.sleep(PAUSE_SECONDS)

    def _environment(self, metadata: Path) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_FOREIGN) and name not in _FOREIGN_PG
        }
        return {
            **kept,
            **self._marts.environment,
            "FLASK_APP": "superset.app:create_app()",
            "SUPERSET_CONFIG_PATH": str(CONFIGURATION),
            "SUPERSET_HOME": str(self._place.folder),
            "SUPERSET_METADATA": f"sqlite:///{quote(str(metadata))}",
        }

    def failed(self, what: str) -> SupersetError:
        """What went wrong, with the end of the log."""
        text = self._place.log.read_text(encoding="utf-8", errors="replace")
        last = (f"  {line}" for line in text.splitlines()[-LOG_LINES_SHOWN:])
        said = "\n".join([f"{what}. Its log, {self._place.log}, ends:", *last])
        return SupersetError(said)


def expect_free(port: int) -> None:
    """Look whether a port of the loopback address can be had.

    Raises:
        SupersetError: it cannot.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SupersetError(
                f"Port {port} cannot be had ({error.strerror}). Choose another: "
                f"make superset PORT={port + 1}"
            ) from error


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://{HOST}:{port}/health", timeout=5) as answer:
            return bool(answer.read() == b"OK")
    except (URLError, OSError):
        return False
