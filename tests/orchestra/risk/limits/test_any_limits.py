"""Whatever the limits, prices and wishes: exits always pass, and what a minute approves stays within every limit."""

from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from system_databse.control.limit import LimitName
from system_databse.decision import Decision
from system_databse.trading_signal import Action, Outcome
from tests.orchestra.risk.limits.limited_gate import MINUTE, NOON, LimitedGate, view

SYMBOLS = {1: "AAPL", 2: "AAPL", 3: "MSFT", 4: "AAPL"}
NAMES = st.sampled_from(LimitName)
LIMITS = st.dictionaries(st.tuples(NAMES, st.sampled_from([None, 1, 2, 3])), st.integers(1, 100), max_size=8)
SHARES = st.integers(1, 60)
MINUTES = st.lists(
    st.dictionaries(st.sampled_from(list(SYMBOLS)), st.tuples(st.sampled_from(["buy", "sell", "hold"]), SHARES)),
    min_size=1,
    max_size=3,
)
HELD = st.fixed_dictionaries({id_: st.integers(0, 40) for id_ in SYMBOLS})
PRICES = st.fixed_dictionaries({"AAPL": st.integers(1, 40), "MSFT": st.integers(1, 40)})


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    folder, numbers = tmp_path_factory.mktemp("limits"), count()

    def fresh() -> LimitedGate:
        from tests.system_databse.made_orders import open_store

        path: Path = folder / str(next(numbers))
        path.mkdir()
        return LimitedGate(open_store(path))

    return fresh


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(limits=LIMITS, minutes=MINUTES, held=HELD, prices=PRICES)
def test_exits_pass_and_entries_stay_within_every_limit(stores, limits, minutes, held, prices) -> None:  # type: ignore[no-untyped-def]
    gate: LimitedGate = stores()
    for (name, owner), value in limits.items():
        gate.limit(name, value, owner)
    try:
        sent: list[Decision] = []
        for number, wishes in enumerate(minutes):
            views = {id_: view(id_, symbol=symbol, held=held[id_]) for id_, symbol in SYMBOLS.items()}
            wanted = [(id_, action, 0 if action == "hold" else shares) for id_, (action, shares) in wishes.items()]
            floats = {symbol: float(price) for symbol, price in prices.items()}
            decisions = gate.judge(*wanted, views=views, prices=floats, minute=NOON + number * MINUTE)
            passed = [decision for decision in decisions if decision.outcome is Outcome.SUBMITTED]
            exits = [d for d in decisions if d.signal.action is Action.SELL and held[d.signal.algorithm_id]]
            assert all(decision in passed for decision in exits)
            check(limits, passed, sent, held=held, prices=prices)
            sent += passed
    finally:
        gate.store.close()


def check(limits, passed, before, *, held, prices) -> None:  # type: ignore[no-untyped-def]
    """Hold a minute's orders against the limits, by sums of our own."""
    for (name, owner), most in limits.items():
        own = [d for d in passed if owner in (None, d.signal.algorithm_id)]
        buys = [d for d in own if d.signal.action is Action.BUY]
        if not buys:
            continue
        ids = [id_ for id_ in SYMBOLS if owner in (None, id_)]
        for symbol, price in prices.items():
            shares = sum(d.qty for d in buys if d.signal.symbol == symbol)
            held_now = sum(held[id_] for id_ in ids if SYMBOLS[id_] == symbol)
            if name is LimitName.MAX_POSITION_SHARES and shares:
                assert held_now + shares <= most
            if name is LimitName.MAX_POSITION_VALUE and shares:
                assert (held_now + shares) * price <= most
        if name is LimitName.MAX_TRADE_VALUE:
            assert all(d.qty * Decimal(prices[d.signal.symbol]) <= most for d in buys)
        if name is LimitName.ORDERS_PER_MINUTE:
            assert own.index(buys[-1]) + 1 <= most
        if name is LimitName.ORDERS_PER_DAY:
            earlier = [d for d in before if owner in (None, d.signal.algorithm_id)]
            assert len(earlier) + own.index(buys[-1]) + 1 <= most
