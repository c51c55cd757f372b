"""All tables of a shop, made in the order in which one follows from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.shop.baskets import make_baskets, order_items_table
from sandbox.shop.customers import customers_table, make_customers
from sandbox.shop.marketing import marketing_spend_table
from sandbox.shop.orders import make_orders, orders_table
from sandbox.shop.products import products_table
from sandbox.shop.purchases import make_purchases
from sandbox.shop.refunds import refunds_table
from sandbox.shop.sessions import web_sessions_table
from sandbox.shop.terms import make_terms
from sandbox.shop.textbook import make_textbook_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.shop.columns import Table
    from sandbox.shop.plan import Plan

TABLES = (
    "products",
    "customers",
    "orders",
    "order_items",
    "refunds",
    "web_sessions",
    "marketing_spend",
)


def make_tables(plan: Plan) -> Iterator[Table]:
    """Make the tables that TABLES names, one after the other; some for a textbook."""
    if plan.is_textbook:
        yield from make_textbook_tables(plan)
        return
    yield products_table()
    customers = make_customers(plan)
    yield customers_table(plan, customers)
    purchases = make_purchases(plan, customers)
    terms = make_terms(plan, customers, purchases)
    baskets = make_baskets(plan, customers, purchases, terms)
    orders = make_orders(plan, customers, purchases, terms, baskets)
    yield orders_table(plan, customers, purchases, terms, orders)
    yield order_items_table(baskets)
    yield refunds_table(plan, purchases, orders)
    yield web_sessions_table(plan, customers, purchases)
    yield marketing_spend_table(plan)
