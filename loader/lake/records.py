"""What a lake keeps about loads: the columns of its tables, and rejected records."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from loader.files import TableFile
from loader.lake.parquet import Writer
from loader.scan import Reject
from loader.values import NUMBER

_TEXT, _COUNT = pa.string(), pa.int64()
_MOMENT = pa.timestamp("us", tz="UTC")


def _schema(*optional: str, **kinds: Any) -> Any:  # noqa: ANN401 pyarrow has no types
    return pa.schema(
        pa.field(name, kind, nullable=name in optional) for name, kind in kinds.items()
    )


# as in loader.history
SCHEMAS = {
    "load_history": _schema(
        "sha256",
        "currency",
        "message",
        load_id=_COUNT,
        table_name=_TEXT,
        file_name=_TEXT,
        sha256=_TEXT,
        file_bytes=_COUNT,
        mode=_TEXT,
        status=_TEXT,
        started_at=_MOMENT,
        finished_at=_MOMENT,
        rows_read=_COUNT,
        rows_rejected=_COUNT,
        rows_duplicate=_COUNT,
        rows_superseded=_COUNT,
        rows_loaded=_COUNT,
        settings_sha256=_TEXT,
        time_zone=_TEXT,
        currency=_TEXT,
        message=_TEXT,
    ),
    "load_totals": _schema(
        "amount",
        load_id=_COUNT,
        table_name=_TEXT,
        step=_TEXT,
        reason=_TEXT,
        rows=_COUNT,
        amount=NUMBER,
    ),
    "rejected_rows": _schema(
        "column_name",
        "encoding",
        load_id=_COUNT,
        table_name=_TEXT,
        file_name=_TEXT,
        line_number=_COUNT,
        column_name=_TEXT,
        reason=_TEXT,
        raw_record=pa.binary(),
        encoding=_TEXT,
    ),
    "removed_keys": _schema(
        load_id=_COUNT, table_name=_TEXT, record_key=pa.list_(_TEXT)
    ),
}


def file_name(load_id: int) -> str:
    """The name of each file that a load writes; names ascend as loads do."""
    return f"load_{load_id:06}.parquet"


class RejectWriter:
    """The rejected records of a load, in a Parquet file."""

    def __init__(self, content: Path, load_id: int) -> None:
        """Begin the file."""
        self.load_id = load_id
        path = content / "rejected_rows" / file_name(load_id)
        self._writer = Writer(path, SCHEMAS["rejected_rows"])

    def add(self, file: TableFile, rejects: list[Reject]) -> None:
        """Append rejected records of a file."""
        self._writer.add_rows(
            [
                {
                    "load_id": self.load_id,
                    "table_name": file.contract.table,
                    "file_name": file.path.name,
                    "line_number": reject.line,
                    "column_name": reject.column,
                    "reason": reject.reason,
                    "raw_record": reject.raw,
                    "encoding": file.layout.encoding,
                }
                for reject in rejects
            ]
        )

    def close(self) -> None:
        """End the file, and bring it to the disk."""
        self._writer.close()
