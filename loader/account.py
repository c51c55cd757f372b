"""What is written down about a load: rows of load_history and load_totals."""

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from loader.plan import Plan
from loader.summary import EXACT, FileTally, Summary

Row = dict[str, Any]


def rows_of_totals(plan: Plan, summary: Summary, load_id: int) -> Iterator[Row]:
    """How many records, and how much money, each step of the load saw."""
    for table in summary.tables:
        has_amount = bool(plan.contracts[table.table].amount)
        steps = {**table.totals, ("loaded", ""): table.loaded_total()}
        for (step, reason), total in steps.items():
            yield {
                "load_id": load_id,
                "table_name": table.table,
                "step": step,
                "reason": reason,
                "rows": total.rows,
                "amount": EXACT.normalize(total.amount) if has_amount else None,
            }


def rows_of_history(
    plan: Plan,
    summary: Summary,
    load_id: int,
    started_at: datetime,
    refusal: str | None,
) -> Iterator[Row]:
    """What became of each file; a load is refused if there is a reason for that."""
    finished_at = datetime.now(timezone.utc)
    tallies = {
        (table.table, tally.path): tally
        for table in summary.tables
        for tally in table.files
    }
    for table, paths in plan.found.tables.items():
        for path in paths:
            tally = tallies.get((table, path)) or FileTally(path, _size(path))
            yield {
                "load_id": load_id,
                "table_name": table,
                "file_name": path.name,
                "sha256": tally.sha256 or None,
                "file_bytes": tally.size,
                "mode": plan.request.mode,
                "status": "loaded" if refusal is None else "refused",
                "started_at": started_at,
                "finished_at": finished_at,
                "rows_read": tally.read,
                "rows_rejected": tally.rejected,
                "rows_duplicate": tally.duplicates,
                "rows_superseded": tally.superseded,
                "rows_loaded": tally.loaded if refusal is None else 0,
                "settings_sha256": plan.settings_sha256,
                "time_zone": plan.mapping.time_zone,
                "currency": plan.mapping.currency,
                "message": refusal,
            }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
