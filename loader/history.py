"""What is written down about loads: history, totals and rejected records."""

from psycopg2 import sql

from loader.rejects import COLUMNS, RejectSpool
from loader.store import Store

_METADATA = """
create table if not exists {schema}.load_history (
    load_id bigint not null,
    table_name text not null,
    file_name text not null,
    sha256 text,
    file_bytes bigint not null,
    mode text not null,
    status text not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    rows_read bigint not null,
    rows_rejected bigint not null,
    rows_duplicate bigint not null,
    rows_superseded bigint not null,
    rows_loaded bigint not null,
    settings_sha256 text not null,
    time_zone text not null,
    currency text,
    message text
);
comment on table {schema}.load_history is
'One row per load and file: what was loaded when, and how many records came of it.';

create table if not exists {schema}.load_totals (
    load_id bigint not null,
    table_name text not null,
    step text not null,
    reason text not null,
    rows bigint not null,
    amount numeric,
    primary key (load_id, table_name, step, reason)
);
comment on table {schema}.load_totals is
'One row per load, table, step and reason: records, and the sum of readable amounts.';

create table if not exists {schema}.rejected_rows (
    load_id bigint not null,
    table_name text not null,
    file_name text not null,
    line_number bigint not null,
    column_name text,
    reason text not null,
    raw_record bytea not null,
    encoding text
);
comment on table {schema}.rejected_rows is
'One row per record that was not loaded, with its place in the file and its bytes.';

create table if not exists {schema}.removed_keys (
    load_id bigint not null,
    table_name text not null,
    record_key text[] not null
);
comment on table {schema}.removed_keys is
'One row per key that a load took out of a table.';
"""

# a table that was never analysed has -1 rows there; autovacuum leaves parents alone
_HAS_OLD_STATISTICS = """
select
    parent.reltuples < 0
    or coalesce(sum(loads.rows_loaded), 0) > %(share)s * parent.reltuples
from pg_catalog.pg_class as parent
left join {history} as loads
    on
        loads.table_name = %(table)s
        and loads.status = 'loaded'
        and loads.finished_at > coalesce(
            pg_catalog.pg_stat_get_last_analyze_time(parent.oid), '-infinity'
        )
where parent.oid = to_regclass(%(path)s)
group by parent.reltuples
"""
# as much as autovacuum lets pass
_STATISTICS_SHARE = 0.1


class History:
    """The tables about loads in a source's schema."""

    def __init__(self, store: Store) -> None:
        """Work within the store's transaction."""
        self.store = store

    def prepare(self) -> None:
        """Create what is missing of the schema and the tables about loads."""
        schema = sql.Identifier(self.store.schema)
        if not self.store.exists(None):
            self.store.cursor.execute(
                sql.SQL("create schema if not exists {}").format(schema)
            )
        if not self.store.exists("removed_keys"):
            self.store.cursor.execute(sql.SQL(_METADATA).format(schema=schema))
        elif "encoding" not in self.store.columns("rejected_rows"):
            # written by an older loader
            self.store.cursor.execute(
                sql.SQL("alter table {} add column encoding text").format(
                    self.store.name("rejected_rows")
                )
            )

    def exists(self) -> bool:
        """Whether anything was ever loaded, or refused, here."""
        return self.store.exists("load_history")

    def next_load_id(self) -> int:
        """The number of the load that holds the lock."""
        self.store.cursor.execute(
            sql.SQL("select coalesce(max(load_id), 0) + 1 from {}").format(
                self.store.name("load_history")
            )
        )
        return int(str(self.store.value()))

    def latest(self, setting: str) -> object:
        """A setting of load_history as the latest load that has it says.

        Loads before the last replacing one do not count.
        """
        self.store.cursor.execute(
            sql.SQL("""
                select {setting}
                from {history}
                where
                    status = 'loaded'
                    and {setting} is not null
                    and load_id >= coalesce(
                        (
                            select max(load_id)
                            from {history}
                            where status = 'loaded' and mode = 'replace'
                        ),
                        0
                    )
                order by load_id desc
                limit 1
            """).format(
                setting=sql.Identifier(setting), history=self.store.name("load_history")
            )
        )
        return self.store.value()

    def has_old_statistics(self, table: str) -> bool:
        """Whether more than a tenth of a table was loaded since its last ANALYZE."""
        self.store.cursor.execute(
            sql.SQL(_HAS_OLD_STATISTICS).format(
                history=self.store.name("load_history")
            ),
            {
                "share": _STATISTICS_SHARE,
                "table": table,
                "path": self.store.path(table),
            },
        )
        return bool(self.store.value())

    def save_rejects(self, load_id: int, spool: RejectSpool) -> None:
        """Copy the collected rejects."""
        columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
        rejected = self.store.name("rejected_rows")
        self.store.cursor.execute(
            sql.SQL(
                "create temporary table new_rejects (like {}) on commit drop;"
                "alter table new_rejects alter column load_id set default {};"
            ).format(rejected, sql.Literal(load_id))
        )
        self.store.cursor.copy_expert(
            sql.SQL("copy new_rejects ({}) from stdin with (format csv)").format(
                columns
            ),
            spool.rewound(),
        )
        self.store.cursor.execute(
            sql.SQL("insert into {} select * from new_rejects").format(rejected)
        )

    def save_total(self, **values: object) -> None:
        """Write a line of the totals: load_totals' columns and their values."""
        self._insert("load_totals", **values)

    def save_file(self, **values: object) -> None:
        """Write a line of the history: load_history's columns and their values."""
        self._insert("load_history", **values)

    def _insert(self, table: str, **values: object) -> None:
        self.store.cursor.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                self.store.name(table),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(map(sql.Placeholder, values)),
            ),
            values,
        )

    def forget_rejects(self) -> None:
        """Drop the rejects of earlier loads: what they belong to is being replaced."""
        self.store.cursor.execute(
            sql.SQL("delete from {}").format(self.store.name("rejected_rows"))
        )
