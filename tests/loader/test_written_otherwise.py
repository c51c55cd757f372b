"""Numbers and dates as mappings state them: the value that is meant, or a rejection."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import lead_to, new_database
from tests.loader.conftest import CUSTOMERS, Files, rejects

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Server
    from tests.conftest import Database

BLANKS = " \u00a0\u2009\u202f"
STYLES: list[dict[str, Any]] = [
    {"decimal": ",", "thousands": "."},
    {"decimal": ",", "thousands": " ", "symbols": "€"},
    {"decimal": ".", "thousands": ",", "symbols": ["$", "USD", "Rs", "Rs."]},
    {"decimal": ".", "thousands": "'", "symbols": ["CHF", "Fr."]},
    {"decimal": ".", "symbols": " "},
    {"decimal": ","},
    {"decimal": ".", "symbols": ["Rs"]},
]
MARKS = {" ": BLANKS, "'": "'\u2019"}


def meant(text: str, style: dict[str, Any]) -> Decimal | None:
    """Read a number slowly and plainly; None where the style gives it no meaning."""
    symbols = style.get("symbols", [])
    symbols = [symbols] if isinstance(symbols, str) else symbols
    symbols = sorted((s.strip() for s in symbols), key=len, reverse=True)
    if symbols:
        text = text.strip(BLANKS)
    bodies = [text.removesuffix(s) for s in ("", *symbols) if text.endswith(s)]
    if symbols:
        bodies = [body.rstrip(BLANKS) for body in bodies]
    readings = {reading_of(body, symbols, style) for body in bodies}
    found = {reading for reading in readings if reading is not None}
    assert len(found) <= 1, text
    return found.pop() if found else None


def reading_of(text: str, symbols: list[str], style: dict[str, Any]) -> Decimal | None:
    """Read a number behind which no symbol stands."""
    found = set()
    for symbol in ("", *symbols):
        match = re.fullmatch(
            rf"([+-]?)[{BLANKS}]*{re.escape(symbol)}[{BLANKS}]*([+-]?)(.*)"
            if symbols
            else r"([+-]?)()(.*)",
            text,
            re.DOTALL,
        )
        if match is None or (match[1] and match[2]):
            continue
        sign, body = match[1] or match[2], match[3]
        if symbol[-1:].isalpha() and body.startswith(style["decimal"]):
            continue
        value = unsigned(body, style)
        if value is not None:
            found.add(-value if sign == "-" else value)
    assert len(found) <= 1, text
    return found.pop() if found else None


def unsigned(body: str, style: dict[str, Any]) -> Decimal | None:
    """Read digits, marks and nothing else."""
    whole, _, fraction = body.partition(style["decimal"])
    mark = style.get("thousands", "")
    for other in MARKS.get(mark, mark):
        whole = whole.replace(other, ",")
    digits = whole.replace(",", "")
    if re.search(r"[^0-9]", digits + fraction) or not digits + fraction:
        return None
    grouped = "," in whole
    if (grouped and not mark) or (grouped and f"{int(digits):,}" != whole):
        return None
    return Decimal(f"{digits or 0}.{fraction or 0}")


@st.composite
def written_numbers(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """Give a style, and numbers in it, nearly in it, and not at all in it."""
    style = draw(st.sampled_from(STYLES))
    mark = draw(
        st.sampled_from(MARKS.get(style.get("thousands"), [style.get("thousands", "")]))
    )
    symbol = draw(st.sampled_from(["", *style.get("symbols", [])]))
    whole = st.integers(0, 10**10)
    fraction = st.sampled_from(["", "5", "50", "005", "1234567"])

    def write(number: int, part: str, sign: str, blank: str) -> str:
        text = f"{number:,}".replace(",", mark)
        text += style["decimal"] + part if part else ""
        return (
            f"{sign}{symbol}{blank}{text}"
            if number % 2
            else f"{sign}{text}{blank}{symbol}"
        )

    proper = st.builds(
        write,
        whole,
        fraction,
        st.sampled_from(["", "-", "+"]),
        st.sampled_from(["", " "]),
    )
    anything = st.text(st.sampled_from("0123456789.,' \u00a0+-$€RsCHF"), max_size=9)
    return style, draw(st.lists(st.one_of(proper, proper, anything), max_size=30))


@given(written=written_numbers())
@example(
    written=(STYLES[0], ["1.234", "1.234,50", "12.34,5", "1.23", ".5", ",5", "0.123"])
)
@example(
    written=(STYLES[2], ["$1,234.50", "Rs.500", "Rs500", "Rs.5", "$-5", "-$5", "($5)"])
)
@example(
    written=(STYLES[2], ["-$-5", "$5 USD", "$$5", "1,23", "1,2345", "#DIV/0!", "USD"])
)
@example(
    written=(STYLES[1], ["1 234,50 €", "1\u202f234,50\u00a0€", "€ 5", "12 34", "5 €€"])
)
@example(written=(STYLES[6], ["Rs.500", "Rs500", "Rs 0.5", "Rs .5", ".5", "5 Rs"]))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_number_is_what_its_style_says_or_rejected(
    written: tuple[dict[str, Any], list[str]],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    style, texts = written
    database = load_column("unit_cost", texts, style, server, tmp_path, monkeypatch)
    expected = {number: meant(text, style) for number, text in enumerate(texts) if text}
    loaded = dict(
        database.rows(
            "select cast(product_id as integer), unit_cost from raw_shop.products"
            " where unit_cost is not null"
        )
    )
    assert loaded == {n: value for n, value in expected.items() if value is not None}
    assert [row[1] for row in rejects(database)] == [
        number + 2 for number, value in expected.items() if value is None
    ]


FORMATS = [
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%m/%d/%y %I:%M %p", "%Y%m%d",
    "%d-%b-%Y", "%Y/%m/%d %H:%M:%S", "%B %d, %Y",
]  # fmt: skip


@given(
    date_format=st.sampled_from(FORMATS),
    moments=st.lists(
        st.datetimes(datetime(1970, 1, 1), datetime(2023, 1, 1)),  # noqa: DTZ001
        max_size=12,
    ),
    other=st.sampled_from(FORMATS),
)
@example(date_format="%d/%m/%Y", moments=[datetime(2024, 2, 29)], other="%m/%d/%Y")  # noqa: DTZ001
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_date_is_what_strptime_reads_by_its_format_or_rejected(
    date_format: str,
    moments: list[datetime],
    other: str,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [
        moment.strftime(form) for moment in moments for form in (date_format, other)
    ]
    texts += ["31/02/2023", "2023-01-01", "now", "today", "00.01.2023 10:00"]
    database = load_column(
        "signup_date",
        texts,
        {"date_format": date_format},
        server,
        tmp_path,
        monkeypatch,
    )
    expected = {
        number: strptime(text, date_format) for number, text in enumerate(texts)
    }
    loaded = dict(
        database.rows(
            "select cast(customer_id as integer), signup_date from raw_shop.customers"
        )
    )
    good = {number: moment for number, moment in expected.items() if moment}
    assert loaded == good
    assert [row[1] for row in rejects(database)] == [
        number + 2 for number in expected if number not in good
    ]


def strptime(text: str, date_format: str) -> datetime | None:
    """Read a moment with Python's own parser; None also for the far future."""
    try:
        moment = datetime.strptime(text, date_format)  # noqa: DTZ007 the shop's time
    except ValueError:
        return None
    latest = datetime.now() + timedelta(days=1)  # noqa: DTZ005 the shop is in UTC
    return moment if datetime(1900, 1, 1) <= moment <= latest else None  # noqa: DTZ001


