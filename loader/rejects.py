"""Rejected records on their way to the database, kept on disk: there may be many."""

import csv
import io
import tempfile
from typing import IO

from loader.files import TableFile
from loader.scan import Reject

COLUMNS = (
    "table_name",
    "file_name",
    "line_number",
    "column_name",
    "reason",
    "raw_record",
    "encoding",
)


class RejectSpool:
    """Collects rejects as CSV in the columns COLUMNS, for COPY."""

    def __init__(self) -> None:
        """Begin an empty spool in a temporary file."""
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 see close

    def add(self, file: TableFile, rejects: list[Reject]) -> None:
        """Append rejected records of a file."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for reject in rejects:
            raw = f"\\x{reject.raw.hex()}"
            where = (file.contract.table, file.path.name, reject.line, reject.column)
            writer.writerow((*where, reject.reason, raw, file.layout.encoding))
        self._file.write(text.getvalue().encode(errors="surrogateescape"))

    def rewound(self) -> IO[bytes]:
        """The spool, to be read from its start."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Forget everything."""
        self._file.close()
