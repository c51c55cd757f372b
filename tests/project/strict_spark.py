"""Runs SQL on Spark with its errors on, where dbt-spark has nulls instead.

    .venv/bin/python -m tests.project.strict_spark FOLDER...

Runs each .sql file below the folders against the tables of SPARK_FOLDER. Prints a JSON
object: what Spark said of each file that is no proper query, by the file's name.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import jinja2
import yaml

from tests.project.conftest import PROJECT

SHOWN = 300


def parameters() -> dict[str, str]:
    """Give the settings of the profile's target `spark`."""
    text = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    templates = jinja2.Environment(autoescape=True)
    templates.filters["as_number"] = int
    text = templates.from_string(text).render(env_var=os.environ.get)
    profile: dict[str, Any] = yaml.safe_load(text)["customer_insights"]
    found: dict[str, str] = profile["outputs"]["spark"]["server_side_parameters"]
    return found


def fault(session: Any, query: str) -> str:  # noqa: ANN401 pyspark may be missing
    """Make all rows of a query, and write them nowhere; give what Spark minds."""
    minded = importlib.import_module("pyspark.errors").PySparkException
    try:
        session.sql(query).write.format("noop").mode("overwrite").save()
    except minded as error:
        return str(error)[:SHOWN]
    return ""


def main(folders: list[str]) -> None:
    """Run all, and print what failed."""
    pyspark = importlib.import_module("pyspark.sql")
    builder = pyspark.SparkSession.builder.enableHiveSupport()
    for name, value in parameters().items():
        builder = builder.config(name, value)
    session = builder.config("spark.sql.ansi.enabled", "true").getOrCreate()
    paths = [path for folder in folders for path in Path(folder).rglob("*.sql")]
    faults = {
        path.name: fault(session, path.read_text("utf-8"))
        for path in paths
        # dbt compiles the tests of a file of YAML into a folder of its name
        if not any(parent.suffix == ".yml" for parent in path.parents)
    }
    json.dump({name: said for name, said in faults.items() if said}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
