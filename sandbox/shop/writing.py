"""The folder of a synthetic shop: written whole, or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import ShopError
from sandbox.shop.columns import write_table
from sandbox.shop.dirt import Dirt, spoil
from sandbox.shop.plan import LAST_DAY
from sandbox.shop.shop import TABLES, make_tables
from sandbox.shop.textbook import true_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.shop.plan import Plan

MANIFEST = "manifest.json"
WRITER = "sandbox generate"


@dataclass(frozen=True)
class Written:
    """What lies in the folder now: rows by table, and the manifest's content."""

    folder: Path
    rows: dict[str, int]
    manifest: dict[str, Any] = field(repr=False)


def write_shop(
    plan: Plan,
    folder: Path,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    dirty: bool = False,
) -> Written:
    """Write a shop's files into a folder, which appears when all are complete.

    Args:
        plan: What shop.
        folder: The folder to make, or an earlier one of this program to replace.
        progress: Called with table, rows written since the last call, rows in all.
        dirty: Whether to add bad records, which the manifest lists.

    Raises:
        ShopError: The folder holds something else.
    """
    folder = folder.expanduser().resolve()
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(
        tempfile.mkdtemp(prefix=f".{folder.name}.unfinished-", dir=folder.parent)
    )
    replaced = unfinished.with_name(f"{unfinished.name}-replaced")
    try:
        rows = _write_tables(plan, unfinished, progress)
        dirt = {
            table: spoil(plan, table, unfinished / f"{table}.csv")
            for table in (rows if dirty else ())
        }
        manifest = _manifest(plan, rows, dirt)
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (unfinished / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        unfinished.chmod(0o755)
        if folder.exists():
            folder.rename(replaced)
        unfinished.rename(folder)
    except BaseException:
        if replaced.exists() and not folder.exists():
            replaced.rename(folder)
        raise
    finally:
        for leftover in (unfinished, replaced):
            shutil.rmtree(leftover, ignore_errors=True)
    return Written(folder, rows, manifest)


def check_folder(folder: Path) -> None:
    """Make sure that only files of this program will be replaced.

    Raises:
        ShopError: Something else is there.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        what = f"{folder} is not a folder."
        raise ShopError(what, "Name another one: `--out DIR`.")
    present = {path.name for path in folder.iterdir()}
    if not present:
        return
    own = {MANIFEST, *(f"{table}.csv" for table in TABLES)}
    foreign = sorted(present - own)
    if not foreign and _is_ours(folder / MANIFEST):
        return
    what = f"{folder} holds files that `{WRITER}` did not write."
    if foreign:
        what = f"{folder} holds foreign files, such as {foreign[0]}."
    raise ShopError(what, "Name a new or an empty folder: `--out DIR`.")


def _is_ours(manifest: Path) -> bool:
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("written_by") == WRITER


def _write_tables(
    plan: Plan, folder: Path, progress: Callable[[str, int, int], None] | None
) -> dict[str, int]:
    rows = {}
    for table in make_tables(plan):

        def advance(done: int, name: str = table.name, total: int = table.rows) -> None:
            if progress:
                progress(name, done, total)

        advance(0)
        write_table(table, folder / f"{table.name}.csv", advance)
        rows[table.name] = table.rows
    return rows


def _manifest(
    plan: Plan, rows: dict[str, int], dirt: dict[str, Dirt]
) -> dict[str, Any]:
    tables = {}
    for table, good in rows.items():
        found = dirt.get(table, Dirt())
        tables[table] = {
            "file": f"{table}.csv",
            "good_records": good,
            "identical_duplicates": len(found.duplicates),
            "rejected_records": len(found.rejects),
            "total_records": good + len(found.duplicates) + len(found.rejects),
        }
    return {
        "written_by": WRITER,
        "customers": plan.customers,
        "months": plan.months,
        "seed": plan.seed,
        "last_day": LAST_DAY.isoformat(),
        **({"true_parameters": true_parameters()} if plan.is_textbook else {}),
        "tables": tables,
        "rejects": [
            {
                "table": table,
                "file": f"{table}.csv",
                "line": line,
                "column": fault.column,
                "reason": fault.reason,
                "kind": fault.kind,
            }
            for table, found in dirt.items()
            for line, fault in found.rejects
        ],
        "identical_duplicates": [
            {"table": table, "file": f"{table}.csv", "line": line}
            for table, found in dirt.items()
            for line in found.duplicates
        ],
    }
