"""`sandbox generate` as a command: what it refuses, replaces, repeats."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.project.conftest import read_records
from tests.sandbox.conftest import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Run

FILES = {
    "customers.csv",
    "manifest.json",
    "marketing_spend.csv",
    "order_items.csv",
    "orders.csv",
    "products.csv",
    "refunds.csv",
    "web_sessions.csv",
}
TEXTBOOK = {"customers.csv", "manifest.json", "orders.csv"}


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("options", "files"),
    [([], FILES), (["--dirty"], FILES), (["--textbook", "--dirty"], TEXTBOOK)],
)
def test_the_same_arguments_give_the_same_bytes(
    run: Run, tmp_path: Path, options: list[str], files: set[str]
) -> None:
    for name in ("one", "two"):
        made = run("generate", "--customers", "300", "--out", tmp_path / name, *options)
        assert made.returncode == 0, made.stderr
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert set(contents(tmp_path / "one")) == files


def test_two_orders_right_after_a_signup_are_no_accident(
    run: Run, tmp_path: Path
) -> None:
    """Seed 38 makes a customer whose two orders both wait for the signup."""
    arguments = ("--customers", "100000", "--seed", "38")
    made = run("generate", *arguments, "--out", tmp_path / "shop")
    assert made.returncode == 0, made.stderr


def test_only_a_textbooks_manifest_tells_true_parameters(
    run: Run, tmp_path: Path
) -> None:
    told = []
    for options in ([], ["--textbook"]):
        made = run(
            "generate", "--customers", "50", "--out", tmp_path / "shop", *options
        )
        assert made.returncode == 0, made.stderr
        manifest = json.loads((tmp_path / "shop" / "manifest.json").read_text())
        told.append(manifest.get("true_parameters"))
    plain, textbook = told
    assert plain is None
    assert {(row["model"], row["parameter"]) for row in textbook} >= {
        ("MBG/NBD", "alpha"),
        ("Gamma-Gamma", "gamma"),
    }


def test_everyone_in_a_textbook_buys_when_they_sign_up_and_before_the_end(
    run: Run, tmp_path: Path
) -> None:
    made = run(
        *("generate", "--textbook", "--customers", "500", "--months", "12"),
        *("--out", tmp_path / "shop"),
    )
    assert made.returncode == 0, made.stderr
    customers, orders = (
        read_records(tmp_path / "shop" / f"{table}.csv")
        for table in ("customers", "orders")
    )
    signups = {row["customer_id"]: row["signup_date"] for row in customers}
    firsts = {
        row["customer_id"]: row["order_date"]
        for row in orders
        if row["is_first_order"] == "true"
    }
    assert firsts == signups
    dates = [row["order_date"] for row in orders]
    assert dates == sorted(dates)
    assert dates[-1] < "2026-01-01"
    assert min(float(row["revenue"]) for row in orders) > 0


def test_another_seed_gives_another_shop(run: Run, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        size = ("--customers", "50", "--months", "3")
        run("generate", *size, "--seed", seed, "--out", tmp_path / seed)
    one, two = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert one["orders.csv"] != two["orders.csv"]


def test_the_smallest_shop_has_all_files(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "shop"
    made = run("generate", "--customers", "1", "--months", "1", "--out", out)
    assert made.returncode == 0, made.stderr
    assert set(contents(out)) == FILES


def test_an_earlier_shop_is_replaced(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "shop"
    for customers in ("60", "50"):
        made = run("generate", "--customers", customers, "--out", out)
        assert made.returncode == 0, made.stderr
    assert json.loads((out / "manifest.json").read_text())["customers"] == 50
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


@pytest.mark.parametrize("name", ["holiday.jpg", "orders.csv"])
def test_a_folder_with_foreign_files_is_refused(
    run: Run, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("precious")
    refused = run("generate", "--customers", "50", "--out", tmp_path)
    assert refused.returncode == 2
    assert str(tmp_path) in refused.stderr
    assert contents(tmp_path) == {name: b"precious"}


@pytest.mark.parametrize(
    ("option", "value"),
    [("--customers", "0"), ("--months", "121"), ("--seed", "-1")],
)
def test_arguments_out_of_range_are_refused(
    run: Run, tmp_path: Path, option: str, value: str
) -> None:
    refused = run("generate", option, value, "--out", tmp_path / "shop")
    assert refused.returncode == 2
    assert value in refused.stderr
    assert "Give a number from" in refused.stderr
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize("force", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_leaves_no_shop(tmp_path: Path, force: int) -> None:
    out = tmp_path / "shop"
    command = [str(COMMAND), "generate", "--customers", "200000", "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
        while not any(tmp_path.glob(".shop.unfinished-*/orders.csv")):
            assert run.poll() is None, "it was over before it could be interrupted"
            time.sleep(0.01)
        os.kill(run.pid, force)
    assert run.returncode != 0
    assert not out.exists()
