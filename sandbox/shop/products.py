"""What the shop sells: categories, products, and which go together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sandbox.shop.columns import Table, choices, decimals, identifiers

MARGIN_COST = 42


@dataclass(frozen=True)
class Category:
    """A category: its share of demand, and how customers who love it behave."""

    name: str
    share: float
    pace: float
    dropout: float


CATEGORIES = (
    Category("Coffee", 0.30, 1.25, 0.82),
    Category("Tea", 0.20, 1.10, 0.92),
    Category("Brewing", 0.16, 0.80, 1.12),
    Category("Cups", 0.12, 0.78, 1.22),
    Category("Sweets", 0.13, 1.05, 1.00),
    Category("Gifts", 0.09, 0.62, 1.38),
)

# category, name, price in US cents, partner that is often bought with it
ASSORTMENT = (
    ("Coffee", "House Espresso, 250 g", 1150, "Almond Cantuccini"),
    ("Coffee", "House Espresso, 1 kg", 3690, ""),
    ("Coffee", "Filter Roast, 250 g", 1090, "Paper Filters, size 4"),
    ("Coffee", "Ethiopia Guji, 250 g", 1490, ""),
    ("Coffee", "Colombia Huila, 250 g", 1390, ""),
    ("Coffee", "Decaf, 250 g", 1290, ""),
    ("Coffee", "Cold Brew Bags", 1650, ""),
    ("Coffee", "Tasting Set of 4", 2490, ""),
    ("Tea", "Earl Grey, 100 g", 890, "Butter Shortbread"),
    ("Tea", "Darjeeling First Flush, 100 g", 1690, ""),
    ("Tea", "Sencha, 100 g", 1250, ""),
    ("Tea", "Matcha, 30 g", 2190, "Matcha Whisk"),
    ("Tea", "Mint and Verbena, 60 g", 790, ""),
    ("Tea", "Rooibos, 100 g", 750, ""),
    ("Tea", "Masala Chai, 100 g", 950, ""),
    ("Brewing", "Pour-over Dripper", 2490, "Paper Filters, size 4"),
    ("Brewing", "Paper Filters, size 4", 590, "Pour-over Dripper"),
    ("Brewing", "French Press, 1 l", 3990, ""),
    ("Brewing", "Hand Grinder", 7990, "House Espresso, 250 g"),
    ("Brewing", "Kettle with Gooseneck", 6490, "Pour-over Dripper"),
    ("Brewing", "Matcha Whisk", 1790, "Matcha, 30 g"),
    ("Brewing", "Cleaning Tablets", 990, ""),
    ("Cups", "Espresso Cup", 1190, "Saucer"),
    ("Cups", "Saucer", 590, "Espresso Cup"),
    ("Cups", "Mug, 300 ml", 1490, ""),
    ("Cups", "Travel Mug", 2790, ""),
    ("Cups", "Tea Bowl", 1690, "Matcha, 30 g"),
    ("Sweets", "Almond Cantuccini", 690, "House Espresso, 250 g"),
    ("Sweets", "Butter Shortbread", 640, "Earl Grey, 100 g"),
    ("Sweets", "Dark Chocolate 70 %", 490, ""),
    ("Sweets", "Oat Cookies", 590, ""),
    ("Sweets", "Candied Ginger", 720, "Masala Chai, 100 g"),
    ("Gifts", 'Gift Box "Morning"', 4490, ""),
    ("Gifts", 'Gift Box "Afternoon"', 4290, ""),
    ("Gifts", "Gift Card Sleeve", 350, 'Gift Box "Morning"'),
    ("Gifts", "Advent Calendar", 5900, ""),
)

CATEGORY_NAMES = [category.name for category in CATEGORIES]
NAMES = [name for _, name, _, _ in ASSORTMENT]
CATEGORY_OF = np.array([CATEGORY_NAMES.index(each[0]) for each in ASSORTMENT])
PRICE_CENTS = np.array([price for _, _, price, _ in ASSORTMENT])
PARTNER_OF = np.array(
    [NAMES.index(partner) if partner else -1 for _, _, _, partner in ASSORTMENT]
)


def products_table() -> Table:
    """Write down the assortment with its cost."""

    def columns(part: slice) -> dict[str, object]:
        number = np.arange(len(NAMES))[part]
        return {
            "product_id": identifiers("A", number + 1),
            "product_name": choices(NAMES, number),
            "category": choices(CATEGORY_NAMES, CATEGORY_OF[part]),
            "unit_cost": decimals(PRICE_CENTS[part] * MARGIN_COST // 100),
        }

    return Table("products", len(NAMES), columns, is_quoted=True)


def products_in(category: int) -> npt.NDArray[np.int64]:
    """Return the positions of a category's products, the most popular first."""
    return np.flatnonzero(category == CATEGORY_OF)
