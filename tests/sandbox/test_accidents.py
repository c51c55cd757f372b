"""`sandbox up` after accidents: crashes, busy ports, interruptions, copies."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from sandbox import postmaster
from sandbox.account import server_account
from sandbox.server import PREFERRED_PORT, Server, free_port
from tests.sandbox.conftest import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandbox.conftest import Ask, Run


def crash(server: Server) -> None:
    """Kill the server's main process, and wait until it is gone."""
    process = postmaster.running_process(server.place.data)
    assert process is not None
    os.kill(process, signal.SIGKILL)
    while postmaster.is_alive(process):
        time.sleep(0.01)


def listener_on(port: int) -> socket.socket:
    """Occupy a port until the end of the `with`."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


@pytest.fixture(scope="module")
def survivor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server, up or down, to which accidents happen."""
    server = Server(tmp_path_factory.mktemp("survivor"))
    yield server
    server.delete()


def test_a_port_taken_while_down_is_given_up(
    run: Run, ask: Ask, survivor: Server
) -> None:
    survivor.up()
    before = int(survivor.environment()["PGPORT"])
    survivor.down()
    with listener_on(before):
        assert run("up", "--home", survivor.place.home).returncode == 0
        after = survivor.environment()["PGPORT"]
        assert after != str(before)
        assert ask(survivor, "show port") == after


def test_up_recovers_after_the_server_was_killed(
    run: Run, ask: Ask, survivor: Server
) -> None:
    survivor.up()
    ask(survivor, "create table kept as select 42 as answer; select 1")
    ask(survivor, "checkpoint; select 1", options="-c synchronous_commit=on")
    crash(survivor)
    up = run("up", "--home", survivor.place.home)
    assert up.returncode == 0, up.stderr
    assert ask(survivor, "select answer from kept") == "42"


def test_up_recovers_when_another_program_has_the_dead_server_s_number(
    run: Run, survivor: Server
) -> None:
    survivor.up()
    data = survivor.place.data
    crash(survivor)
    identity = server_account(data).identity
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **identity) as stranger:
        notes = (data / "postmaster.pid").read_text().splitlines(keepends=True)
        notes[0] = f"{stranger.pid}\n"
        (data / "postmaster.pid").write_text("".join(notes))
        assert run("status", "--home", survivor.place.home).returncode == 1
        assert run("up", "--home", survivor.place.home).returncode == 0
        assert stranger.poll() is None
        stranger.kill()


def test_up_finds_a_running_server_whose_notes_are_lost(
    run: Run, ask: Ask, survivor: Server
) -> None:
    survivor.up()
    survivor.place.state.unlink()
    survivor.place.environment.unlink()
    assert run("up", "--home", survivor.place.home).returncode == 0
    assert ask(survivor, "select 1") == "1"


def test_a_failed_start_shows_the_server_s_log(run: Run, survivor: Server) -> None:
    survivor.up()
    survivor.down()
    settings = survivor.place.data / "postgresql.conf"
    fine = settings.read_text()
    settings.write_text("no_such_setting = 1\n")
    up = run("up", "--home", survivor.place.home)
    settings.write_text(fine)
    assert up.returncode == 2
    assert "no_such_setting" in up.stderr


def test_an_interrupted_creation_begins_again(run: Run, home: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "up", "--home", home], start_new_session=True
    ) as up:
        while not any(Server(home).place.server.glob("data.new-*/global")):
            assert up.poll() is None, "it was over before it could be interrupted"
            time.sleep(0.001)
        os.killpg(up.pid, signal.SIGKILL)
    assert not Server(home).place.data.exists()
    again = run("up", "--home", home)
    assert again.returncode == 0, again.stderr
    assert not any(Server(home).place.server.glob("data.new-*"))


def test_a_copy_of_the_project_gets_a_server_of_its_own(
    run: Run, ask: Ask, tmp_path: Path
) -> None:
    original, copy = Server(tmp_path / "original"), Server(tmp_path / "copy")
    try:
        original.up()
        ask(original, "create table kept as select 42 as answer; select 1")
        original.down()
        shutil.copytree(original.place.home, copy.place.home, symlinks=True)
        assert run("up", "--home", original.place.home).returncode == 0
        assert run("up", "--home", copy.place.home).returncode == 0
        assert original.environment()["PGPORT"] != copy.environment()["PGPORT"]
        copy.delete()
        assert ask(original, "select answer from kept") == "42"
    finally:
        copy.delete()
        original.delete()


def test_a_moved_project_keeps_its_data(run: Run, ask: Ask, tmp_path: Path) -> None:
    before, after = Server(tmp_path / "before"), Server(tmp_path / "after")
    try:
        before.up()
        ask(before, "create table kept as select 42 as answer; select 1")
        before.down()
        before.place.home.rename(after.place.home)
        assert run("up", "--home", after.place.home).returncode == 0
        assert ask(after, "select answer from kept") == "42"
    finally:
        after.delete()


def test_a_busy_port_leads_to_another_one_that_stays(ask: Ask, home: Path) -> None:
    preferred = free_port(PREFERRED_PORT)
    with listener_on(preferred):
        Server(home).up()
        port = Server(home).environment()["PGPORT"]
        assert port != str(preferred)
    Server(home).down()
    Server(home).up()
    assert ask(Server(home), "show port") == port
