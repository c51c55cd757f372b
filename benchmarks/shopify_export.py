"""A synthetic shop as Shopify's admin would export it, with what such exports hold.

One row per line item, the order's fields on the first of them. Two exports overlap:
what was paid back after the first one is only in the second.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

ZONE = "America/New_York"
OVERLAP = timedelta(days=30)
CENT = Decimal("0.01")

ORDER_FIELDS = (
    *("Name", "Email", "Financial Status", "Paid at", "Fulfillment Status"),
    *("Fulfilled at", "Accepts Marketing", "Currency", "Subtotal", "Shipping"),
    *("Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method"),
    *("Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"),
    *("Lineitem compare at price", "Lineitem sku", "Lineitem requires shipping"),
    *("Lineitem taxable", "Lineitem fulfillment status", "Billing Name"),
    *("Shipping Zip", "Notes", "Note Attributes", "Cancelled at", "Payment Method"),
    *("Payment Reference", "Refunded Amount", "Vendor", "Outstanding Balance"),
    *("Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source"),
    *("Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Phone", "Receipt Number"),
    *("Duties", "Billing Province Name", "Shipping Province Name"),
)
CUSTOMER_FIELDS = (
    *("Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing"),
    *("Default Address City", "Default Address Province Code"),
    *("Default Address Country Code", "Default Address Zip", "Phone"),
    *("Accepts SMS Marketing", "Total Spent", "Total Orders", "Note", "Tax Exempt"),
    "Tags",
)

Record = dict[str, str]


@dataclass(frozen=True)
class Export:
    """A shop in files: the records of its tables, and chance to disturb them."""

    shop: Path
    chance: Random

    def records(self, table: str) -> list[Record]:
        """The records of a table of the synthetic shop."""
        with (self.shop / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def is_one_in(self, count: int) -> bool:
        """Whether this is one of so many."""
        return self.chance.randrange(count) == 0


def write_export(shop: Path, folder: Path, seed: int = 1) -> list[Path]:
    """Write the exports of a synthetic shop, and the mapping that says its time zone.

    Returns:
        The files of orders, the older one first.
    """
    export = Export(shop, Random(seed))  # noqa: S311 chance that can be repeated
    folder.mkdir(parents=True)
    (folder / "mapping.yml").write_text(
        f"source: shopify\ntime_zone: {ZONE}\n", encoding="utf-8"
    )
    customers = export.records("customers")
    _write(
        folder / "customers_export.csv", CUSTOMER_FIELDS, _accounts(export, customers)
    )
    emails = {each["customer_id"]: each["email"] for each in customers}
    orders = [_order(export, each, emails) for each in export.records("orders")]
    lines = _lines(export)
    cut = _cut([each["Created at"] for each in orders])
    older = folder / "orders_export_1.csv"
    newer = folder / "orders_export_2.csv"
    before = [_as_known(each) for each in orders if _day(each) <= cut]
    after = [each for each in orders if _day(each) > cut - OVERLAP]
    for path, part in ((older, before), (newer, after)):
        rows = [row for order in part for row in _rows(export, order, lines)]
        _write(path, ORDER_FIELDS, rows)
    return [older, newer]


def _write(path: Path, fields: tuple[str, ...], records: list[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(records)


def _accounts(export: Export, customers: list[Record]) -> list[Record]:
    """Accounts; a tenth of the buyers has none, and a twentieth has two."""
    accounts = []
    for number, customer in enumerate(customers):
        if not customer["email"] or export.is_one_in(10):
            continue
        account = {
            "Customer ID": f"'{7_000_000_000 + number}",
            "Email": customer["email"],
            "Accepts Email Marketing": export.chance.choice(["yes", "no"]),
            "Default Address Country Code": customer["country"],
            "Phone": f"'+1 555 {number:07}",
        }
        accounts.append(account)
        if export.is_one_in(20):
            again = {"Customer ID": f"'{8_000_000_000 + number}", "Phone": ""}
            accounts.append({**account, **again, "Email": customer["email"].upper()})
    return accounts


def _order(export: Export, order: Record, emails: dict[str, str]) -> Record:
    """An order's own fields as they are when the last export is made."""
    number = int(order["order_id"][1:])
    customer = int(order["customer_id"][1:]) if order["customer_id"] else 0
    subtotal = Decimal(order["revenue"])
    shipping = Decimal(order["shipping_amount"] or 0)
    taxes = Decimal(order["tax_amount"] or 0)
    if export.is_one_in(100):
        subtotal = taxes = shipping = Decimal(0)
    # prices hold the tax in some markets
    total = subtotal + shipping + (0 if export.is_one_in(5) else taxes)
    status, refunded = _payment(export, order["status"], total)
    moment = datetime.fromisoformat(order["order_date"]).replace(tzinfo=ZoneInfo(ZONE))
    created = moment.strftime("%Y-%m-%d %H:%M:%S %z")
    email = _written(export, emails.get(order["customer_id"], ""))
    return {
        "key": "" if export.is_one_in(50) else order["order_id"],
        "Name": f"#{1000 + number}",
        "Id": str(5_000_000_000 + number),
        "Email": email,
        "Phone": "" if email or export.is_one_in(2) else f"'+1 (555) {customer - 1:07}",
        "Financial Status": status,
        "Currency": "USD",
        "Subtotal": str(subtotal),
        "Shipping": str(shipping),
        "Taxes": str(taxes),
        "Total": str(total),
        "Discount Code": order["promo_used"],
        "Discount Amount": order["discount_amount"] or "0.00",
        "Created at": created,
        "Cancelled at": created if order["status"] == "cancelled" else "",
        "Payment Method": "Bogus" if export.is_one_in(200) else "Shopify Payments",
        "Refunded Amount": str(refunded),
        "Notes": 'Ring twice,\nthen "wait"' if export.is_one_in(10) else "",
    }


