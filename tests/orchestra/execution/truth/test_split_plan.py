"""The plan of a split: everybody's shares multiplied, together what the account holds, no money made or lost."""

from datetime import UTC, date, datetime
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestra.execution.truth.corporate_action import Split
from orchestra.execution.truth.split_plan import SMALLEST_SHARE, SplitPlan
from system_databse.truth.adjustment import Adjustment, AdjustmentKind, scaled

AT = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)
RATIOS = st.sampled_from([Fraction(2), Fraction(4), Fraction(3, 2), Fraction(1, 3), Fraction(1, 10), Fraction(7, 5)])
QTY = st.integers(1, 10_000).map(lambda n: Decimal(n) / 10)
HELD = st.dictionaries(st.sampled_from([1, 2, 3, None]), QTY, min_size=1)


def plan(held: dict[int | None, Decimal], ratio: Fraction, *, paid: str = "0") -> SplitPlan:
    split = Split("AAA", date(2026, 11, 18), ratio)
    return SplitPlan(split, held, AT, price=Decimal(50), paid=Decimal(paid))


def total(held: dict[int | None, Decimal], rows: list[Adjustment]) -> Decimal:
    return sum(held.values(), Decimal(0)) + sum((row.qty for row in rows), Decimal(0))


@given(held=HELD, ratio=RATIOS)
def test_a_broker_that_keeps_parts_of_shares_is_met_to_the_last_part(
    held: dict[int | None, Decimal], ratio: Fraction
) -> None:
    shown = scaled(sum(held.values(), Decimal(0)), ratio).quantize(SMALLEST_SHARE, ROUND_DOWN)
    rows = plan(held, ratio).adjustments(shown)
    assert rows is not None
    assert total(held, rows) == shown
    assert {row.kind for row in rows} == {AdjustmentKind.SPLIT}


@given(held=HELD, ratio=RATIOS)
def test_a_broker_that_pays_for_parts_of_shares_takes_them_from_those_who_have_one(
    held: dict[int | None, Decimal], ratio: Fraction
) -> None:
    shown = scaled(sum(held.values(), Decimal(0)), ratio).to_integral_value(ROUND_DOWN)
    rows = plan(held, ratio).adjustments(shown)
    assert rows is not None
    assert total(held, rows) == shown
    assert all(-1 < row.qty < 0 for row in rows if row.kind is AdjustmentKind.CASH_IN_LIEU)


@given(held=HELD, ratio=RATIOS, off=st.integers(1, 50))
def test_more_shares_than_the_split_gives_are_not_explained_by_it(
    held: dict[int | None, Decimal], ratio: Fraction, off: int
) -> None:
    assert plan(held, ratio).adjustments(scaled(sum(held.values(), Decimal(0)), ratio) + off) is None


def test_fewer_shares_than_parts_explain_are_not_explained() -> None:
    assert plan({1: Decimal(10)}, Fraction(2)).adjustments(Decimal(19)) is None


@pytest.mark.parametrize(("paid", "price"), [("0", "50"), ("12.5", "25")])
def test_a_part_that_was_paid_out_counts_for_what_was_paid_or_else_for_the_last_price(paid: str, price: str) -> None:
    rows = plan({1: Decimal(3)}, Fraction(3, 2), paid=paid).adjustments(Decimal(4))
    assert rows is not None
    assert [(row.kind, row.qty) for row in rows] == [
        (AdjustmentKind.SPLIT, Decimal("1.5")),
        (AdjustmentKind.CASH_IN_LIEU, Decimal("-0.5")),
    ]
    assert rows[1].price == Decimal(price)


def test_the_same_split_has_the_same_refs_whoever_tells_it() -> None:
    first, second = (plan({1: Decimal(3), None: Decimal(2)}, Fraction(2)).adjustments(Decimal(10)) for _ in range(2))
    assert first == second
    assert first is not None
    assert [row.ref for row in first] == ["split:AAA:2026-11-18/1", "split:AAA:2026-11-18/account"]
