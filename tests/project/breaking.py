"""Break each definition once on purpose: which test notices?

    .venv/bin/python -m tests.project.breaking ["part of a file or name" ...]

For whoever changes a definition or a test; run by hand, since it takes minutes: pytest
does not collect it, and `make test` does not run it. `breaking.yml` beside this file
lists what is broken, one by one, in a copy of the project. What is broken and all that
comes after it is then built and tested, over a dirty shop on a server of its own. The
first unit test that fails keeps its model, and so the data tests, from being run. The
exit code is 1 if something went unnoticed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import typer
import yaml
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner

from sandbox.environment import LEADING_ELSEWHERE
from sandbox.server import NAME, Server
from tests.project.conftest import PROGRAMS, PROJECT, generate

PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests")
SHOP = ("--dirty", "--customers", "400", "--months", "18")
PREPARED = "prepared"
SHOWN = 3
KINDS = {"unit_test": "unit", "test": "data", "model": "stops", "seed": "stops"}


@dataclass(frozen=True)
class Break:
    """A definition to break: the text of a file that is replaced."""

    name: str
    file: str
    old: str
    new: str

    def apply(self, text: str) -> str:
        """Break the file's text; the old text must be in it once.

        Raises:
            ValueError: It is not, so the table has to follow the project.
        """
        pattern = r"\s+".join(re.escape(word) for word in self.old.split())
        found = list(re.finditer(pattern, text))
        if len(found) != 1:
            what = f"'{self.name}': {self.file} has {len(found)} times: {self.old}"
            raise ValueError(what)
        return text[: found[0].start()] + self.new + text[found[0].end() :]


def read_breaks() -> list[Break]:
    """Read the table, and see that all of it still fits the project."""
    table = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8"))
    breaks = [
        Break(name, file, texts["old"], texts.get("new", ""))
        for file, named in table.items()
        for name, texts in named.items()
    ]
    for each in breaks:
        each.apply((PROJECT / each.file).read_text("utf-8"))
    return breaks


class Laboratory:
    """A copy of the project with a server of its own, on which it was built once."""

    def __init__(self, folder: Path) -> None:
        """Copy the project; nothing runs before `prepare`."""
        self.project = folder / "project"
        self.shop = folder / "shop"
        self.server = Server(folder / "server")
        self.project.mkdir()
        for part in PARTS:
            source, copy = PROJECT / part, self.project / part
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("*.py*"))
            else:
                shutil.copy(source, copy)

    def prepare(self) -> None:
        """Load a dirty shop, build everything once, and keep the database."""
        self.server.up()
        for name in LEADING_ELSEWHERE:
            os.environ.pop(name, None)
        os.environ.update(self.server.environment())
        generate(self.shop, *SHOP)
        load = [str(PROGRAMS / "loader"), "load", str(self.shop)]
        subprocess.run(load, check=True, capture_output=True)
        if noticed := self.build():
            raise ValueError(f"Before anything is broken: {noticed}")
        self.command(f"alter database {NAME} rename to {PREPARED}")

    def notice(self, each: Break) -> dict[str, list[str]]:
        """Break a definition, build, mend it, and give the failures by their kind."""
        self.command(f"drop database if exists {NAME} with (force)")
        self.command(f"create database {NAME} template {PREPARED}")
        path = self.project / each.file
        text = path.read_text("utf-8")
        path.write_text(each.apply(text), "utf-8")
        is_macro = each.file.startswith("macros/")
        broken = "state:modified+" if is_macro else f"path:{each.file}+"
        try:
            return self.build("--select", broken, "--no-write-json")
        finally:
            path.write_text(text, "utf-8")

    def build(self, *options: str) -> dict[str, list[str]]:
        """Build and test; also tests that look at other models as well."""
        target = self.project / "target"
        arguments = ["--log-level", "none", "--log-level-file", "none", "build"]
        for name, folder in (
            ("project-dir", self.project),
            ("profiles-dir", self.project),
            ("target-path", target),
            ("log-path", target),
            ("state", target),
        ):
            arguments += [f"--{name}", str(folder)]
        done = dbtRunner().invoke(
            [*arguments, "--indirect-selection", "eager", *options]
        )
        if not isinstance(done.result, RunExecutionResult):
            return {"stops": [str(done.exception)]}
        failures: dict[str, list[str]] = {}
        for result in done.result.results:
            kind = KINDS.get(result.node.resource_type)
            if kind and result.status in ("fail", "warn", "error"):
                failures.setdefault(kind, []).append(result.node.name)
        return failures

    def command(self, command: str) -> None:
        """Run a command on the server, in another database."""
        link = psycopg2.connect(dbname="postgres")
        link.autocommit = True
        link.cursor().execute(command)
        link.close()


def main() -> int:
    """Break what the arguments ask for, and tell who noticed."""
    wanted = sys.argv[1:] or [""]
    breaks = [
        each
        for each in read_breaks()
        if any(name in f"{each.file}: {each.name}" for name in wanted)
    ]
    began = time.monotonic()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(Path(folder))
        try:
            laboratory.prepare()
            for each in breaks:
                failures = laboratory.notice(each)
                typer.echo(each.name if failures else f"{each.name}: NOBODY NOTICED")
                for kind, names in failures.items():
                    more = ", ..." if len(names) > SHOWN else ""
                    said = ", ".join(names[:SHOWN])
                    typer.echo(f"    {kind} {len(names)}: {said}{more}")
                counts["noticed" if failures else "unnoticed"] += 1
        finally:
            laboratory.server.delete()
    minutes = (time.monotonic() - began) / 60
    told = f"{counts['noticed']} noticed, {counts['unnoticed']} not"
    typer.echo(f"{told}; {minutes:.1f} minutes")
    return 1 if counts["unnoticed"] else 0


if __name__ == "__main__":
    sys.exit(main())
