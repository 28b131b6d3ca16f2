from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.errors import ConfigError
from orchestra.paper_exchange.book.fees import (
    CAT_RATES,
    CENT,
    NO_FEES,
    SEC_RATES,
    TAF_RATES,
    Accrued,
    Dealt,
    FeeModel,
    Fees,
    rates_on,
)
from orchestra.paper_exchange.book.orders import Side

ZERO = Decimal(0)
REGULATORY = Fees(has_regulatory=True)

days = st.dates(date(2009, 1, 1), date(2028, 12, 31))
quantities = st.decimals("0.000000001", "100000", places=9)
prices = st.decimals("0.01", "5000", places=2)
costs = st.decimals("0", "5", places=4)
models = st.builds(Fees, costs, costs, costs, has_regulatory=st.booleans())


def noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 17, tzinfo=UTC).timestamp())


def dealt(side: str, qty: str, price: str, *, day: date, is_first: bool = True) -> Dealt:
    return Dealt(Side(side), Decimal(qty), Decimal(price), is_first, noon(day))


@st.composite
def deals(draw: st.DrawFn) -> Dealt:
    return Dealt(draw(st.sampled_from(Side)), draw(quantities), draw(prices), draw(st.booleans()), noon(draw(days)))


def charged(model: FeeModel, executions: Sequence[Dealt]) -> list[Decimal]:
    """Return the fee of each execution of one account."""
    fees, accrued = [], Accrued()
    for each in executions:
        fee, accrued = model.charge(each, accrued)
        fees.append(fee)
    return fees


# By hand; 1,000 shares at 50 dollars: 50,000 dollars.
GOLDEN = [
    # 0.05 x 19.20 = 0.96; 1,000 x 0.000075 = 0.075 -> 0.08
    ("sell", date(2011, 6, 30), "1.04"),
    # 0.96; 0.09
    ("sell", date(2011, 7, 1), "1.05"),
    # 0.05 x 8.00 = 0.40; 0.145 -> 0.15
    ("sell", date(2023, 3, 1), "0.55"),
    # 0.05 x 27.80 = 1.39; 0.166 -> 0.17; 1,000 x 0.000048 = 0.048 -> 0.05
    ("sell", date(2024, 11, 1), "1.61"),
    # nothing to the SEC; 0.17; 0.0265 -> 0.03
    ("sell", date(2025, 8, 1), "0.20"),
    # the SEC's last free day: 0.195 -> 0.20; no audit trail
    ("sell", date(2026, 4, 3), "0.20"),
    # 0.05 x 20.60 = 1.03; 0.20
    ("sell", date(2026, 4, 6), "1.23"),
    # 1.03; 0.20; 0.003 -> 0.01
    ("sell", date(2026, 9, 30), "1.24"),
    # FINRA's pause: 1.03; 0.01
    ("sell", date(2026, 10, 1), "1.04"),
    ("sell", date(2027, 1, 4), "1.24"),
    ("buy", date(2026, 9, 30), "0.01"),
    ("buy", date(2023, 3, 1), "0"),
]


@pytest.mark.parametrize(("side", "day", "expected"), GOLDEN)
def test_regulatory_fees_are_those_of_the_day(side: str, day: date, expected: str) -> None:
    assert charged(REGULATORY, [dealt(side, "1000", "50", day=day)]) == [Decimal(expected)]


def test_large_sale_pays_finra_the_cap_and_no_more() -> None:
    # 100,000 x 0.000195 = 19.50, capped at 9.79; 100,000 x 1 dollar x 20.60 / million = 2.06; 0.30 audit trail
    assert charged(REGULATORY, [dealt("sell", "100000", "1", day=date(2026, 6, 1))]) == [Decimal("12.15")]


def test_commission_is_paid_for_the_order_once_and_for_each_share_and_dollar() -> None:
    model = Fees(per_order=Decimal(1), per_share=Decimal("0.005"), basis_points=Decimal(2))
    first = dealt("buy", "100", "50", day=date(2026, 6, 1))
    # 1 + 0.50 + 5,000 x 0.0002 = 2.50; the rest of the order 1.50
    assert charged(model, [first, first._replace(is_first=False)]) == [Decimal("2.50"), Decimal("1.50")]


def test_a_days_small_sales_are_rounded_up_together_and_the_next_day_begins_anew() -> None:
    today, tomorrow = date(2023, 3, 1), date(2023, 3, 2)
    small = dealt("sell", "1", "100", day=today)  # 0.0008 dollars and 0.000145
    assert charged(REGULATORY, [small] * 13) == [Decimal("0.02")] + [ZERO] * 11 + [CENT]
    assert charged(REGULATORY, [small, small._replace(at=noon(tomorrow))]) == [Decimal("0.02")] * 2


@given(models, st.lists(deals(), max_size=6))
def test_fee_is_never_below_nothing(model: Fees, executions: list[Dealt]) -> None:
    assert all(fee >= 0 for fee in charged(model, executions))
    assert not any(charged(NO_FEES, executions))


@given(models, deals(), quantities)
def test_more_shares_never_cost_less(model: Fees, deal: Dealt, more: Decimal) -> None:
    larger = deal._replace(qty=deal.qty + more)
    assert charged(model, [deal]) <= charged(model, [larger])


@given(models, deals())
def test_buys_pay_no_fee_on_sales(model: Fees, deal: Dealt) -> None:
    buy = deal._replace(side=Side.BUY)
    fee, accrued = model.charge(buy, Accrued())
    assert (accrued.sec, accrued.taf) == (0, 0)
    assert fee - charged(replace(model, has_regulatory=False), [buy])[0] == accrued.cat.quantize(CENT, ROUND_UP)


@given(st.lists(st.integers(1, 2_000), min_size=1, max_size=8), prices, days)
def test_parts_of_a_sale_pay_what_the_whole_pays_while_the_cap_is_far(
    parts: list[int], price: Decimal, day: date
) -> None:
    pieces = [Dealt(Side.SELL, Decimal(part), price, False, noon(day)) for part in parts]
    whole = pieces[0]._replace(qty=Decimal(sum(parts)))
    assert sum(charged(REGULATORY, pieces)) == sum(charged(REGULATORY, [whole]))


@given(quantities, days)
def test_finras_fee_stays_below_its_cap(qty: Decimal, day: date) -> None:
    _, accrued = REGULATORY.charge(Dealt(Side.SELL, qty * 1000, Decimal(1), True, noon(day)), Accrued())
    _, rate, _ = rates_on(day)
    assert accrued.taf <= (rate.most or 0)


@pytest.mark.parametrize("rates", [SEC_RATES, TAF_RATES, CAT_RATES])
def test_tables_run_forward(rates: tuple[tuple[date, Decimal, Decimal | None], ...]) -> None:
    assert all(one[0] < two[0] for one, two in pairwise(rates))


@pytest.mark.parametrize("name", ["per_order", "per_share", "basis_points"])
def test_commission_below_nothing_is_refused(name: str) -> None:
    with pytest.raises(ConfigError):
        Fees(**{name: Decimal("-0.01")})
