"""A small shop whose records come late, change, move and go, at random."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.project.conftest import write_records

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    Record = dict[str, str]
    Key = tuple[str, ...]

COLUMNS = {
    "customers": "customer_id signup_date channel region person_id accepts_marketing",
    "orders": (
        "order_id customer_id order_date revenue promo_used status currency"
        " exchange_rate discount_amount"
    ),
    "order_items": "order_id line_number product_id quantity unit_price",
    "products": "product_id product_name category unit_cost",
    "refunds": "refund_id order_id refunded_at amount",
    "web_sessions": (
        "session_id customer_id session_date source page_views converted"
        " duration_seconds"
    ),
    "marketing_spend": "spend_date channel spend",
}
KEYS = {
    "customers": ("customer_id",),
    "orders": ("order_id",),
    "order_items": ("order_id", "line_number"),
    "products": ("product_id",),
    "refunds": ("refund_id",),
    "web_sessions": ("session_id",),
    "marketing_spend": ("spend_date", "channel"),
}
FIRST_DAY = date(2023, 11, 20)
CHANNELS = ("email", "social", "organic", "")
REGIONS = ("US", "UK", "")
CATEGORIES = ("tea", "cups", "")
STATUSES = ("completed", "cancelled")
# so many that a changed one does not touch most customers
PRODUCTS = 40


@dataclass
class ChangingShop:
    """All records of a shop by table and key, and those that the next file has."""

    chance: random.Random
    today: date = FIRST_DAY + timedelta(100)
    tables: dict[str, dict[Key, Record]] = field(
        default_factory=lambda: {table: {} for table in COLUMNS}
    )
    touched: dict[str, set[Key]] = field(
        default_factory=lambda: {table: set() for table in COLUMNS}
    )
    numbers: int = 0

    def open(self, customers: int) -> None:
        """Let a hundred days pass, in which customers sign up, visit and order."""
        for number in range(PRODUCTS):
            # one that lines name is not listed yet
            if number:
                self.recategorise(f"P{number}")
        for _ in range(customers):
            self.sign_up(self.some_day())
        for _ in range(4 * customers):
            self.order(self.some_day())
        for _ in range(customers):
            self.refund()
            self.visit(self.some_day())
        for _ in range(customers // 10):
            self.merge()

    def put(self, table: str, **record: str) -> None:
        """Add a record, or put it in the place of the one with its key."""
        whole = dict.fromkeys(COLUMNS[table].split(), "") | record
        key = tuple(whole[column] for column in KEYS[table])
        self.tables[table][key] = whole
        self.touched[table].add(key)

    def change(self, table: str, record: Record, **changes: str) -> None:
        """Change a record, which must keep its key."""
        self.put(table, **(record | changes))

    def some(self, table: str) -> Record:
        """Give one of a table's records."""
        return self.chance.choice(list(self.tables[table].values()))

    def some_day(self, before: date | None = None) -> date:
        """Give a day since the first, up to today or another day."""
        days = ((before or self.today) - FIRST_DAY).days
        return FIRST_DAY + timedelta(self.chance.randint(0, days))

    def new_id(self, letter: str) -> str:
        """Give an id that no record has; they do not sort as they came."""
        self.numbers += 1
        return f"{letter}{self.chance.randint(0, 999):03}{self.numbers}"

    def sign_up(self, day: date) -> None:
        """Add a customer without an order."""
        self.put(
            "customers",
            customer_id=self.new_id(self.chance.choice("cC")),
            signup_date=f"{day} 12:00:00",
            channel=self.chance.choice(CHANNELS),
            region=self.chance.choice(REGIONS),
            accepts_marketing=self.chance.choice(("true", "false", "")),
        )

    def order(self, day: date) -> None:
        """Let a customer order, or a guest who is not listed."""
        guest = self.chance.random() < 0.05
        buyer = self.new_id("g") if guest else self.some("customers")["customer_id"]
        order_id = self.new_id("o")
        abroad = self.chance.random() < 0.1
        self.put(
            "orders",
            order_id=order_id,
            customer_id=buyer,
            order_date=f"{day} {self.chance.randint(10, 12)}:00:00",
            revenue=self.money(),
            discount_amount=self.chance.choice(("", self.money())),
            promo_used=self.chance.choice(("", "SPRING", "yes")),
            status=self.chance.choices(STATUSES, (9, 1))[0],
            currency="USD" if abroad else "EUR",
            exchange_rate="0.9" if abroad else "",
        )
        for number in range(self.chance.randint(0, 3)):
            self.line(order_id, str(number + 1))

    def line(self, order_id: str, line_number: str) -> None:
        """Add a line to an order, or change the one of that number."""
        self.put(
            "order_items",
            order_id=order_id,
            line_number=line_number,
            product_id=f"P{self.chance.randrange(PRODUCTS)}",
            quantity=str(self.chance.randint(1, 3)),
            unit_price=self.money(),
        )

    def refund(self) -> None:
        """Pay something of an order back, on any day since."""
        order = self.some("orders")
        later = timedelta(self.chance.randint(0, 40))
        day = date.fromisoformat(order["order_date"][:10]) + later
        self.put(
            "refunds",
            refund_id=self.new_id("r"),
            order_id=order["order_id"],
            refunded_at=f"{day} 15:00:00",
            amount=self.money(),
        )

    def visit(self, day: date) -> None:
        """Let somebody visit, known or not."""
        self.put(
            "web_sessions",
            session_id=self.new_id("s"),
            customer_id=self.visitor(),
            session_date=f"{day} 09:00:00",
            source=self.chance.choice(CHANNELS),
            page_views=str(self.chance.randint(1, 9)),
            converted=self.chance.choice(("true", "false")),
            duration_seconds=str(self.chance.randint(1, 600)),
        )

    def visitor(self) -> str:
        """Give a customer's id, or nobody's, or that of somebody who is not listed."""
        customer = self.some("customers")["customer_id"]
        return self.chance.choices((customer, "", "x1"), (7, 2, 1))[0]

    def money(self) -> str:
        """Give an amount, at times with a fraction of a cent."""
        cents = self.chance.randint(1, 9000)
        return f"{cents / 100:.2f}{self.chance.choice(('', '', '5'))}"

    def merge(self) -> None:
        """Make two accounts one person's, who may have others."""
        some = self.some("customers")["person_id"]
        person = some or self.new_id("p")
        for _ in range(2):
            self.change("customers", self.some("customers"), person_id=person)

    def recategorise(self, product_id: str) -> None:
        """Give a product another category."""
        self.put(
            "products",
            product_id=product_id,
            product_name=product_id,
            category=self.chance.choice(CATEGORIES),
            unit_cost="1.00",
        )

    def remove(self) -> None:
        """Let records vanish, which only a load that replaces all can bring."""
        for table in ("customers", "orders", "order_items", "refunds", "web_sessions"):
            records = self.tables[table]
            for key in self.chance.sample(sorted(records), 2):
                del records[key]
                self.touched[table].discard(key)

    def pass_days(self, days: int) -> None:
        """Let days go by, on each of which somebody may order and visit."""
        for _ in range(days):
            self.today += timedelta(1)
            if self.chance.random() < 0.7:
                self.order(self.today)
                self.visit(self.today)

    def do(self, kind: str) -> None:
        """Let something happen that KINDS names."""
        KINDS[kind](self)

    def write(self, folder: Path, *, whole: bool) -> Path:
        """Write the files of all records, or of those that were touched since.

        An addition has no file of a table of which nothing was touched.
        """
        folder.mkdir()
        for table, records in self.tables.items():
            keys = sorted(records if whole else self.touched[table])
            if keys or whole:
                write_records(
                    folder / f"{table}.csv",
                    COLUMNS[table].split(),
                    [records[key] for key in keys],
                )
            self.touched[table].clear()
        return folder


