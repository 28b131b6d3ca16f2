"""What an algorithm holds, read from its transactions: as if each were booked by hand, however often it is asked."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from algorithm.holding import Holding, HoldingReader, holding_of
from database.timestamps import iso_minute

START = 1_700_231_400


def rows(wishes: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return buys of so many shares at a price, each second one sold whole again."""
    made: list[dict[str, Any]] = []
    for number, (shares, price) in enumerate(wishes):
        at = iso_minute(START + 60 * number)
        if number % 3 == 2:
            held = sum(row["shares"] if row["type"] == "buy" else -row["shares"] for row in made)
            made.append({"type": "sell", "shares": held, "price": price, "fee": 0.5, "timestamp": at})
        else:
            made.append({"type": "buy", "shares": shares, "price": price, "fee": 0.5, "timestamp": at})
    return made


def test_a_position_of_two_buys_has_their_average_price_and_the_first_ones_time() -> None:
    made = rows([(10, 100), (30, 104), (0, 110), (5, 90)])
    assert holding_of(made[:2], 10_000) == Holding(40, 10_000 - 1000 - 3120 - 1.0, START, 103.0)
    sold = holding_of(made[:3], 10_000)
    assert (sold.shares, sold.cash, sold.left_at) == (0, 10_000 - 1000 - 3120 + 4400 - 1.5, START + 120)
    again = holding_of(made, 10_000)
    assert (again.shares, again.entered_at, again.entry_price, again.left_at) == (5, START + 180, 90.0, START + 120)
    assert holding_of([], 10_000) == Holding(0, 10_000.0)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 500)), max_size=12), st.lists(st.integers(0, 12)))
def test_a_reader_says_what_adding_up_says_at_any_time(wishes: list[tuple[int, int]], looks: list[int]) -> None:
    made, reader = rows(wishes), HoldingReader(1_000)
    for count in looks:
        # As live: rows are the caller's own each time.
        assert reader([dict(row) for row in made[:count]]) == holding_of(made[:count], 1_000)


def test_a_reader_notices_a_split() -> None:
    made, reader = rows([(10, 100)]), HoldingReader(10_000)
    assert reader(made).shares == 10
    assert reader([{**made[0], "shares": 70, "price": 100 / 7}]).shares == 70
