"""The shop's market as data: channels, countries, kinds of customers, campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Channel:
    """A way in which customers come.

    buying: the share that ever orders. dropout, pace, basket: how likely a customer is
    to leave after an order, how fast he orders, how much, compared with the average.
    cost: what a new customer costs in US dollars.
    """

    name: str
    share: float
    buying: float
    dropout: float
    pace: float
    basket: float
    bargain: float
    cost: float


CHANNELS = (
    Channel("organic", 0.30, 0.86, 0.95, 1.00, 1.02, 0.22, 0.0),
    Channel("paid_search", 0.23, 0.84, 1.08, 0.98, 1.00, 0.34, 31.0),
    Channel("social", 0.20, 0.74, 1.30, 0.92, 0.84, 0.48, 22.0),
    Channel("email", 0.10, 0.90, 0.80, 1.15, 1.08, 0.38, 4.5),
    Channel("referral", 0.11, 0.93, 0.70, 1.10, 1.20, 0.15, 9.0),
    Channel("affiliate", 0.06, 0.80, 1.22, 0.95, 0.92, 0.62, 18.0),
)


@dataclass(frozen=True)
class Country:
    """A country that the shop sells to; tax in parts per thousand of revenue."""

    code: str
    region: str
    share: float
    basket: float
    dropout: float
    tax: int
    is_euro: bool = False


COUNTRIES = (
    Country("US", "North America", 0.56, 1.05, 0.97, 70),
    Country("CA", "North America", 0.12, 0.98, 1.00, 130),
    Country("GB", "United Kingdom", 0.13, 0.96, 1.00, 200),
    Country("DE", "Continental Europe", 0.06, 0.92, 0.94, 190, is_euro=True),
    Country("FR", "Continental Europe", 0.04, 0.90, 1.10, 200, is_euro=True),
    Country("AU", "Australia", 0.09, 1.12, 1.08, 100),
)


@dataclass(frozen=True)
class Kind:
    """A kind of customer: how likely he leaves after an order, days between orders."""

    name: str
    share: float
    dropout: float
    gap_days: float


KINDS = (
    Kind("fleeting", 0.37, 0.62, 64.0),
    Kind("regular", 0.45, 0.12, 37.0),
    Kind("loyal", 0.18, 0.03, 20.7),
)


@dataclass(frozen=True)
class Campaign:
    """A yearly campaign: its code, days, discount in percent, and pull on demand."""

    code: str
    month: int
    first_day: int
    last_day: int
    discount: int
    pull: float

    def includes(self, day: date) -> bool:
        """Tell whether the campaign runs on a day."""
        return day.month == self.month and self.first_day <= day.day <= self.last_day


CAMPAIGNS = (
    Campaign("SPRING15", 4, 8, 17, 15, 1.45),
    Campaign("SUMMER20", 7, 10, 19, 20, 1.60),
    Campaign("BLACKFRIDAY", 11, 22, 30, 25, 2.10),
    Campaign("GIFTS10", 12, 8, 16, 10, 1.15),
)
DIP_DAYS = 12
DIP = 0.82

WELCOME_CODE, WELCOME_DISCOUNT = "WELCOME10", 10
LOYALTY_CODE, LOYALTY_DISCOUNT = "THANKYOU15", 15
SHIPPING_CODE = "FREESHIP"