def _move_order(shop: ChangingShop) -> None:
    listed = shop.some("customers")["customer_id"]
    other = shop.chance.choices((listed, shop.new_id("g"), "x1"), (8, 1, 1))[0]
    shop.change("orders", shop.some("orders"), customer_id=other)


def _redate_order(shop: ChangingShop) -> None:
    day = shop.some_day(shop.today + timedelta(3))
    shop.change("orders", shop.some("orders"), order_date=f"{day} 11:00:00")


def _turn_order(shop: ChangingShop) -> None:
    order = shop.some("orders")
    status = STATUSES[order["status"] == STATUSES[0]]
    shop.change("orders", order, status=status)


def _change_line(shop: ChangingShop) -> None:
    line = shop.some("order_items")
    shop.line(line["order_id"], line["line_number"])


def _move_refund(shop: ChangingShop) -> None:
    order = shop.some("orders")["order_id"]
    shop.change("refunds", shop.some("refunds"), order_id=order)


def _redate_refund(shop: ChangingShop) -> None:
    day = shop.some_day(shop.today + timedelta(3))
    shop.change("refunds", shop.some("refunds"), refunded_at=f"{day} 15:00:00")


def _move_visit(shop: ChangingShop) -> None:
    visitor = shop.visitor()
    shop.change("web_sessions", shop.some("web_sessions"), customer_id=visitor)