def _payment(export: Export, status: str, total: Decimal) -> tuple[str, Decimal]:
    """The financial status, and what was paid back."""
    if status in ("cancelled", "returned") and total:
        return "refunded", total
    if status == "pending":
        return "pending", Decimal(0)
    if total and export.is_one_in(25):
        return "partially_refunded", (total / 3).quantize(CENT)
    return "paid", Decimal(0)


def _written(export: Export, email: str) -> str:
    """An e-mail as somebody wrote it this time; some buy at a counter without one."""
    if export.is_one_in(30):
        return ""
    ways = (email, email.upper(), email.title(), f" {email} ")
    return export.chance.choice(ways) if email else ""


def _day(order: Record) -> datetime:
    return datetime.fromisoformat(order["Created at"][:10])


def _cut(moments: list[str]) -> datetime:
    """The day of the first export, two thirds through the history."""
    days = sorted(moments)
    return datetime.fromisoformat(days[len(days) * 2 // 3][:10])


def _as_known(order: Record) -> Record:
    """An order as the first export has it: nothing of it was paid back so far."""
    if order["Cancelled at"] or "refunded" not in order["Financial Status"]:
        return order
    return {**order, "Financial Status": "paid", "Refunded Amount": "0.00"}


def _lines(export: Export) -> dict[str, list[Record]]:
    names = {each["product_id"]: each for each in export.records("products")}
    lines: dict[str, list[Record]] = defaultdict(list)
    for item in export.records("order_items"):
        product = names[item["product_id"]]
        # one product in ten has no SKU
        sku = "" if item["product_id"].endswith("0") else item["product_id"]
        lines[item["order_id"]].append(
            {
                "Lineitem quantity": item["quantity"],
                "Lineitem name": product["product_name"],
                "Lineitem price": item["unit_price"],
                "Lineitem sku": sku,
                "Lineitem discount": "0.00",
                "Vendor": product["category"],
            }
        )
    return lines


def _rows(
    export: Export, order: Record, lines: dict[str, list[Record]]
) -> list[Record]:
    """The rows of an order: one per line, or a custom item alone."""
    custom = {
        "Lineitem quantity": "1",
        "Lineitem name": "Custom item",
        "Lineitem price": order["Subtotal"],
    }
    first, *others = lines.get(order["key"]) or [custom]
    known = {name: order[name] for name in ("Name", "Email")}
    if export.is_one_in(2):
        known["Created at"] = order["Created at"]
    return [{**order, **first}, *({**known, **line} for line in others)]
