"""A synthetic shop: seven CSV files as the contracts of source `shop` ask for them.

Order statuses: completed, shipped and returned orders count (what a return gives back
is in refunds.csv), cancelled and pending ones do not; few orders have no status.
`is_first_order` marks a person's earliest order that counts.

The shop sells in US dollars, and to Germany and France in euros; it reports in US
dollars, to which `exchange_rate` leads. Refunds and lines are in their order's
currency; lines, less `discount_amount`, add up to `revenue`. Cancelled orders may have
refunds, too. Guests order without an account, and some persons have two.
"""
