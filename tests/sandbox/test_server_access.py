"""Who gets into the sandbox's server, by which way, and by which variables."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import pytest

from sandbox.environment import LEADING_ELSEWHERE, led_to

if TYPE_CHECKING:
    from sandbox.server import Server
    from tests.sandbox.conftest import Ask, Run

AS_FOUND = {"PATH": "/usr/bin:/bin"}
HOSTILE = dict.fromkeys((*LEADING_ELSEWHERE, "PGHOST", "PGUSER"), "elsewhere")


def sourced(server: Server, script: str) -> str:
    """Source the environment file in a plain shell full of foreign variables."""
    return subprocess.run(
        ["/bin/sh", "-euc", f'. "$1"; {script}', "sh", server.place.environment],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**AS_FOUND, **HOSTILE},
    ).stdout


@pytest.mark.parametrize("way", ["TCP", "socket"])
def test_a_wrong_password_is_refused(ask: Ask, running: Server, way: str) -> None:
    folder = ask(running, "show unix_socket_directories").strip('"')
    host = folder if way == "socket" else "127.0.0.1"
    with pytest.raises(psycopg2.OperationalError, match="password authentication"):
        ask(running, "select 1", host=host, password=f"not {way}")


@pytest.mark.parametrize("way", ["TCP", "socket"])
def test_the_right_password_lets_in(ask: Ask, running: Server, way: str) -> None:
    folder = ask(running, "show unix_socket_directories").strip('"')
    host = folder if way == "socket" else "127.0.0.1"
    assert ask(running, "select 1", host=host) == "1"


def test_the_socket_is_private(ask: Ask, running: Server) -> None:
    folder = ask(running, "show unix_socket_directories").strip('"')
    assert Path(folder).stat().st_mode & 0o077 == 0


def test_no_way_in_goes_without_the_password(ask: Ask, running: Server) -> None:
    methods = "select string_agg(distinct auth_method, ' ') from pg_hba_file_rules"
    assert ask(running, methods) == "scram-sha-256"


@pytest.mark.parametrize("address", ["127.0.0.2", "::1"])
def test_nothing_listens_beyond_the_loopback_address(
    running: Server, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        port = int(running.environment()["PGPORT"])
        assert probe.connect_ex((address, port)) != 0


def test_the_server_is_set_up_for_analytics(ask: Ask, running: Server) -> None:
    assert ask(running, "show jit") == "off"
    assert ask(running, "show server_encoding") == "UTF8"
    assert ask(running, "show timezone") == "UTC"
    builtin = "select datlocprovider from pg_database where datname = 'insights'"
    assert ask(running, builtin) == "b"


def test_names_sort_bytewise_and_know_letters_beyond_ascii(
    ask: Ask, running: Server
) -> None:
    assert ask(running, "select 'Z' < 'a'") == "True"
    assert ask(running, "select upper('é')") == "É"


def test_the_environment_file_leads_to_the_server(running: Server) -> None:
    values = sourced(running, 'printf "%s:%s %s" "$PGHOST" "$PGPORT" "$PGUSER"')
    port = running.environment()["PGPORT"]
    assert values == f"127.0.0.1:{port} insights"


def test_the_environment_file_unsets_what_leads_elsewhere(running: Server) -> None:
    left = sourced(running, "env").splitlines()
    names = {line.partition("=")[0] for line in left if line.startswith("PG")}
    assert names == set(running.environment())


def test_sourcing_the_environment_file_prints_nothing(running: Server) -> None:
    assert sourced(running, ":") == ""


def test_env_prints_the_environment_file(run: Run, running: Server) -> None:
    printed = run("env", "--home", running.place.home)
    assert printed.stdout == running.place.environment.read_text()


def test_env_before_the_first_up_is_a_clear_error(run: Run, running: Server) -> None:
    printed = run("env", "--home", running.place.home / "none")
    assert printed.returncode == 2
    assert "sandbox up" in printed.stderr


def test_an_environment_for_subprocesses_keeps_the_rest(running: Server) -> None:
    led = led_to(running.environment(), {**AS_FOUND, **HOSTILE})
    assert led == {**AS_FOUND, **running.environment()}


def test_the_command_itself_is_not_led_elsewhere(
    run: Run, running: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    up = run("up", "--home", running.place.home)
    assert up.returncode == 0, up.stderr
