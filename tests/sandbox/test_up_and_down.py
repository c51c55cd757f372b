"""`sandbox up`, `down` and `status`."""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from sandbox import postmaster
from sandbox.server import Server
from tests.sandbox.conftest import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Ask, Run


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


def test_the_server_has_a_session_of_its_own(running: Server) -> None:
    process = postmaster.running_process(running.place.data)
    assert process is not None
    assert os.getsid(process) != os.getsid(0)


@pytest.mark.parametrize("name", ["""it's déjà "vu" in $HOME""", "x" * 150])
def test_any_path_will_do(run: Run, tmp_path: Path, name: str) -> None:
    server = Server(tmp_path / name)
    try:
        up = run("up", "--home", tmp_path / name)
        assert up.returncode == 0, up.stderr
        assert run("status", "--home", tmp_path / name).returncode == 0
    finally:
        server.delete()


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
