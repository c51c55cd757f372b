"""What Shopify's exports say, added up in plain Python: no loader, no SQL.

The definitions are those of the source `shopify`, written down a second time.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path

CENT = Decimal("0.01")
COUNTED = {"paid", "authorized", "partially_paid", "partially_refunded", "refunded"}

Record = dict[str, str]


@dataclass(frozen=True)
class Figures:
    """Headline figures of a shop; money in its currency.

    buyers are persons with an order that counts, returning_buyers those with more than
    one; lines and units are those of orders that count.
    """

    orders: int
    revenue: Decimal
    net_revenue: Decimal
    buyers: int
    returning_buyers: int
    lines: int
    units: Decimal
    last_day: str


def figures_of(customers: Path, exports: Sequence[Path]) -> Figures:
    """Add up exports; of an order that is in several, the last one counts."""
    accounts = _accounts(customers)
    orders: dict[str, list[Record]] = {}
    for export in exports:
        orders.update(_orders(export))
    counted = [rows for rows in orders.values() if _counts(rows[0])]
    persons = Counter(_person(rows[0], accounts) for rows in counted)
    lines = [Decimal(row["Lineitem quantity"]) for rows in counted for row in rows]
    revenue = sum((_revenue(rows[0]) for rows in counted), Decimal(0))
    refunds = sum((_refund(rows[0]) for rows in counted), Decimal(0))
    return Figures(
        orders=len(counted),
        revenue=revenue,
        net_revenue=revenue - refunds,
        buyers=len(persons),
        returning_buyers=sum(1 for count in persons.values() if count > 1),
        lines=len(lines),
        units=sum(lines, Decimal(0)),
        last_day=max((rows[0]["Created at"][:10] for rows in counted), default=""),
    )


def _read(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _orders(export: Path) -> Iterator[tuple[str, list[Record]]]:
    """The rows of each order; they stand one below the other."""
    for _, rows in groupby(_read(export), key=lambda row: row["Name"]):
        order = list(rows)
        yield order[0]["Id"], order


def _accounts(customers: Path) -> dict[str, str]:
    """The e-mail of the account with a telephone number."""
    return {
        _digits(row["Phone"]): _email(row["Email"])
        for row in _read(customers)
        if row["Phone"]
    }


def _email(text: str) -> str:
    return text.strip().lower()


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _counts(order: Record) -> bool:
    return (
        order["Financial Status"] in COUNTED
        and "bogus" not in order["Payment Method"].lower()
        and not order["Cancelled at"]
        and _revenue(order) > 0
    )


def _person(order: Record, accounts: dict[str, str]) -> str:
    phone = _digits(order["Phone"])
    return _email(order["Email"]) or accounts.get(phone) or phone or order["Id"]


def _money(order: Record, name: str) -> Decimal:
    return Decimal(order[name])


def _revenue(order: Record) -> Decimal:
    subtotal, taxes = _money(order, "Subtotal"), _money(order, "Taxes")
    goods_and_shipping = subtotal + _money(order, "Shipping")
    if taxes <= CENT or _money(order, "Total") != goods_and_shipping:
        return subtotal
    return subtotal - _rounded(taxes * subtotal / goods_and_shipping)


def _refund(order: Record) -> Decimal:
    refunded, total = _money(order, "Refunded Amount"), _money(order, "Total")
    without_tax = _rounded(refunded * (total - _money(order, "Taxes")) / total)
    return min(without_tax, _revenue(order))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
