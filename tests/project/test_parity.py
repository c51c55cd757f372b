"""What the comparison of engines tells of a mart that is not the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
import typer
from typer.testing import CliRunner

from parity import __main__ as command
from parity.comparison import WHOLE_ROW, Difference, Mart, compare

MART = Mart("sales", ("channel", "month"), ("channel", "month", "revenue", "orders"))
ROWS = [
    ("ads", 1, Decimal("10.00"), 2),
    ("ads", 2, None, 0),
    ("mail", 1, Decimal("5000000.00"), 3),
]


def changed(place: int, *row: object) -> list[Difference]:
    """Compare the rows with those of an engine that has another one in a place."""
    found = [*ROWS[:place], row, *ROWS[place + 1 :]]
    return compare(MART, ROWS, found)


def test_rows_in_another_order_and_amounts_rounded_otherwise_are_the_same() -> None:
    assert compare(MART, ROWS, ROWS[::-1]) == []
    assert changed(0, "ads", 1, Decimal("10.01"), 2) == []
    assert changed(2, "mail", 1, Decimal("5000004.00"), 3) == []


def test_a_cell_that_differs_by_more_than_rounding_is_told_with_its_key() -> None:
    assert changed(0, "ads", 1, Decimal("10.02"), 2) == [
        Difference(("ads", 1), "revenue", Decimal("10.00"), Decimal("10.02"))
    ]
    assert changed(2, "mail", 1, Decimal("5000006.00"), 3) == [
        Difference(("mail", 1), "revenue", Decimal("5000000.00"), Decimal("5000006.00"))
    ]
    assert changed(0, "ads", 1, Decimal("10.00"), 3) == [
        Difference(("ads", 1), "orders", 2, 3)
    ]


def test_a_null_in_place_of_a_value_is_told_and_a_value_in_place_of_a_null() -> None:
    assert changed(0, "ads", 1, None, 2) == [
        Difference(("ads", 1), "revenue", Decimal("10.00"), None)
    ]
    assert changed(1, "ads", 2, Decimal("0.00"), 0) == [
        Difference(("ads", 2), "revenue", None, Decimal("0.00"))
    ]


def test_rows_that_are_missing_or_too_many_are_told() -> None:
    assert compare(MART, ROWS, ROWS[1:]) == [
        Difference(("ads", 1), WHOLE_ROW, ROWS[0], None)
    ]
    assert compare(MART, ROWS, [*ROWS, ROWS[2]]) == [
        Difference(("mail", 1), WHOLE_ROW, None, ROWS[2])
    ]


@pytest.mark.parametrize("last_orders", [3, 4])
def test_the_command_fails_and_names_the_cell_where_a_mart_differs(
    last_orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [*ROWS[:2], (*ROWS[2][:3], last_orders)]
    compared = command.Compared(MART, "Other", 3, 3, compare(MART, ROWS, found))
    # engines take minutes, and agree
    monkeypatch.setattr(command, "build_and_compare", lambda *_: [compared])
    app = typer.Typer()
    app.command()(command.main)
    result = CliRunner().invoke(app)
    said = "sales, channel mail, month 1: orders is 3, on Other 4"
    assert (result.exit_code, said in result.output) == (
        (0, False) if last_orders == 3 else (1, True)
    )