def _redate_visit(shop: ChangingShop) -> None:
    day = shop.some_day(shop.today + timedelta(3))
    visit = shop.some("web_sessions")
    shop.change("web_sessions", visit, session_date=f"{day} 09:00:00")


def _part(shop: ChangingShop) -> None:
    persons = [
        customer
        for customer in shop.tables["customers"].values()
        if customer["person_id"]
    ]
    if persons:
        shop.change("customers", shop.chance.choice(persons), person_id="")


def _sign_up_anew(shop: ChangingShop) -> None:
    day = shop.some_day(shop.today + timedelta(30))
    shop.change("customers", shop.some("customers"), signup_date=f"{day} 08:00:00")


def _list_guest(shop: ChangingShop) -> None:
    orders = shop.some("orders")["customer_id"]
    visits = shop.some("web_sessions")["customer_id"] or "x1"
    buyer = shop.chance.choice((orders, visits))
    day = shop.some_day()
    shop.put("customers", customer_id=buyer, signup_date=str(day), channel="email")


def _come_early(shop: ChangingShop) -> None:
    shop.order(shop.today + timedelta(2))
    shop.visit(shop.today + timedelta(2))


KINDS: dict[str, Callable[[ChangingShop], None]] = {
    "an order comes late": lambda shop: shop.order(shop.some_day()),
    "an order is worth something else": lambda shop: shop.change(
        "orders", shop.some("orders"), revenue=shop.money()
    ),
    "an order turns out to count, or not to": _turn_order,
    "an order is somebody else's": _move_order,
    "an order is of another day": _redate_order,
    "an order has another exchange rate": lambda shop: shop.change(
        "orders", shop.some("orders"), currency="USD", exchange_rate="0.8"
    ),
    "an order is in the shop's own currency": lambda shop: shop.change(
        "orders", shop.some("orders"), currency="EUR", exchange_rate=""
    ),
    "an order has another discount": lambda shop: shop.change(
        "orders", shop.some("orders"), discount_amount=shop.money()
    ),
    "an order has another line": lambda shop: shop.line(
        shop.some("orders")["order_id"], str(shop.chance.randint(1, 9))
    ),
    "a line changes": _change_line,
    "a product is of another category": lambda shop: shop.recategorise(
        f"P{shop.chance.randrange(PRODUCTS)}"
    ),
    "a refund comes late": lambda shop: shop.refund(),
    "a refund is of another amount": lambda shop: shop.change(
        "refunds", shop.some("refunds"), amount=shop.money()
    ),
    "a refund is of another order": _move_refund,
    "a refund is of another day": _redate_refund,
    "a visit was longer": lambda shop: shop.change(
        "web_sessions",
        shop.some("web_sessions"),
        duration_seconds=str(shop.chance.randint(600, 900)),
    ),
    "a visit is somebody else's": _move_visit,
    "a visit is of another day": _redate_visit,
    "two accounts are one person's": lambda shop: shop.merge(),
    "an account is nobody else's any more": _part,
    "a customer is of another channel": lambda shop: shop.change(
        "customers",
        shop.some("customers"),
        channel=shop.chance.choice(CHANNELS),
        region=shop.chance.choice(REGIONS),
    ),
    "a customer signed up on another day": _sign_up_anew,
    "somebody signs up": lambda shop: shop.sign_up(shop.today),
    "a guest or visitor is listed": _list_guest,
    "a day's orders and visits come early": _come_early,
    "somebody spends on marketing": lambda shop: shop.put(
        "marketing_spend",
        spend_date=str(shop.today),
        channel="email",
        spend=shop.money(),
    ),
}
