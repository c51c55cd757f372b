"""What is accepted is stored as the same value; what is not has the reason it says.

Many generated texts per column type are loaded at once, and compared with what Python's
decimal, datetime and str make of them.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import lead_to, new_database
from tests.loader.conftest import CUSTOMERS, ORDERS, Files
from tests.loader.rules import Reason, read_flag, read_id, read_moment, read_whole
from tests.loader.rules import read_number as read_not_negative

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from sandbox.server import Server

BATCH = 40
READERS: dict[str, Callable[[str], object]] = {
    "session_date": read_moment,
    "page_views": read_whole,
    "converted": read_flag,
    "duration_seconds": read_not_negative,
    "source": str,
    "customer_id": read_id,
}
COLUMNS = ("session_id", *READERS)


numbers = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.from_regex(r"[+-]?[0-9]{0,14}\.?[0-9]{0,22}", fullmatch=True),
    st.from_regex(r"[ +-]?[0-9]{1,3}[ ,._eExX]?[0-9]{1,3}", fullmatch=True),
    st.text("0123456789.,-+eE_ xX٣", max_size=6),
)
moments = st.one_of(
    st.datetimes().map(str),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.from_regex(
        r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-6][0-9]"
        r"(:[0-6][0-9](\.[0-9]{1,9})?)?( ?(Z|[+-][01][0-9](:?[0-5][0-9])?))?)?",
        fullmatch=True,
    ),
    st.text("0123456789-: TZ+", max_size=20),
)
flags = st.one_of(
    st.sampled_from(["true", "False", "T", "f", "YES", "no", "1", "0"]),
    st.text("tTrRuUeEfFaAlLsSyYnNoO01 ", max_size=5),
)
texts = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12
)
values = st.tuples(moments, numbers, flags, numbers, texts, texts)
good = (
    "2024-01-01", "1", "t", "1", "", ""
)  # fmt: skip


def written(rows: list[tuple[str, ...]]) -> str:
    """Write rows as CSV, all in quotes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([COLUMNS, *rows])
    return text.getvalue()


def rows_of(tried: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Give rows that each hold one of the tried values, the others being good."""
    return [
        (f"s{n}-{place}", *good[:place], row[place], *good[place + 1 :])
        for n, row in enumerate(tried)
        for place in range(len(READERS))
    ]


def expected_of(row: tuple[str, ...]) -> tuple[object, ...] | tuple[str, str]:
    """Give the values as they should be stored, or the column and the reason."""
    stored: list[object] = [row[0]]
    for (name, reader), text in zip(READERS.items(), row[1:], strict=True):
        if not text and name == "session_date":
            return name, "missing value"
        value = reader(text) if text else None
        if isinstance(value, Reason):
            if value.text != "missing value":
                return name, value.text
            value = text  # only required ids may not be blank
        stored.append(value)
    return tuple(stored)


@given(tried=st.lists(values, min_size=BATCH // 4, max_size=BATCH))
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
def test_what_is_accepted_is_stored_as_it_is_and_the_rest_has_its_reason(
    tried: list[tuple[str, ...]],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = rows_of(tried)
    files = Files(tmp_path)
    files.write("customers.csv", CUSTOMERS)
    files.write("orders.csv", ORDERS)
    files.write("web_sessions.csv", written(rows))
    database = new_database(server)
    with monkeypatch.context() as patch:
        lead_to(database, patch)
        result = files.load("--max-rejects", "100%")
    assert result.exit_code == 0, result.output
    expected = {row[0]: expected_of(row) for row in rows}
    stored = database.rows(f"select {', '.join(COLUMNS)} from raw_shop.web_sessions")
    loaded = {key: row for key, row in expected.items() if len(row) > 2}
    assert {row[0]: row for row in stored} == loaded
    rejected = database.rows(
        "select column_name, reason, convert_from(raw_record, 'utf8')"
        " from raw_shop.rejected_rows"
    )
    found = {next(csv.reader([raw]))[0]: (name, why) for name, why, raw in rejected}
    assert found == {key: row for key, row in expected.items() if len(row) == 2}
