from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.bar import Bar
from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction
from orchestra.paper_exchange.tape.adjustment import Adjuster, Adjustment

BAR = Bar("AAA", 1_720_000_800, 100.0, 110.0, 90.0, 104.0, 1000.0, 101.5, 7)
JUNE = [date(2024, 6, day) for day in range(3, 8)]


def split(ex_date: date, new: str = "2", old: str = "1") -> CorporateAction:
    kind = ActionKind.FORWARD_SPLIT if Decimal(new) > Decimal(old) else ActionKind.REVERSE_SPLIT
    return CorporateAction(kind, "AAA", ex_date, new_rate=Decimal(new), old_rate=Decimal(old))


def dividend(ex_date: date, rate: str = "1") -> CorporateAction:
    return CorporateAction(ActionKind.CASH_DIVIDEND, "AAA", ex_date, rate=Decimal(rate))


def adjuster(*actions: CorporateAction, wanted: Adjustment = Adjustment.ALL, close: float = 100.0) -> Adjuster:
    return Adjuster.of(actions, frozenset({wanted}), lambda _day: close)


@pytest.mark.parametrize("wanted", [Adjustment.SPLIT, Adjustment.ALL])
def test_split_halves_earlier_prices_once_and_doubles_their_volume(wanted: Adjustment) -> None:
    adjusted = adjuster(split(JUNE[1]), wanted=wanted).adjusted(BAR, JUNE[0])
    assert adjusted == Bar("AAA", BAR.ts, 50.0, 55.0, 45.0, 52.0, 2000.0, 50.75, 7)


def test_ex_date_itself_and_later_days_stay_as_they_are() -> None:
    after = adjuster(split(JUNE[1]), dividend(JUNE[2]))
    assert after.adjusted(BAR, JUNE[2]) is BAR
    assert after.adjusted(BAR, JUNE[3]) is BAR
    assert after.adjusted(BAR, JUNE[1]).open == 99.0


def test_reverse_split_multiplies_prices_and_shrinks_volume() -> None:
    adjusted = adjuster(split(JUNE[1], "1", "10")).adjusted(BAR, JUNE[0])
    assert (adjusted.close, adjusted.volume) == (1040.0, 100.0)


@pytest.mark.parametrize("wanted", [Adjustment.DIVIDEND, Adjustment.ALL])
def test_dividend_lowers_prices_and_leaves_volume_alone(wanted: Adjustment) -> None:
    adjusted = adjuster(dividend(JUNE[1], "2"), wanted=wanted).adjusted(BAR, JUNE[0])
    assert adjusted == Bar("AAA", BAR.ts, 98.0, 107.8, 88.2, 101.92, 1000.0, 99.47, 7)


@pytest.mark.parametrize(
    ("wanted", "price", "volume"),
    [
        (Adjustment.RAW, 100.0, 1000.0),
        (Adjustment.SPIN_OFF, 100.0, 1000.0),
        (Adjustment.SPLIT, 50.0, 2000.0),
        (Adjustment.DIVIDEND, 99.0, 1000.0),
        (Adjustment.ALL, 49.5, 2000.0),
    ],
)
def test_each_adjustment_takes_out_its_own(wanted: Adjustment, price: float, volume: float) -> None:
    adjusted = adjuster(split(JUNE[1]), dividend(JUNE[3]), wanted=wanted).adjusted(BAR, JUNE[0])
    assert (adjusted.open, adjusted.volume) == (price, volume)


def test_dividend_on_the_day_of_a_split_is_paid_on_the_new_shares() -> None:
    """A dollar a new share is two dollars an old one, of a close of 100."""
    adjusted = adjuster(split(JUNE[1]), dividend(JUNE[1])).adjusted(BAR, JUNE[0])
    assert adjusted.open == 49.0


@given(st.lists(st.integers(2, 20), min_size=1, max_size=4))
def test_factors_of_several_splits_multiply(ratios: list[int]) -> None:
    days = [date(2024, 6, day + 1) for day in range(len(ratios))]
    after = adjuster(*(split(day, str(ratio)) for day, ratio in zip(days, ratios, strict=True)))
    expected = 1.0
    for day, ratio in reversed(list(zip(days, ratios, strict=True))):
        assert after.factors(day).volume == pytest.approx(expected)
        expected *= ratio
    assert after.factors(date(2024, 5, 31)).volume == pytest.approx(expected)
    assert after.factors(date(2024, 5, 31)).price == pytest.approx(1 / expected)
