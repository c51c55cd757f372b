"""Who the customers are, on paper and in secret (what they will be like as buyers)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sandbox.shop.columns import (
    Table,
    booleans,
    choices,
    days,
    identifiers,
    joined,
    moments,
    numbers,
)
from sandbox.shop.market import CHANNELS, COUNTRIES, KINDS
from sandbox.shop.plan import LAST_DAY
from sandbox.shop.products import CATEGORIES
from sandbox.shop.season import Season

if TYPE_CHECKING:
    from sandbox.shop.plan import Plan

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

GROWTH = 1.8
GUEST_SHARE = 0.04
SECOND_ACCOUNT_SHARE = 0.015
LATEST_SIGNUP_SECONDS = 900
MISSING_CHANNEL, MISSING_PERSON, MISSING_EMAIL = 0.01, 0.01, 0.03
MISSING_BIRTH_DATE, MISSING_CONSENT, CONSENT = 0.3, 0.05, 0.62
YOUNGEST_DAYS, OLDEST_DAYS = 18 * 365, 78 * 365

FIRST_NAMES = (
    "ada",
    "ben",
    "carla",
    "daniel",
    "elif",
    "femi",
    "grace",
    "hugo",
    "ines",
    "jonas",
    "kira",
    "liam",
    "maya",
    "noah",
    "olga",
    "paul",
    "quinn",
    "rosa",
    "sam",
    "tara",
)
LAST_NAMES = (
    "adler",
    "baker",
    "costa",
    "dubois",
    "evans",
    "fischer",
    "garcia",
    "hansen",
    "ito",
    "jones",
    "keller",
    "lopez",
    "martin",
    "novak",
    "okafor",
    "patel",
    "quist",
    "rossi",
    "smith",
    "tanaka",
)
MAIL_DOMAINS = ("example.com", "example.net", "example.org")


@dataclass(frozen=True)
class Customers:
    """All who may order, by signup; arrays have one entry for each, guests last.

    accounts: how many of them are in customers.csv; the rest order as guests.
    signup: seconds since the history began. person: the first account of the person.
    channel, country, kind, favourite: positions in CHANNELS, COUNTRIES, KINDS and
    CATEGORIES. seeks_bargains: likes promotion codes.
    """

    accounts: int
    signup: Integers
    person: Integers
    channel: Integers
    country: Integers
    kind: Integers
    favourite: Integers
    seeks_bargains: Flags

    @property
    def is_guest(self) -> Flags:
        """Who has no account, shape (customers,)."""
        return np.arange(len(self.signup)) >= self.accounts


def draw(chance: np.random.Generator, shares: list[float], size: int) -> Integers:
    """Draw positions with the given shares, shape (size,)."""
    bounds = np.cumsum(shares) / sum(shares)
    drawn = np.searchsorted(bounds, chance.random(size), side="right")
    return np.minimum(drawn, len(shares) - 1).astype(np.int64)


def make_customers(plan: Plan) -> Customers:
    """Draw the shop's customers."""
    chance = plan.chance("customers")
    guests = round(plan.customers * GUEST_SHARE)
    total = plan.customers + guests
    season = Season(plan, GROWTH)
    clock = chance.random(total) * season.length
    signup = np.minimum(season.seconds(clock), plan.seconds - LATEST_SIGNUP_SECONDS)
    signup[: plan.customers].sort()
    channel = draw(chance, [each.share for each in CHANNELS], total)
    bargain = np.array([each.bargain for each in CHANNELS])
    return Customers(
        accounts=plan.customers,
        signup=signup,
        person=_persons(chance, plan.customers, total),
        channel=channel,
        country=draw(chance, [each.share for each in COUNTRIES], total),
        kind=draw(chance, [each.share for each in KINDS], total),
        favourite=draw(chance, [each.share for each in CATEGORIES], total),
        seeks_bargains=chance.random(total) < bargain[channel],
    )


def _persons(chance: np.random.Generator, accounts: int, total: int) -> Integers:
    """Give few accounts to the person of an earlier account, the others their own."""
    person = np.arange(total)
    second = chance.random(accounts) < SECOND_ACCOUNT_SHARE
    second[0] = False
    later = np.flatnonzero(second)
    first_accounts = np.flatnonzero(~second)
    earlier = np.searchsorted(first_accounts, later)
    taken = (chance.random(len(later)) * earlier).astype(np.int64)
    person[later] = first_accounts[taken]
    return person


def customers_table(plan: Plan, customers: Customers) -> Table:
    """Write down the accounts, with what the shop knows of them."""
    chance = plan.chance("customer details")
    size = customers.accounts
    person = customers.person[:size]
    has_two = np.bincount(person, minlength=size)[person] > 1
    channel_known = chance.random(size) >= MISSING_CHANNEL
    person_known = has_two | (chance.random(size) >= MISSING_PERSON)
    email_known = has_two | (chance.random(size) >= MISSING_EMAIL)
    age_days = chance.integers(YOUNGEST_DAYS, OLDEST_DAYS, size)
    birth_known = chance.random(size) >= MISSING_BIRTH_DATE
    consent = chance.random(size) < CONSENT
    consent_known = chance.random(size) >= MISSING_CONSENT
    last_day = np.datetime64(LAST_DAY, "D")

    def columns(part: slice) -> dict[str, object]:
        number = np.arange(size)[part]
        who = person[part]
        country = customers.country[:size][part]
        regions = [each.region for each in COUNTRIES]
        return {
            "customer_id": customer_ids(customers, number),
            "signup_date": moments(plan.first_day, customers.signup[:size][part]),
            "channel": choices(
                [each.name for each in CHANNELS],
                customers.channel[:size][part],
                channel_known[part],
            ),
            "region": choices(regions, country),
            "country": choices([each.code for each in COUNTRIES], country),
            "person_id": identifiers("P", who + 1, person_known[part]),
            "email": joined(
                choices(FIRST_NAMES, who % len(FIRST_NAMES)),
                choices(LAST_NAMES, who // 7 % len(LAST_NAMES)),
                numbers(who + 1),
                choices(MAIL_DOMAINS, who % len(MAIL_DOMAINS)),
                separators=(".", "", "@"),
                known=email_known[part],
            ),
            "birth_date": days(last_day - age_days[part], birth_known[part]),
            "accepts_marketing": booleans(consent[part], consent_known[part]),
        }

    return Table("customers", size, columns)


def customer_ids(
    customers: Customers, customer: Integers, known: Flags | None = None
) -> object:
    """Write customer ids: C and a number, or G and a number for guests."""
    prefix = np.where(customer < customers.accounts, ord("C"), ord("G"))
    return identifiers(prefix, customer + 1, known)
