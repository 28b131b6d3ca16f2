"""An owner who does anything at any time: the books and the account agree, and nobody sells what is not theirs."""

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orchestra.messages.commands import (
    CancelOpenOrders,
    PauseAlgorithm,
    Refusal,
    ResumeAlgorithm,
    StartAlgorithm,
    StopAlgorithm,
)
from orchestra.risk.halt_switch import Halt
from tests.orchestra.owner_house import CASH, OwnerHouse, open_house

SYMBOLS = ("ACME", "BETA", "GAPS")
STEPS_IN_SESSION = 18


class OwnerMachine(RuleBasedStateMachine):
    """Commands between minutes in lock-step, with restarts; a stopped algorithm's sale must always come to its end."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.house: OwnerHouse = open_house(Path(self.folder.name), is_real=False)
        self.steps = 0
        self.stopped: set[int] = set()
        self.kept: dict[int, int] = {}

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.halt.clear()
            self.sell_everything()
            self.house.close()
            self.folder.cleanup()

    def ids(self) -> list[int]:
        return list(self.house.engine.books.records)

    @rule(times=st.integers(1, 2))
    def minutes_pass(self, times: int) -> None:
        for _ in range(times):
            if self.steps < STEPS_IN_SESSION - 8:
                self.house.step()
                self.steps += 1

    @rule(name=st.sampled_from(["buyer", "idle"]), symbol=st.sampled_from(SYMBOLS), capital=st.integers(1, 60_000))
    def start_one(self, name: str, symbol: str, capital: int) -> None:
        owner = self.house.engine.owner
        available = owner.allocation.available(owner.account.require())
        answer = self.house.give(StartAlgorithm(name, symbol, Decimal(capital)))
        assert (answer.refusal is None) == (capital <= available), answer.reason

    @rule(data=st.data(), is_selling=st.booleans())
    def stop_one(self, data: st.DataObject, is_selling: bool) -> None:
        id_ = data.draw(st.sampled_from([*self.ids(), 99]))
        was_stopped = id_ in self.stopped
        answer = self.house.give(StopAlgorithm(id_, is_selling=is_selling))
        if id_ == 99:
            assert answer.refusal is Refusal.NOT_FOUND
            return
        assert not was_stopped or is_selling or answer.refusal is Refusal.CONFLICT
        self.stopped.add(id_)
        if answer.refusal is None:
            record = self.house.engine.books.records[id_]
            assert answer.values["shares"] == str(self.house.position(id_, record.ticker))
            self.kept.pop(id_, None)
            if not answer.values["selling"]:
                self.kept[id_] = self.house.position(id_, record.ticker)

    @rule(data=st.data(), command=st.sampled_from([PauseAlgorithm, ResumeAlgorithm]))
    def rest_one(self, data: st.DataObject, command: type[PauseAlgorithm] | type[ResumeAlgorithm]) -> None:
        id_ = data.draw(st.sampled_from([*self.ids(), 99]))
        answer = self.house.give(command(id_))
        assert (answer.refusal is None) == (id_ != 99 and id_ not in self.stopped)

    @rule(is_set=st.booleans())
    def turn_the_switch(self, is_set: bool) -> None:
        if is_set:
            self.house.halt.set(Halt("2024-07-03T13:31:00.000Z", "the owner"))
            assert self.house.give(CancelOpenOrders()).values["still_open"] == 0
        else:
            self.house.halt.clear()

    @rule()
    def restart(self) -> None:
        self.house.restart()

    @invariant()
    def account_and_books_agree(self) -> None:
        if not hasattr(self, "house"):
            return
        books = self.house.engine.books
        held = books.ledger.qty_by_symbol()
        account = {row["symbol"]: Decimal(row["qty"]) for row in self.house.world.alpaca.positions()}
        assert held == account
        assert all(position.qty >= 0 for position in books.ledger.positions())
        flow = sum((books.ledger.cash_flow(id_) for id_ in books.records), Decimal(0))
        assert Decimal(str(self.house.world.alpaca.account()["cash"])) == CASH + flow

    @invariant()
    def what_was_kept_is_kept(self) -> None:
        for id_, shares in getattr(self, "kept", {}).items():
            assert self.house.position(id_, self.house.engine.books.records[id_].ticker) == shares

    @invariant()
    def prices_are_claimed_for_exactly_who_needs_them(self) -> None:
        if hasattr(self, "house"):
            engine = self.house.engine
            engine.roster.refresh_all()
            assert engine.streams.subscriptions.symbols() == {symbol for symbol, _ in engine.roster.claims()}

    def sell_everything(self) -> None:
        for id_ in self.ids():
            self.house.give(StopAlgorithm(id_, is_selling=True))
        for _ in range(7):
            self.house.step()
        assert self.house.engine.books.ledger.qty_by_symbol() == {}
        assert self.house.rows("SELECT SUM(sell_wanted) FROM algorithms") in ([(0,)], [(None,)])
        self.account_and_books_agree()


@pytest.mark.requirement("S2-61", "S2-62", "S2-78")
class TestOwner(OwnerMachine.TestCase):
    settings = settings(max_examples=8, stateful_step_count=14, suppress_health_check=list(HealthCheck), deadline=None)


@pytest.mark.long
class TestRestlessOwner(OwnerMachine.TestCase):
    settings = settings(
        max_examples=300, stateful_step_count=20, suppress_health_check=list(HealthCheck), deadline=None
    )
