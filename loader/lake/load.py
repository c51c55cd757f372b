"""Loading into a lake: files into Parquet, all tables or none."""

import re
import shutil
from contextlib import ExitStack, closing
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pyarrow as pa

from loader.account import rows_of_history, rows_of_totals
from loader.errors import DataRefusedError, LakeError, UsageError
from loader.keys import KeySpool
from loader.lake.folder import Lake, keep, said
from loader.lake.parquet import Writer, read_all
from loader.lake.records import SCHEMAS, RejectWriter, file_name
from loader.lake.table import LakeTable, keys_gone, schema_of
from loader.plan import Plan
from loader.pump import Progress
from loader.summary import Summary, TableSummary

# engines read several folders where a name has these
_PATTERN = re.compile(r"^~|[*?{}\[\]]")
_ABOUT_FILES = ["table_name", "file_bytes", "sha256", "mode", "settings_sha256"]


def load_into_lake(plan: Plan, folder: Path, progress: Progress) -> Summary:
    """Load what the plan names into a folder, or leave everything there as it was.

    Raises:
        DataRefusedError: the files are at fault; the refusal is in the history.
        UsageError: the plan is to add to what is there, which a lake cannot do, or
            engines would take the folder's name for a pattern.
        LakeError: the folder cannot be written, or another load is running.
    """
    if plan.request.mode != "replace":
        message = (
            "A lake is replaced as a whole, not added to. Load all files together with "
            "--mode replace."
        )
        raise UsageError(message)
    if _PATTERN.search(str(folder)):
        message = (
            f"Engines would take {folder} for a pattern of names. Choose a folder "
            "without ~ at the beginning, and without * ? [ ] { and }."
        )
        raise UsageError(message)
    lake = Lake(folder, plan.source)
    try:
        with lake.locked():
            return _LakeLoad(plan, lake, progress).run()
    except (OSError, pa.ArrowInvalid) as error:
        message = (
            f"{folder} cannot be used, and nothing was changed: {said(error)}. Where "
            "its files are damaged, load into another folder."
        )
        raise LakeError(message) from error


class _LakeLoad:
    """One load through its steps; what it has counted so far is in `summary`."""

    def __init__(self, plan: Plan, lake: Lake, progress: Progress) -> None:
        self.plan = plan
        self.lake = lake
        self.progress = progress
        self.started_at = datetime.now(timezone.utc)
        self.summary = Summary(plan.source, ignored=plan.found.ignored)
        self.present = lake.content()
        self.load_id = self._next_load_id()

    def run(self) -> Summary:
        request = self.plan.request
        if not request.force and self._is_loaded_already():
            self.summary.unchanged = True
            return self.summary
        new = self.lake.begin(self.load_id)
        try:
            with closing(RejectWriter(new, self.load_id)) as rejects:
                self._write_tables(new, rejects)
            if not request.dry_run:
                self._record(new, replaced=list(self.plan.contracts))
                self.lake.publish(new)
                self.summary.load_id = self.load_id
        except DataRefusedError as error:
            if not request.dry_run:
                self._record(new, replaced=[], refusal=str(error))
                self.lake.publish(new)
            raise
        finally:
            if self.lake.content() != new:
                shutil.rmtree(new)
        return self.summary

    def _next_load_id(self) -> int:
        files = self.present.glob("load_history/*") if self.present else ()
        return max((int(file.stem.split("_")[-1]) for file in files), default=0) + 1

    def _is_loaded_already(self) -> bool:
        """Whether the last load was of the same bytes, in the same way."""
        if self.present is None or not all(
            any((self.present / table).glob("*.parquet"))
            for table in self.plan.contracts
        ):
            return False
        loads = [
            row
            for row in read_all(self.present / "load_history")
            if row["status"] == "loaded"
        ]
        last = max((row["load_id"] for row in loads), default=None)
        return self.plan.is_same_as(
            [
                tuple(row[name] for name in _ABOUT_FILES)
                for row in loads
                if row["load_id"] == last
            ]
        )

    def _write_tables(self, new: Path, rejects: RejectWriter) -> None:
        """Write all tables, refuse too many rejects, and note what has gone."""
        tables: dict[str, LakeTable] = {}
        with ExitStack() as open_tables:
            for name, files in self.plan.files().items():
                table = LakeTable(
                    self.plan.contracts[name],
                    TableSummary(name),
                    path=new / name / file_name(self.load_id),
                    load_id=self.load_id,
                    rejects=rejects,
                )
                open_tables.enter_context(closing(table))
                tables[name] = table
                self.summary.tables.append(table.summary)
                for file in files:
                    table.scan(file, self.plan.clock, self.progress)
                table.finish()
            self.summary.refuse_rejects(self.plan.request.max_rejects)
            for table in tables.values():
                table.count_orphans(tables)
            self._write_empty_tables(new)
            self._write_removed_keys(new, tables)

    def _write_empty_tables(self, new: Path) -> None:
        for name, contract in self.plan.contracts.items():
            if name not in self.plan.found.tables:
                path = new / name / file_name(self.load_id)
                Writer(path, schema_of(contract)).close()
                self.summary.emptied.append(name)

    def _write_removed_keys(self, new: Path, tables: dict[str, LakeTable]) -> None:
        """Write down the keys of old records that are not among the new ones."""
        nothing = KeySpool()
        path = new / "removed_keys" / file_name(self.load_id)
        with (
            closing(Writer(path, SCHEMAS["removed_keys"])) as writer,
            closing(nothing),
        ):
            for name, contract in self.plan.contracts.items():
                if self.present is None or not contract.key:
                    continue
                keys = tables[name].keys if name in tables else nothing
                for old in (self.present / name).glob("*.parquet"):
                    for gone in keys_gone(contract, old, keys):
                        load_ids = pa.array(np.full(len(gone), self.load_id))
                        names = pa.array(np.full(len(gone), name, object))
                        writer.add([load_ids, names, gone])

    def _record(
        self, new: Path, *, replaced: list[str], refusal: str | None = None
    ) -> None:
        """Write the load's totals and history, and keep what it does not replace."""
        about = {
            "load_totals": list(rows_of_totals(self.plan, self.summary, self.load_id)),
            "load_history": list(
                rows_of_history(
                    self.plan, self.summary, self.load_id, self.started_at, refusal
                )
            ),
            **({} if refusal is None else {"removed_keys": []}),
        }
        for name, rows in about.items():
            path = new / name / file_name(self.load_id)
            with closing(Writer(path, SCHEMAS[name])) as writer:
                writer.add_rows(rows)
        if refusal is not None:
            for name in self.plan.contracts:
                shutil.rmtree(new / name, ignore_errors=True)
        if self.present is not None:
            # what earlier loads rejected goes with the records that they brought
            forgotten = {*replaced, *(["rejected_rows"] if replaced else [])}
            for name in {*self.plan.contracts, *SCHEMAS} - forgotten:
                keep(self.present, new, name)
