"""The workflow keeps to itself, and its steps do what they say, in a clone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.project.conftest import PROGRAMS, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Database

TEXT = (PROJECT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
COMPOSE = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
WORKFLOW: dict[str, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, Any] = WORKFLOW["jobs"]

# what GitHub makes of `shell: bash`
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
BASE_STEP = "Build the base's models"
HEAD_STEP = "Build what is changed, and what stands on it"
ALL_ARE_BUILT = "all models are built"

MART = "models/marts/channels/channel_performance.sql"
CHANGED_MART = ("select * from compared", "select * from compared where 1 = 1")
CHANGED_VARIABLE = ("churn_months: 6", "churn_months: 5")
UNUSED_SETTING = ("models:\n", "models:\n  unused:\n    +enabled: true\n")
BROKEN_PROFILE = ("customer_insights:", "another:")
# of all models, these are soon built
ONLY_SEEDS = {"DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test model"}


def test_the_workflow_has_no_secret_and_may_only_read() -> None:
    assert "secrets." not in TEXT
    assert "PASSWORD" not in TEXT
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in JOBS.values())


def test_jobs_end_and_make_way_for_newer_ones() -> None:
    assert max(job["timeout-minutes"] for job in JOBS.values()) <= 45
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True


def test_actions_and_images_are_pinned() -> None:
    actions = {
        step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step
    }
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in actions)
    images = set(
        re.findall(r"image: (postgres:\d+\.\d+)$", TEXT + COMPOSE, re.MULTILINE)
    )
    assert len(images) == 1, "one server for users and for the workflow"
    assert TEXT.count("image:") == TEXT.count(images.pop())


def test_what_steps_make_are_targets_of_the_makefile() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    asked = {target for job in JOBS for target in made(job)}
    assert asked >= {"lint", "test", "test-superset"}
    assert asked <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


@dataclass(frozen=True)
class Runner:
    """A clone in which steps of the workflow are run, on a database of the tests."""

    database: Database
    clone: Path
    temporary: Path

    @property
    def environment(self) -> dict[str, str]:
        """Lead to the database, and to the clone whatever git was told before."""
        inherited = self.database.environment
        return {
            **{name: inherited[name] for name in inherited if name[:4] != "GIT_"},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "RUNNER_TEMP": str(self.temporary),
            "USER": "runner",
        }

    def git(self, *arguments: str) -> None:
        """Run git as a user without a name."""
        options = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        subprocess.run(
            ["git", *options, *arguments],  # noqa: S607 found by PATH
            check=True,
            capture_output=True,
            cwd=self.clone,
            env=self.environment,
        )

    def commit(self) -> None:
        """Commit all that there is; also nothing."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a step")

    def propose(self, file: str, change: tuple[str, str]) -> None:
        """Let the last commit change a text of a file, and nothing else."""
        self.git("reset", "--quiet", "--hard", "HEAD^1")
        path = self.clone / file
        text = path.read_text(encoding="utf-8")
        assert change[0] in text
        path.write_text(text.replace(*change), encoding="utf-8")
        self.commit()

    def run(
        self, step: dict[str, Any], **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a step, which may fail."""
        assert "${{" not in step["run"], "only GitHub can fill this in"
        return subprocess.run(
            [*BASH, step["run"]],
            check=False,
            capture_output=True,
            cwd=self.clone,
            encoding="utf-8",
            env={**self.environment, **step.get("env", {}), **environment},
        )

    def succeed(self, step: dict[str, Any], **environment: str) -> str:
        """Run a step, which must succeed; give what it said."""
        done = self.run(step, **environment)
        assert done.returncode == 0, f"{step['run']}\n{done.stdout}{done.stderr}"
        return done.stdout

    def developed(self) -> set[str]:
        """Give the tables and views in the developer's schemas, which are emptied.

        Those of the forecast are left out, and where builds stand: every run makes
        them, empty.
        """
        names = self.database.rows(
            "select table_schema, table_name from information_schema.tables"
            " where starts_with(table_schema, 'dev_runner')"
        )
        for schema in {schema for schema, _ in names}:
            self.database.rows(f"drop schema {schema} cascade")
        return {
            name
            for schema, name in names
            if not schema.endswith("_forecast") and name != "build_states"
        }


@pytest.fixture
def runner(database: Database, tmp_path: Path) -> Runner:
    """Give a clone of the files as they are, also of those not committed yet."""
    runner = Runner(database, tmp_path / "clone", tmp_path / "temporary")
    runner.temporary.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 found by PATH
        check=True,
        capture_output=True,
        cwd=PROJECT,
        encoding="utf-8",
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (runner.clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, runner.clone / name)
    # the environment that runs the tests, which `make install` finds to be up to date
    environment = runner.clone / ".venv"
    environment.mkdir()
    (environment / "bin").symlink_to(PROGRAMS)
    (environment / ".run-time").touch()
    runner.git("init", "--quiet", "--initial-branch", "main")
    runner.commit()
    runner.commit()
    return runner


def steps(job: str) -> list[dict[str, Any]]:
    """Give the steps of a job that run a command."""
    return [step for step in JOBS[job]["steps"] if "run" in step]


def made(job: str) -> list[str]:
    """Give the targets of the Makefile that a job makes."""
    runs = "\n".join(step["run"] for step in steps(job))
    return re.findall(r"\bmake ([a-z-]+)", runs)


def named(name: str) -> dict[str, Any]:
    """Give a step of the job for pull requests."""
    by_name = {step.get("name"): step for step in steps("slim")}
    return by_name[name]


def all_models(runner: Runner) -> dict[str, list[str]]:
    """Give the base's models, each with what reads it directly."""
    path = runner.temporary / "built" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    children: dict[str, list[str]] = manifest["child_map"]
    return {node: children[node] for node in children if node.startswith("model.")}


def seeds(runner: Runner) -> set[str]:
    """Give the names of the seeds."""
    return {path.stem for path in (runner.clone / "seeds").glob("*.csv")}


def standing_on(children: dict[str, list[str]], name: str) -> set[str]:
    """Give the names of a model, of what reads it, of what reads that, and so on."""
    found: set[str] = set()
    waiting = [node for node in children if node.endswith(f".{name}")]
    while waiting:
        node = waiting.pop()
        found.add(node.split(".")[-1])
        waiting += [reader for reader in children[node] if reader in children]
    return found


def test_the_build_job_ends_in_marts_and_in_the_documentation(runner: Runner) -> None:
    # dbt's tests run elsewhere
    said = [
        runner.succeed(step, DBT_EXCLUDE_RESOURCE_TYPES="test unit_test")
        for step in steps("build")
    ]
    assert any("rejected" in text for text in said), "the shop is a dirty one"
    assert runner.database.value("select count(*) from marts.orders") > 0
    [artifact] = [
        step["with"]["path"]
        for step in JOBS["build"]["steps"]
        if "upload-artifact" in step.get("uses", "")
    ]
    assert (runner.clone / artifact).is_file()


def test_a_warning_stops_the_build_job_before_it_builds(runner: Runner) -> None:
    [build] = [step for step in steps("build") if step["run"] == "make build"]
    runner.propose("dbt_project.yml", UNUSED_SETTING)
    done = runner.run(build)
    assert done.returncode != 0
    assert "unused" in done.stdout
    built = (
        "select count(*) from information_schema.tables where table_schema = 'seeds'"
    )
    assert runner.database.value(built) == 0


def test_a_pull_request_builds_what_it_changes_and_reads_the_rest_from_its_base(
    runner: Runner,
) -> None:
    base, head = named(BASE_STEP), named(HEAD_STEP)
    for step in steps("slim"):
        if step not in (base, head):
            runner.succeed(step)
    runner.succeed(base)
    children = all_models(runner)

    assert "Nothing to do" in runner.succeed(head)
    assert runner.developed() == set()

    runner.propose(MART, CHANGED_MART)
    assert "assert_channels_add_up_to_orders" in runner.succeed(head)
    assert runner.developed() == standing_on(children, "channel_performance")

    # dbt alone would build nothing
    runner.propose("dbt_project.yml", CHANGED_VARIABLE)
    assert ALL_ARE_BUILT in runner.succeed(head, **ONLY_SEEDS)
    assert runner.developed() == seeds(runner)


def test_a_pull_request_builds_all_where_its_base_cannot_be_built(
    runner: Runner,
) -> None:
    base, head = named(BASE_STEP), named(HEAD_STEP)
    runner.propose("profiles.yml", BROKEN_PROFILE)
    runner.git("revert", "--no-edit", "HEAD")
    assert runner.run(base).returncode != 0
    assert base["continue-on-error"] is True
    assert ALL_ARE_BUILT in runner.succeed(head, **ONLY_SEEDS)
    assert runner.developed() == seeds(runner)
