"""Records with the same key: which one stays, and what becomes of the others.

Within a file the first record stays; of several files the last one wins. A record that
says the same as the one that stays is a duplicate and only counted; one that says
something else is rejected within a file, and superseded across files.
"""

import io
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 it is a class

from loader.contract import Contract
from loader.keys import Rows
from loader.store import amount_of, columns_of

DUPLICATE_KEY = "duplicate key"
REASONS = {
    "duplicate": "twice in this load",
    "superseded": "by a later file",
    "rejected": DUPLICATE_KEY,
}


@dataclass(frozen=True)
class Removed:
    """Rows removed from a file (counted from 0) by step: their number and amount."""

    file: int
    step: str
    rows: int
    amount: Decimal | None


@dataclass(frozen=True)
class Conflict:
    """A rejected row: its file, and its place among the rows copied from that file."""

    file: int
    row: int


_SUSPECTS = """
create temporary table suspect_rows (row_number bigint) on commit drop
"""

# rows come as they were copied: by one process, from the table's first page on
_IN_ORDER = """
set local synchronize_seqscans = off;
set local max_parallel_workers_per_gather = 0;
"""
_IN_ANY_ORDER = """
set local synchronize_seqscans to default;
set local max_parallel_workers_per_gather to default;
"""

# the places first: only of few rows the server then knows that it need not read all
_PLACES = sql.SQL("""
create temporary table suspect_places on commit drop as
with numbered as (
    select ctid as place, row_number() over () - 1 as row_number from {table}
)
select
    numbered.*,
    width_bucket(row_number, %(first_rows)s::bigint[]) - 1 as file
from numbered
inner join suspect_rows using (row_number);
analyze suspect_places;
""")

_MEMBERS = sql.SQL("""
create temporary table members on commit drop as
select suspect_places.*, records.*
from suspect_places
inner join {table} as records on suspect_places.place = records.ctid;
analyze members;
""")

_CONFLICTS = sql.SQL("""
create temporary table key_conflicts on commit drop as
with picked as (
    select
        *,
        first_value(row_number) over (
            partition by {key}, file order by row_number
        ) as first_in_file,
        first_value(row_number) over (
            partition by {key} order by file desc, row_number
        ) as final
    from members
),
losers as (
    select
        *,
        row_number = first_in_file as is_first_in_file,
        case when row_number = first_in_file then final else first_in_file end as kept
    from picked
    where row_number <> final
)
select
    mine.file,
    mine.row_number,
    mine.place,
    {amount} as amount,
    case
        when ({mine}) is not distinct from ({theirs}) then 'duplicate'
        when mine.is_first_in_file then 'superseded'
        else 'rejected'
    end as step
from losers as mine
inner join members as theirs on mine.kept = theirs.row_number;
analyze key_conflicts;
""")

_DELETE = sql.SQL("""
delete from {table} using key_conflicts where {table}.ctid = key_conflicts.place
""")


def remove_duplicates(
    cursor: Cursor,
    table: sql.Composable,
    contract: Contract,
    first_rows: list[int],
    suspects: Rows,
) -> tuple[list[Removed], list[Conflict], Rows]:
    """Leave one record per key in a table just filled by COPY.

    first_rows: for each file the number of rows copied before it.
    suspects: the rows among which are all those whose keys come again.
    Returns what was removed, counted, each row that counts as rejected, and the numbers
    of all removed rows.
    """
    cursor.execute(_SUSPECTS)
    lines = "\n".join(map(str, suspects.tolist()))
    cursor.copy_expert("copy suspect_rows from stdin", io.StringIO(lines))
    cursor.execute("analyze suspect_rows")
    cursor.execute(_IN_ORDER)
    cursor.execute(_PLACES.format(table=table), {"first_rows": first_rows})
    cursor.execute(_IN_ANY_ORDER)
    cursor.execute(_MEMBERS.format(table=table))
    cursor.execute(
        _CONFLICTS.format(
            key=sql.SQL(", ").join(map(sql.Identifier, contract.key)),
            amount=amount_of(contract, "mine"),
            mine=columns_of(contract, "mine"),
            theirs=columns_of(contract, "theirs"),
        )
    )
    cursor.execute(_DELETE.format(table=table))
    cursor.execute("""
        select file, step, count(*), sum(amount)
        from key_conflicts
        group by file, step
        order by file, step
    """)
    removed = [Removed(*row) for row in cursor.fetchall()]
    cursor.execute("""
        select file, row_number from key_conflicts where step = 'rejected' order by 1, 2
    """)
    rejected = [Conflict(file, row - first_rows[file]) for file, row in cursor]
    cursor.execute("select row_number from key_conflicts")
    rows = np.array([row for (row,) in cursor], np.int64)
    cursor.execute("drop table key_conflicts, members, suspect_places, suspect_rows")
    return removed, rejected, rows
