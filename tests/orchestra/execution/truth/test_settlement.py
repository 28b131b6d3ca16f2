"""After a decision of the owner account and books agree, and what stays is nobody else's."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orchestra.execution.truth.settlement import Numbers, Settlement
from system_databse.truth.adjustment import Adjustment, AdjustmentKind

NOW = datetime(2026, 11, 18, 17, tzinfo=UTC)
SHARES = st.integers(-50, 50).map(Decimal)
HELD = st.integers(0, 50).map(Decimal)


def changes(rows: list[Adjustment]) -> tuple[Decimal, Decimal]:
    """Return by how much the algorithms' shares and the others' change."""
    own = sum((row.qty for row in rows if row.algorithm_id is not None), Decimal(0))
    return own, sum((row.qty for row in rows if row.algorithm_id is None), Decimal(0))


@given(account=SHARES, held=HELD, not_ours=SHARES)
def test_what_is_adopted_or_ignored_makes_the_identity_hold(account: Decimal, held: Decimal, not_ours: Decimal) -> None:
    numbers = Numbers("AAA", account, held, not_ours)
    own, theirs = changes(Settlement(numbers, "x", NOW).leave(AdjustmentKind.ADOPTED))
    assert own == 0
    assert account == held + not_ours + theirs


@given(account=SHARES, held=HELD, not_ours=SHARES)
def test_what_is_assigned_makes_the_identity_hold_and_leaves_nothing_to_settle(
    account: Decimal, held: Decimal, not_ours: Decimal
) -> None:
    numbers = Numbers("AAA", account, held, not_ours)
    own, theirs = changes(Settlement(numbers, "x", NOW).assign(1, Decimal(100)))
    after = Numbers("AAA", account, held + own, not_ours + theirs)
    assert not after.unexplained
    # What is left with the algorithms is in the account beside what is the owner's.
    if numbers.unexplained <= 0:
        assert after.is_settled


@given(account=SHARES, held=HELD, not_ours=SHARES)
def test_each_row_has_a_ref_of_its_own(account: Decimal, held: Decimal, not_ours: Decimal) -> None:
    rows = Settlement(Numbers("AAA", account, held, not_ours), "x", NOW).assign(1, Decimal(100))
    assert len({row.ref for row in rows}) == len(rows)
