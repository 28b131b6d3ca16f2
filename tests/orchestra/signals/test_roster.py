"""The roster: who runs, who rests, whose prices are needed; the same after any order of events."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orchestra.runtime.network.subscriptions import Claim, Subscriptions
from orchestra.signals.roster import Roster
from system_databse.algorithm_record import FAILURES_UNTIL_ERROR, AlgorithmRecord, AlgorithmStatus
from system_databse.errors import StrategyError
from system_databse.fill import Fill
from system_databse.ledger import Ledger
from system_databse.order import Side

SYMBOLS = ("AAA", "BBB", "CCC")
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


def record(number: int, ticker: str = "AAA") -> AlgorithmRecord:
    return AlgorithmRecord(number, f"algo{number}", ticker, Decimal(1_000), "algo", "sha")


class Rows:
    """What is on disk, and the books in memory that a restart builds anew from it."""

    def __init__(self) -> None:
        self.records: dict[int, AlgorithmRecord] = {}
        self.fills: list[Fill] = []
        self.ledger = Ledger()

    def add_algorithm(self, record: AlgorithmRecord) -> None:
        self.records[record.id] = record

    def set_status(self, algorithm_id: int, status: AlgorithmStatus) -> AlgorithmRecord:
        self.records[algorithm_id] = replace(self.records[algorithm_id], status=status, error_count=0)
        return self.records[algorithm_id]

    def fail(self, algorithm_id: int, error: str) -> AlgorithmRecord:
        self.records[algorithm_id] = replace(self.records[algorithm_id], status=AlgorithmStatus.ERROR, last_error=error)
        return self.records[algorithm_id]

    def failed_turn(self, algorithm_id: int) -> None:
        self.records[algorithm_id] = self.records[algorithm_id].failed("no")

    def fill(self, algorithm_id: int, side: Side, qty: Decimal) -> None:
        ticker = self.records[algorithm_id].ticker
        number = len(self.fills)
        fill = Fill(f"o{number}", algorithm_id, ticker, side, f"e{number}", qty, Decimal(10), qty, "stream", NOON)
        self.fills.append(fill)
        self.ledger.book(fill)

    def after_restart(self) -> "Rows":
        rows = Rows()
        rows.records, rows.fills, rows.ledger = self.records, self.fills, Ledger(self.fills)
        return rows

    def needed(self) -> dict[str, int]:
        """Return the reference counts that domain.md S2-54 asks for, straight from the rows."""
        counts: dict[str, int] = {}
        for each in self.records.values():
            holds = sum(f.signed_qty for f in self.fills if f.algorithm_id == each.id) > 0
            runs = each.status in (AlgorithmStatus.RUNNING, AlgorithmStatus.PAUSED)
            counts[each.ticker] = counts.get(each.ticker, 0) + runs + holds
        return {symbol: count for symbol, count in counts.items() if count}


class FakeStream:
    """A data stream that does just what claim and release report, and forgets all when it breaks."""

    def __init__(self) -> None:
        self.claims = Subscriptions()
        self.subscribed: set[str] = set()
        self.is_connected = True

    def claim(self, symbol: str, owner: str) -> None:
        if self.claims.claim(symbol, owner) and self.is_connected:
            assert symbol not in self.subscribed
            self.subscribed.add(symbol)

    def release(self, symbol: str, owner: str) -> None:
        if self.claims.release(symbol, owner) and self.is_connected:
            self.subscribed.remove(symbol)

    def restore(self, claims: list[Claim]) -> None:
        self.claims.replace(claims)
        self.subscribed = set(self.claims.symbols()) if self.is_connected else set()


class Instances:
    def __init__(self) -> None:
        self.built: set[int] = set()
        self.broken: set[int] = set()

    def build(self, record: AlgorithmRecord) -> None:
        if record.id in self.broken:
            raise StrategyError("cannot be built")
        self.built.add(record.id)

    def forget(self, algorithm_id: int) -> None:
        self.built.discard(algorithm_id)


class SubscriptionMachine(RuleBasedStateMachine):
    """Any order of starts, stops, pauses, failures, fills, restarts and reconnects."""

    @initialize()
    def begin(self) -> None:
        self.rows, self.feed, self.instances = Rows(), FakeStream(), Instances()
        self.roster = Roster(self.rows, self.instances, self.feed)

    def some(self, data: st.DataObject, *statuses: AlgorithmStatus) -> int | None:
        ids = [each.id for each in self.rows.records.values() if not statuses or each.status in statuses]
        return data.draw(st.sampled_from(ids)) if ids else None

    @rule(ticker=st.sampled_from(SYMBOLS), is_broken=st.booleans())
    def start(self, ticker: str, is_broken: bool) -> None:
        number = len(self.rows.records) + 1
        if is_broken:
            self.instances.broken.add(number)
        self.roster.start(record(number, ticker))

    @precondition(lambda self: self.rows.records)
    @rule(data=st.data(), verb=st.sampled_from(["stop", "pause", "resume"]))
    def command(self, data: st.DataObject, verb: str) -> None:
        algorithm_id = self.some(data)
        assert algorithm_id is not None
        was_stopped = self.rows.records[algorithm_id].status is AlgorithmStatus.STOPPED
        if was_stopped and verb != "stop":
            with pytest.raises(StrategyError, match="stopped for good"):
                getattr(self.roster, verb)(algorithm_id)
        else:
            getattr(self.roster, verb)(algorithm_id)
        assert not was_stopped or self.rows.records[algorithm_id].status is AlgorithmStatus.STOPPED

    @rule(data=st.data(), times=st.integers(1, FAILURES_UNTIL_ERROR))
    def failing_turns(self, data: st.DataObject, times: int) -> None:
        if (algorithm_id := self.some(data, AlgorithmStatus.RUNNING)) is not None:
            for _ in range(times):
                self.rows.failed_turn(algorithm_id)
            self.roster.refresh_all()

    @rule(data=st.data(), qty=st.integers(1, 3), is_all=st.booleans())
    def fill(self, data: st.DataObject, qty: int, is_all: bool) -> None:
        if (algorithm_id := self.some(data)) is None:
            return
        held = self.rows.ledger.position(algorithm_id, self.rows.records[algorithm_id].ticker).qty
        if held and is_all:
            self.rows.fill(algorithm_id, Side.SELL, held)
        else:
            self.rows.fill(algorithm_id, Side.BUY, Decimal(qty))
        self.roster.refresh(algorithm_id)

    @rule()
    def restart(self) -> None:
        self.rows, self.feed = self.rows.after_restart(), FakeStream()
        self.instances.built.clear()
        self.roster = Roster(self.rows, self.instances, self.feed)
        self.roster.restore()

    @rule()
    def lose_connection(self) -> None:
        self.feed.is_connected, self.feed.subscribed = False, set()

    @rule()
    def reconnect(self) -> None:
        self.feed.is_connected = True
        self.roster.restore_claims()

    @invariant()
    def counts_are_what_the_rows_call_for(self) -> None:
        needed = self.rows.needed()
        assert {
            symbol: self.feed.claims.count(symbol) for symbol in SYMBOLS if self.feed.claims.count(symbol)
        } == needed
        assert self.feed.claims.symbols() == needed.keys()
        if self.feed.is_connected:
            assert self.feed.subscribed == needed.keys()

    @invariant()
    def exactly_the_running_have_an_instance(self) -> None:
        running = {each.id for each in self.rows.records.values() if each.status is AlgorithmStatus.RUNNING}
        assert running <= self.instances.built
        stopped = {each.id for each in self.rows.records.values() if each.status is AlgorithmStatus.STOPPED}
        assert not stopped & self.instances.built


SubscriptionMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


@pytest.mark.requirement("S2-54", "S2-60", "S2-62", "S2-63")
class TestSubscriptionsAfterAnyOrderOfEvents(SubscriptionMachine.TestCase):
    pass


@pytest.fixture
def house() -> tuple[Rows, FakeStream, Instances, Roster]:
    rows, feed, instances = Rows(), FakeStream(), Instances()
    return rows, feed, instances, Roster(rows, instances, feed)


House = tuple[Rows, FakeStream, Instances, Roster]


@pytest.mark.requirement("S2-14", "S2-61")
def test_stopping_one_of_two_keeps_the_others_prices_and_shares(house: House) -> None:
    rows, feed, _, roster = house
    for number in (1, 2):
        roster.start(record(number))
        rows.fill(number, Side.BUY, Decimal(5))
    roster.refresh_all()
    roster.stop(1)
    assert feed.claims.count("AAA") == 3
    rows.fill(1, Side.SELL, Decimal(5))
    roster.refresh_all()
    assert feed.claims.count("AAA") == 2
    assert rows.ledger.position(2, "AAA").qty == 5


@pytest.mark.requirement("S2-14")
def test_stopped_algorithm_keeps_its_prices_until_its_shares_are_gone(house: House) -> None:
    rows, feed, instances, roster = house
    roster.start(record(1))
    rows.fill(1, Side.BUY, Decimal(5))
    roster.refresh_all()
    roster.stop(1)
    assert feed.subscribed == {"AAA"}
    assert instances.built == set()
    rows.fill(1, Side.SELL, Decimal(5))
    roster.refresh_all()
    assert feed.subscribed == set()
    roster.stop(1)
    assert rows.records[1].status is AlgorithmStatus.STOPPED


@pytest.mark.requirement("S2-19", "S2-73")
def test_algorithm_that_cannot_be_built_is_switched_off_and_the_others_run(house: House) -> None:
    rows, feed, instances, roster = house
    rows.records = {number: record(number, symbol) for number, symbol in enumerate(SYMBOLS, 1)}
    instances.broken = {2}
    roster.restore()
    assert rows.records[2].status is AlgorithmStatus.ERROR
    assert rows.records[2].last_error == "cannot be built"
    assert (instances.built, feed.subscribed) == ({1, 3}, {"AAA", "CCC"})
    instances.broken = set()
    roster.resume(2)
    assert feed.subscribed == set(SYMBOLS)


@pytest.mark.requirement("S2-70")
def test_all_running_algorithms_of_a_symbol_rest_and_nobody_else(house: House) -> None:
    rows, feed, instances, roster = house
    for number, ticker in ((1, "AAA"), (2, "AAA"), (3, "BBB"), (4, "AAA")):
        roster.start(record(number, ticker))
    roster.stop(4)
    assert roster.running_symbols() == {"AAA", "BBB"}
    assert roster.rest_all("AAA") == [1, 2]
    assert [each.status for each in rows.records.values()] == [
        AlgorithmStatus.PAUSED,
        AlgorithmStatus.PAUSED,
        AlgorithmStatus.RUNNING,
        AlgorithmStatus.STOPPED,
    ]
    assert (instances.built, roster.running_symbols(), roster.rest_all("AAA")) == ({3}, {"BBB"}, [])
    assert feed.claims.count("AAA") == 2
