"""What can be wrong with records, table by table, and the loader's reasons."""

from __future__ import annotations

from dataclasses import dataclass

FIELD_COUNT = "wrong number of fields"
MISSING = "missing value"
NOT_A_NUMBER = "not a number"
NOT_WHOLE = "not a whole number"
NOT_A_DATE = "not a date"
NOT_A_BOOLEAN = "not a boolean"
OUT_OF_RANGE = "out of range"
FUTURE = "date in the future"
NOT_UTF8 = "not UTF-8"
NUL = "NUL character"
BROKEN_QUOTES = "broken quotes"
DUPLICATE_KEY = "duplicate key"
REASONS = (
    FIELD_COUNT,
    MISSING,
    NOT_A_NUMBER,
    NOT_WHOLE,
    NOT_A_DATE,
    NOT_A_BOOLEAN,
    OUT_OF_RANGE,
    FUTURE,
    NOT_UTF8,
    NUL,
    BROKEN_QUOTES,
    DUPLICATE_KEY,
)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a record.

    kind: what was done to it. reason: why the loader rejects it; empty for an identical
    duplicate, which it merely counts. column and value: where and what, for a fault of
    one value; None if the whole record is at fault.
    """

    kind: str
    reason: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class DirtyTable:
    """How to spoil a table.

    key: the columns that make a record unique; the last of them is made new in bad
    records. changed: the number in which a record with a key twice differs. text: the
    column for odd text in bad records. free: that for odd but good text; empty if there
    is none.
    """

    key: tuple[str, ...]
    changed: str
    text: str
    free: str
    values: tuple[Fault, ...]


TOO_FEW = Fault("a field is missing", FIELD_COUNT)
TOO_MANY = Fault("a field too many", FIELD_COUNT)
REMARK = Fault("a remark instead of a record", FIELD_COUNT)
LATIN = Fault("a Latin-1 letter", NOT_UTF8)
ZERO_BYTE = Fault("a NUL within a text", NUL)
INCH_MARK = Fault("a quote within an unquoted value", BROKEN_QUOTES)
AFTER_QUOTE = Fault("text after the closing quote", BROKEN_QUOTES)
SAME_KEY = Fault("the key of another record", DUPLICATE_KEY)
TWICE = Fault("the same record twice", "")
OF_RECORDS = (
    TOO_FEW,
    SAME_KEY,
    LATIN,
    INCH_MARK,
    TWICE,
    ZERO_BYTE,
    TOO_MANY,
    AFTER_QUOTE,
    REMARK,
)


def _empty(column: str) -> Fault:
    return Fault("nothing where a value must be", MISSING, column, "")


def _number(column: str, value: str) -> Fault:
    return Fault(f"{value} as a number", NOT_A_NUMBER, column, value)


def _whole(column: str, value: str) -> Fault:
    return Fault(f"{value} as a whole number", NOT_WHOLE, column, value)


def _range(column: str, value: str) -> Fault:
    return Fault(f"{value} as {column}", OUT_OF_RANGE, column, value)


def _date(column: str, value: str) -> Fault:
    return Fault(f"{value} as a date", NOT_A_DATE, column, value)


def _early(column: str) -> Fault:
    return Fault("before 1900", OUT_OF_RANGE, column, "1899-12-31")


def _late(column: str) -> Fault:
    return Fault("far in the future", FUTURE, column, "2099-01-01")


def _boolean(column: str, value: str) -> Fault:
    return Fault(f"{value} as a boolean", NOT_A_BOOLEAN, column, value)


DIRTY_TABLES = {
    "customers": DirtyTable(
        key=("customer_id",),
        changed="accepts_marketing",
        text="region",
        free="region",
        values=(
            _empty("customer_id"),
            _date("signup_date", "2025-02-30"),
            _boolean("accepts_marketing", "maybe"),
            _late("signup_date"),
            _date("birth_date", "1989-13-01"),
            _early("birth_date"),
            _empty("signup_date"),
            _date("signup_date", "31/12/2024"),
            _boolean("accepts_marketing", "2"),
            _early("signup_date"),
            _late("birth_date"),
        ),
    ),
    "orders": DirtyTable(
        key=("order_id",),
        changed="revenue",
        text="promo_used",
        free="promo_used",
        values=(
            _range("revenue", "0"),
            _number("revenue", "NaN"),
            _empty("customer_id"),
            _date("order_date", "2025-02-29 10:00:00"),
            _range("exchange_rate", "0"),
            _boolean("is_first_order", "maybe"),
            _late("order_date"),
            _number("revenue", "1,000.50"),
            _empty("order_id"),
            _range("revenue", "-5.00"),
            _number("revenue", "1e3"),
            _date("order_date", "yesterday"),
            _number("revenue", "0x1F"),
            _early("order_date"),
            _empty("revenue"),
            _number("revenue", "1_000"),
            _range("revenue", "0.00"),
            _number("revenue", "inf"),
            _number("exchange_rate", "one"),
            _empty("order_date"),
            _number("discount_amount", "ten"),
            _date("order_date", "2024-06-31"),
            _number("revenue", "12.3.4"),
            _boolean("is_first_order", "y"),
            _number("shipping_amount", "-Infinity"),
            _range("exchange_rate", "-1.1"),
            _number("revenue", "$20"),
            _number("tax_amount", "1e1"),
        ),
    ),
    "order_items": DirtyTable(
        key=("order_id", "line_number"),
        changed="quantity",
        text="product_id",
        free="",
        values=(
            _whole("line_number", "1.5"),
            _range("quantity", "0"),
            _empty("product_id"),
            _number("unit_price", "0x10"),
            _empty("line_number"),
            _number("quantity", "two"),
            _range("unit_price", "-0.01"),
            _empty("order_id"),
            _range("quantity", "-1"),
            _number("line_number", "first"),
            _empty("unit_price"),
            _number("unit_price", "1_0"),
        ),
    ),
    "products": DirtyTable(
        key=("product_id",),
        changed="unit_cost",
        text="product_name",
        free="product_name",
        values=(
            _number("unit_cost", "cheap"),
            _empty("product_id"),
        ),
    ),
    "refunds": DirtyTable(
        key=("refund_id",),
        changed="amount",
        text="order_id",
        free="refund_id",
        values=(
            _range("amount", "0"),
            _date("refunded_at", "2025-04-31"),
            _empty("order_id"),
            _number("amount", "1e2"),
            _late("refunded_at"),
            _range("amount", "-3.00"),
            _empty("refund_id"),
            _number("amount", "N/A"),
            _empty("amount"),
        ),
    ),
    "web_sessions": DirtyTable(
        key=("session_id",),
        changed="page_views",
        text="source",
        free="source",
        values=(
            _range("page_views", "-1"),
            _boolean("converted", "maybe"),
            _whole("page_views", "3.5"),
            _date("session_date", "2024-00-10"),
            _empty("session_id"),
            _number("duration_seconds", "NaN"),
            _late("session_date"),
            _number("page_views", "many"),
            _early("session_date"),
            _range("duration_seconds", "-0.5"),
            _empty("session_date"),
            _date("session_date", "soon"),
            _number("duration_seconds", "1,200"),
            _whole("page_views", "2.25"),
        ),
    ),
    "marketing_spend": DirtyTable(
        key=("spend_date", "channel"),
        changed="spend",
        text="channel",
        free="channel",
        values=(
            _range("spend", "-10.00"),
            _empty("channel"),
            _date("spend_date", "2025-06-31"),
            _number("spend", "n/a"),
            _late("spend_date"),
            _empty("spend"),
            _number("spend", "inf"),
            _empty("spend_date"),
        ),
    ),
}
