"""The compose file exposes nothing, keeps no password, and builds the marts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.project.conftest import PROGRAMS, PROJECT, generate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Database

TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
EXAMPLE = (PROJECT / ".env.example").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
POSTGRES, BUILD = SERVICES["postgres"], SERVICES["build"]
DOCKERFILE: str = BUILD["build"]["dockerfile_inline"]

# compose puts the variable's value here, or refuses to start where it has none
ASKED_FOR = re.compile(r"\$\{POSTGRES_PASSWORD:\?[^}]+\}")


def variables() -> set[str]:
    """Give the variables that compose itself replaces; `$$` is a plain dollar."""
    return set(re.findall(r"\$\{?(\w+)", TEXT.replace("$$", "")))


def test_only_postgres_is_published_and_only_to_this_machine() -> None:
    published = {
        name: port for name in SERVICES for port in SERVICES[name].get("ports", [])
    }
    assert set(published) == {"postgres"}
    assert all(port.startswith("127.0.0.1:") for port in published.values())
    assert all("network_mode" not in service for service in SERVICES.values())


def test_no_password_is_written_down() -> None:
    passwords = [
        value
        for service in SERVICES.values()
        for name, value in service["environment"].items()
        if "PASS" in name
    ]
    assert len(passwords) == 2
    assert all(ASKED_FOR.fullmatch(password) for password in passwords)
    assert "HOST_AUTH_METHOD" not in TEXT
    assert re.search(r"^POSTGRES_PASSWORD=$", EXAMPLE, re.MULTILINE)


def test_the_example_names_the_variables_that_compose_asks_for() -> None:
    assert set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE)) == variables()


@pytest.mark.parametrize("path", [".env", "exports/customers.csv", "lake/raw_shop"])
def test_git_ignores_what_must_not_be_published(path: str) -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", "--no-index", path],  # noqa: S607 found by PATH
        check=False,
        cwd=PROJECT,
    )
    assert ignored.returncode == 0


def test_images_are_pinned_to_a_version() -> None:
    assert re.fullmatch(r"postgres:\d+\.\d+", POSTGRES["image"])
    assert re.match(r"FROM python:\d+\.\d+\.\d+-slim-\w+\n", DOCKERFILE)


def test_the_build_waits_until_the_server_is_ready() -> None:
    assert "pg_isready" in POSTGRES["healthcheck"]["test"]
    assert BUILD["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_the_build_can_write_nowhere_but_to_its_own_temporary_folder() -> None:
    assert re.search(r"^USER (?!root|0)", DOCKERFILE, re.MULTILINE)
    assert BUILD["read_only"]
    assert BUILD["tmpfs"] == "/tmp"  # noqa: S108 the container's own
    assert all(volume["read_only"] for volume in BUILD["volumes"])


def make_image(root: Path) -> Path:
    """Copy to the working folder below `root` what the image holds of the project."""
    [folder] = re.findall(r"^WORKDIR /(\w+)$", DOCKERFILE, re.MULTILINE)
    image: Path = root / folder
    image.mkdir()
    for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            if (PROJECT / source).is_dir():
                shutil.copytree(PROJECT / source, image / target)
            else:
                shutil.copy(PROJECT / source, image / target)
    return image


def run_build(database: Database, image: Path, **environment: str) -> None:
    """Run the service's command, with its folders below the image's root."""

    def placed(text: str) -> str:
        below = re.sub(r"(?<![\w.])/(?=exports|project|tmp)", f"{image.parent}/", text)
        return below.replace("$$", "$")

    environment = {**BUILD["environment"], **environment}
    done = subprocess.run(
        [placed(word) for word in BUILD["command"]],
        check=False,
        capture_output=True,
        cwd=image,
        encoding="utf-8",
        env={
            **{name: placed(value) for name, value in environment.items()},
            **database.environment,
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            # the image's own packages, not those of the project being tested
            "PYTHONPATH": str(image),
            "PYTHONDONTWRITEBYTECODE": "1",
            # dbt's tests run with the workflow's build
            "DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test",
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_build_loads_the_exports_and_builds_the_marts(
    database: Database, tmp_path: Path
) -> None:
    exports = generate(tmp_path / "exports", "--customers", "50", "--months", "6")
    image = make_image(tmp_path)
    held = sorted(image.rglob("*"))
    # without them Python would find those of the project being tested
    assert {image / "loader" / "cli.py", image / "sandbox" / "cli.py"} <= set(held)
    last_day = "select max(date_day)::text from marts.daily_revenue"

    run_build(database, image)
    assert database.value("select count(*) from marts.orders") > 0
    assert database.value(last_day) > "2025-11-30"

    (exports / "mapping.yml").write_text("source: shop\ncurrency: CHF\n", "utf-8")
    run_build(
        *(database, image),
        MAPPING="/exports/mapping.yml",
        VARS="{as_of_date: 2025-11-30}",
    )
    assert database.value(last_day) == "2025-11-30"
    assert database.rows(
        "select currency from raw_shop.load_history group by load_id, currency"
        " order by load_id"
    ) == [(None,), ("CHF",)], "each load's currency, the second one's by its mapping"

    assert sorted(image.rglob("*")) == held, "the container's own files are read-only"
