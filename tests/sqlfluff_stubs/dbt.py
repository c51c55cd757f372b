"""The macros of the namespace `dbt` that the models use, as PostgreSQL renders them."""


def type_string() -> str:
    """Render the type of a text."""
    return "text"


def date_trunc(datepart: str, date: str) -> str:
    """Render the beginning of the date's period."""
    return f"date_trunc('{datepart}', {date})"


def dateadd(datepart: str, interval: int | str, from_date: str) -> str:
    """Render a date moved by so many periods."""
    return f"{from_date} + ((interval '1 {datepart}') * ({interval}))"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Render the number of periods between two dates."""
    return f"datediff('{datepart}', {first_date}, {second_date})"


def last_day(date: str, datepart: str) -> str:
    """Render the last day of the date's period."""
    return f"last_day('{datepart}', {date})"


def hash(field: str) -> str:  # noqa: A001
    """Render the hexadecimal hash of a text."""
    return f"md5(cast({field} as text))"
