"""The host's own process."""

import fcntl
import gc
import hashlib
import itertools
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

DBT = Path(sys.executable).with_name("dbt")

# to a model it is nothing which server it is built on: what one host has read, others
# find in the folder that they share
NO_SERVER = {"PGHOST": "nowhere", "PGPORT": "1", "PGPASSWORD": ""}
# what decides how dbt reads the project
OPTIONS = ("--vars", "--target")
VARIABLES = ("DBT_TARGET", "PGDATABASE", "PGUSER", "USER")


def serve(folder: Path) -> None:
    """Run the commands that standard input asks for; answer with their exit codes."""
    projects: dict[str, Manifest | None] = {}
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin:
        arguments, environment, output = json.loads(line)
        given = dict(itertools.pairwise(arguments))
        options = [
            word for name in OPTIONS if name in given for word in (name, given[name])
        ]
        decisive = [*options, *(environment.get(name) for name in VARIABLES)]
        key = hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]
        if key not in projects:
            projects[key] = read_project(options, environment, folder / key)
            # forks do not copy it to count its references
            gc.freeze()
        if arguments[0] == "parse":
            Path(output).write_text(str(folder / key), encoding="utf-8")
            code = 1 if projects[key] is None else 0
        elif child := os.fork():
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        else:
            run(arguments, environment, Path(output), projects[key])
        print(code, file=answers, flush=True)


def read_project(
    options: list[str], environment: dict[str, str], folder: Path
) -> Manifest | None:
    """Let dbt read the project, or what it or another host has written of that.

    None where dbt complains, be it by a warning: each command will find it as well.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.clear()
    os.environ.update({**environment, **NO_SERVER})
    with (folder / "lock").open("w") as lock, (folder / "said").open("w") as said:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.dup2(said.fileno(), 1)
        places = ["--target-path", str(folder), "--log-path", str(folder)]
        done = dbtRunner().invoke(["--warn-error", "parse", *options, *places])
    return done.result if isinstance(done.result, Manifest) and done.success else None


def run(
    arguments: list[str],
    environment: dict[str, str],
    output: Path,
    project: Manifest | None,
) -> NoReturn:
    """Run a command in this process, and end it."""
    os.environ.clear()
    os.environ.update(environment)
    with output.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if project is None:
        # what has read a project has threads, which a fork lacks: it can read no other
        os.execve(DBT, [str(DBT), *arguments], environment)  # noqa: S606 no shell wanted
    done = dbtRunner(manifest=project).invoke(arguments)
    if done.exception is not None:
        sys.stdout.write(f"{done.exception}\n")
    sys.stdout.flush()
    os._exit(0 if done.success else 1 if done.exception is None else 2)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
