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
create temporary table suspects (row_number bigint) on commit drop
"""

_CONFLICTS = sql.SQL("""
create temporary table key_conflicts on commit drop as
with numbered as (
    select {key}, ctid as place, row_number() over (order by ctid) - 1 as row_number
    from {table}
),
members as (
    select
        numbered.*,
        width_bucket(numbered.row_number, %(first_rows)s::bigint[]) - 1 as file
    from numbered
    inner join suspects using (row_number)
),
picked as (
    select
        members.*,
        first_value(place) over (
            partition by {key}, file order by row_number
        ) as place_in_file,
        first_value(place) over (
            partition by {key} order by file desc, row_number
        ) as final_place
    from members
),
losers as (
    select
        file,
        row_number,
        place,
        place = place_in_file as is_first_in_file,
        case when place = place_in_file then final_place else place_in_file end as kept
    from picked
    where place <> final_place
)
select
    losers.file,
    losers.row_number,
    losers.place,
    {amount} as amount,
    case
        when ({mine}) is not distinct from ({theirs}) then 'duplicate'
        when losers.is_first_in_file then 'superseded'
        else 'rejected'
    end as step
from losers
inner join {table} as mine on losers.place = mine.ctid
inner join {table} as theirs on losers.kept = theirs.ctid
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
    cursor.copy_expert("copy suspects from stdin", io.StringIO(lines))
    cursor.execute(
        _CONFLICTS.format(
            table=table,
            key=sql.SQL(", ").join(map(sql.Identifier, contract.key)),
            amount=amount_of(contract, "mine"),
            mine=columns_of(contract, "mine"),
            theirs=columns_of(contract, "theirs"),
        ),
        {"first_rows": first_rows},
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
    cursor.execute("drop table key_conflicts, suspects")
    return removed, rejected, rows