def load_column(
    column: str,
    texts: list[str],
    style: dict[str, Any],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Database:
    """Load a column of texts, a record each, in a style."""
    table = "products" if column == "unit_cost" else "customers"
    database = new_database(server)
    files = Files(tmp_path / "exports")
    files.folder.mkdir(exist_ok=True)
    path = files.folder / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([(f"{table[:-1]}_id", column), *enumerate(texts)])
    files.write_mapping(yaml.safe_dump({"source": "shop", "tables": {table: style}}))
    with monkeypatch.context() as patch:
        lead_to(database, patch)
        result = files.load("--mode", "append", "--max-rejects", "100%")
    assert result.exit_code == 0, result.output
    return database


def test_columns_of_a_table_may_have_formats_of_their_own(
    files: Files, database: Database
) -> None:
    files.write(
        "customers.csv",
        "customer_id,signup_date,birth_date\n"
        "ann,03/04/2024,31.12.1990\n"
        "bob,03/04/2024,\n"
        "eve,13/04/2024,1990-12-31\n",
    )
    files.write_mapping(
        "tables: {customers: {date_format: "
        '{signup_date: "%m/%d/%Y", birth_date: "%d.%m.%Y"}}}'
    )
    result = files.load("--mode", "append", "--max-rejects", "100%")
    assert result.exit_code == 0, result.output
    assert database.rows(
        "select customer_id, signup_date::text, birth_date::text"
        " from raw_shop.customers order by customer_id"
    ) == [
        ("ann", "2024-03-04 00:00:00", "1990-12-31"),
        ("bob", "2024-03-04 00:00:00", None),
    ]
    assert rejects(database) == [("customers.csv", 4, "signup_date", "not a date")]


def test_whole_numbers_have_thousands_and_no_decimals(
    files: Files, database: Database
) -> None:
    files.write(
        "web_sessions.csv",
        'session_id,session_date,page_views\n1,2024-01-01,"1,234"\n'
        '2,2024-01-01,"1,23"\n3,2024-01-01,1.5\n',
    )
    files.write_mapping('tables: {web_sessions: {thousands: ","}}')
    result = files.load("--mode", "append", "--max-rejects", "100%")
    assert result.exit_code == 0, result.output
    assert database.rows("select page_views from raw_shop.web_sessions") == [(1234,)]
    assert [row[1:] for row in rejects(database)] == [
        (3, "page_views", "not a number"),
        (4, "page_views", "not a whole number"),
    ]


def test_a_default_builds_a_required_column_that_the_file_lacks(
    files: Files, database: Database
) -> None:
    files.write("customers.csv", CUSTOMERS)
    files.write("spend.csv", "day,cost\n2024-01-01,5\n2024-01-02,7\n")
    files.write_mapping("""
        tables:
          customers: {}
          marketing_spend:
            file: spend.csv
            columns: {spend_date: day, spend: cost}
            defaults: {channel: "search, paid"}
    """)
    result = files.load("--mode", "append")
    assert result.exit_code == 0, result.output
    assert database.rows(
        "select channel, sum(spend) from raw_shop.marketing_spend group by channel"
    ) == [("search, paid", Decimal(12))]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("thousands: '.', decimal: '.'", "both the decimal and the thousands mark"),
        ("thousands: ','\n, decimal: ','", "both the decimal and the thousands mark"),
        ("thousands: _", "tables.orders.thousands"),
        ("symbols: '-'", "is not a sign or name of money"),
        ("symbols: [EUR, '0']", "is not a sign or name of money"),
        ("date_format: {order_date: '%d'}", "does not name day, month"),
        ("date_format: {ordered: '%d/%m/%Y'}", "names a column 'ordered'"),
        ("date_format: {status: '%d/%m/%Y'}", "gives a date format to status"),
        ("header: []", "header names no column"),
    ],
)
def test_an_option_without_a_meaning_is_a_usage_error(
    files: Files, database: Database, options: str, says: str
) -> None:
    files.write_shop()
    files.write_mapping(f"tables: {{customers: {{}}, orders: {{{options}}}}}")
    result = files.load()
    assert result.exit_code == 2
    assert says in result.output
