"""The live feed: whoever puts snapshot and updates together always has the state of that number (S2-32)."""

import threading
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orchestra.api.feed.live_feed import LiveFeed
from orchestra.api.feed.state_json import State, state_of
from orchestra.messages.events import (
    MinuteFinished,
    OrderChanged,
    OrderFilled,
    ParityChecked,
    RiskHalted,
    SignalRejected,
)
from orchestra.messages.halt import Halt
from orchestra.messages.live_snapshot import LiveSnapshot
from orchestra.runtime.owner.live_board import LiveBoard
from system_databse.fill import Fill
from system_databse.order import Order, OrderStatus, Purpose, Side
from tests.orchestra.api.api_house import MINUTE, NOON, MovedClock, made_card, made_snapshot

MOST_WAITING = 5


class MadeUpScreens:
    """Screens that take what they are sent, or do not, and put the state together as the page does."""

    def __init__(self) -> None:
        self.queues: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self.states: dict[str, tuple[int, State] | None] = {}
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def send(self, name: str, body: dict[str, Any], screens: list[str]) -> None:
        self.sent.append((name, deepcopy(body)))
        for screen in screens:
            self.queues.setdefault(screen, []).append((name, deepcopy(body)))

    def waiting(self, screen: str) -> int:
        return len(self.queues.get(screen, ()))

    def read(self, screen: str, resync: Callable[[str], None]) -> None:
        """Take everything that waits; ask again where a number is missing."""
        waiting, self.queues[screen] = self.queues.get(screen, []), []
        for name, body in waiting:
            known = self.states.get(screen)
            if name == "snapshot":
                self.states[screen] = (body["seq"], body["state"])
            elif known is None:
                continue
            elif name == "update" and body["seq"] == known[0] + 1:
                self.states[screen] = (body["seq"], applied(known[1], body["changes"]))
            elif body["seq"] != known[0]:
                self.states[screen] = None
        if self.states.get(screen) is None:
            resync(screen)


def applied(state: State, changes: State) -> State:
    """Return the state after changes, as the page applies them."""
    changes = dict(changes)
    algorithms = {each["id"]: each for each in state["algorithms"]}
    algorithms |= {each["id"]: each for each in changes.pop("algorithms", [])}
    for gone in changes.pop("removed", []):
        del algorithms[gone]
    return {**state, **changes, "algorithms": list(algorithms.values())}


class Feed:
    """A live feed on a made-up board."""

    def __init__(self, snapshot: LiveSnapshot | None = None) -> None:
        self.board, self.screens, self.clock = LiveBoard(), MadeUpScreens(), MovedClock()
        self.halt: Halt | None = None
        if snapshot:
            self.board.replace(snapshot)
        self.feed = LiveFeed(
            self.board, self.state, self.screens, clock=self.clock, boot="b", most_waiting=MOST_WAITING
        )

    def state(self) -> State:
        return state_of(self.board.snapshot, mode="DEMO", version="0.1.0", halt=self.halt)

    def show(self, snapshot: LiveSnapshot, *, after: float = 1.0) -> list[tuple[str, dict[str, Any]]]:
        """Return what is sent when this snapshot appears so many seconds later."""
        self.board.replace(snapshot)
        return self.pulse(after=after)

    def pulse(self, *, after: float = 1.0) -> list[tuple[str, dict[str, Any]]]:
        self.screens.sent.clear()
        self.clock.advance(seconds=after)
        self.feed.pulse()
        return [each for each in self.screens.sent if each[0] != "heartbeat"]


def events(sent: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [event["type"] for _, body in sent for event in body["events"]]


def test_numbers_start_at_one_and_nothing_is_sent_while_nothing_changes() -> None:
    feed = Feed(made_snapshot())
    assert feed.pulse() == []
    ((name, body),) = feed.show(made_snapshot(2, account=None))
    assert (name, body) == ("update", {"boot": "b", "seq": 1, "changes": {"account": None}, "events": []})
    assert feed.show(made_snapshot(3, account=None)) == []
    assert feed.feed.number == 1


def test_two_changes_within_half_a_second_are_one_update() -> None:
    feed = Feed(made_snapshot())
    assert len(feed.show(made_snapshot(2, account=None))) == 1
    assert feed.show(made_snapshot(3, algorithms=()), after=0.3) == []
    ((_, body),) = feed.show(made_snapshot(4, algorithms=(made_card(2),)), after=0.3)
    assert body["seq"] == 2
    assert set(body["changes"]) == {"account", "algorithms", "removed"}
    assert body["changes"]["removed"] == [1]


def test_a_screen_that_joins_is_told_how_things_are_now_and_the_others_learn_it_with_the_same_number() -> None:
    feed = Feed(made_snapshot())
    feed.feed.join("first")
    feed.board.replace(made_snapshot(2, account=None))
    feed.feed.join("second")
    for screen in ("first", "second"):
        feed.screens.read(screen, feed.feed.join)
        known = feed.screens.states[screen]
        assert known is not None
        assert (known[0], known[1]["account"]) == (1, None)


@pytest.mark.requirement("S2-32")
def test_only_the_algorithm_that_changed_is_sent() -> None:
    feed = Feed(made_snapshot(algorithms=(made_card(1), made_card(2))))
    ((_, body),) = feed.show(made_snapshot(2, algorithms=(made_card(1), made_card(2, price=99.0))))
    assert [each["id"] for each in body["changes"]["algorithms"]] == [2]
    assert list(body["changes"]) == ["algorithms"]


def test_a_heartbeat_comes_every_two_seconds_with_the_number_and_the_time() -> None:
    feed = Feed(made_snapshot())
    feed.feed.join("a")
    beats = []
    for _ in range(8):
        feed.pulse(after=0.5)
        beats += [body for name, body in feed.screens.sent if name == "heartbeat"]
    assert [beat["now"] for beat in beats] == ["2026-11-20T17:00:02.000Z", "2026-11-20T17:00:04.000Z"]
    assert all(beat["seq"] == 0 and beat["boot"] == "b" for beat in beats)


def test_a_screen_that_does_not_read_is_left_out_until_it_asks_again() -> None:
    feed = Feed(made_snapshot())
    feed.feed.join("lazy")
    feed.feed.join("eager")
    for number in range(20):
        feed.show(made_snapshot(2 + number, algorithms=(made_card(price=float(number)),)))
        feed.screens.read("eager", feed.feed.join)
    assert feed.screens.waiting("lazy") <= MOST_WAITING + 1
    feed.screens.read("lazy", feed.feed.join)
    feed.screens.read("lazy", feed.feed.join)
    feed.pulse(after=2)
    feed.screens.read("lazy", feed.feed.join)
    feed.screens.read("lazy", feed.feed.join)
    assert feed.screens.states["lazy"] == feed.screens.states["eager"] == (20, feed.state())


def test_asking_again_and_again_does_not_fill_the_memory() -> None:
    feed = Feed(made_snapshot())
    for _ in range(100):
        feed.feed.join("greedy")
    assert feed.screens.waiting("greedy") == MOST_WAITING + 1


def test_what_happened_is_told_with_its_type(quick_order: Order) -> None:
    feed = Feed(made_snapshot())
    fill = Fill("at-1", 1, "AAPL", Side.BUY, "x1", Decimal(10), Decimal("101.5"), Decimal(10), "stream", NOON)
    filled = replace(quick_order, status=OrderStatus.FILLED, filled_qty=Decimal(3), filled_notional=Decimal(10))
    for event in (
        MinuteFinished(MINUTE),
        SignalRejected(3, "sma", "AAPL", "buy", ("SESSION_END",)),
        OrderChanged(replace(quick_order, status=OrderStatus.SUBMITTED)),
        OrderChanged(filled),
        OrderChanged(replace(quick_order, status=OrderStatus.UNKNOWN)),
        OrderFilled(fill),
        object(),
    ):
        feed.board.on_event(event)
    ((_, body),) = feed.pulse()
    assert events([("update", body)]) == [
        *("signal.rejected", "order.submitted", "order.filled", "order.unknown", "trade.executed"),
    ]
    assert body["changes"] == {}
    assert body["events"][2]["data"]["price"] == "3.3333"
    assert body["events"][4]["timestamp"] == "2026-11-20T17:00:00.000Z"
    assert feed.pulse() == []


def test_the_evenings_check_is_told_with_what_it_left_unexplained() -> None:
    feed = Feed(made_snapshot())
    feed.board.on_event(ParityChecked("2026-11-20", "388 of 390 decisions equal", unexplained=2))
    ((_, body),) = feed.pulse()
    assert body["events"] == [
        {
            "type": "parity.checked",
            "data": {"day": "2026-11-20", "headline": "388 of 390 decisions equal", "unexplained": 2},
            "timestamp": "2026-11-20T17:00:00.000Z",
        }
    ]


@pytest.fixture
def quick_order() -> Order:
    return Order("at-1", 1, MINUTE, 0, "AAPL", Side.BUY, Decimal(10), Purpose.ENTRY, NOON, NOON + timedelta(minutes=5))


def test_a_halt_is_in_the_state_at_once_and_in_the_news_when_the_engine_tells_it() -> None:
    feed = Feed(made_snapshot())
    feed.halt = Halt("2026-11-20T17:00:00.000Z", "this machine")
    ((_, body),) = feed.pulse()
    assert (body["changes"]["is_halted"], body["events"]) == (True, [])
    feed.board.on_event(RiskHalted("2026-11-20T17:00:00.000Z", "this machine"))
    assert events(feed.pulse()) == ["risk.halted"]


def test_the_first_state_of_all_is_no_news() -> None:
    feed = Feed()
    ((_, body),) = feed.show(made_snapshot())
    assert body["events"] == []
    assert body["changes"]["market"]["phase"] == "open"
    assert [each["id"] for each in body["changes"]["algorithms"]] == [1]


class ScreensMachine(RuleBasedStateMachine):
    """Screens that join, leave, read late or never, while the engine goes on in any order."""

    NAMES = st.sampled_from(["a", "b", "c"])

    def __init__(self) -> None:
        super().__init__()
        self.feed = Feed(made_snapshot())
        self.sequence = 1
        self.away: set[str] = set()

    @rule(prices=st.lists(st.floats(1, 9), max_size=3), has_account=st.booleans())
    def engine_goes_on(self, prices: list[float], has_account: bool) -> None:
        self.sequence += 1
        cards = tuple(made_card(number, price=price) for number, price in enumerate(prices))
        snapshot = made_snapshot(self.sequence, algorithms=cards)
        self.feed.board.replace(snapshot if has_account else replace(snapshot, account=None))

    @rule(seconds=st.sampled_from([0.1, 0.5, 2.0]))
    def time_passes(self, seconds: float) -> None:
        self.feed.pulse(after=seconds)

    @rule(name=NAMES)
    def screen_joins(self, name: str) -> None:
        self.away.discard(name)
        self.feed.screens.queues[name] = []
        self.feed.screens.states[name] = None
        self.feed.feed.join(name)

    @rule(name=NAMES)
    def screen_leaves(self, name: str) -> None:
        self.away.add(name)
        self.feed.feed.leave(name)

    @rule(name=NAMES)
    def screen_reads(self, name: str) -> None:
        self.feed.screens.read(name, lambda _: None)

    @invariant()
    def a_screen_that_is_up_to_date_shows_the_state(self) -> None:
        for known in self.feed.screens.states.values():
            if known is not None and known[0] == self.feed.feed.number:
                assert by_id(known[1]) == by_id(self.feed.feed._state)

    def teardown(self) -> None:
        """End in quiet: whoever asks again where it must has the state in the end."""
        here = [name for name in self.feed.screens.states if name not in self.away]
        for _ in range(4):
            self.feed.pulse(after=2)
            for name in here:
                self.feed.screens.read(name, self.feed.feed.join)
        for name in here:
            known = self.feed.screens.states[name]
            assert known is not None
            assert by_id(known[1]) == by_id(self.feed.state())


def by_id(state: State) -> State:
    return {**state, "algorithms": {each["id"]: each for each in state["algorithms"]}}


TestScreens = ScreensMachine.TestCase
TestScreens.settings = settings(max_examples=60, stateful_step_count=30)


class WatchedLock:
    """A lock that tells when a second thread has to wait for it."""

    def __init__(self, lock: Any) -> None:
        self._lock, self.is_wanted = lock, threading.Event()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self.is_wanted.set()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_an_update_waits_until_the_screen_that_joins_has_its_snapshot() -> None:
    feed = Feed(made_snapshot())
    lock = feed.feed._lock = WatchedLock(feed.feed._lock)  # type: ignore[assignment]
    send, updating = feed.screens.send, threading.Thread(target=feed.show, args=(made_snapshot(2, account=None),))

    def send_late(name: str, body: dict[str, Any], screens: list[str]) -> None:
        if name == "snapshot":
            updating.start()
            assert lock.is_wanted.wait(60)
        send(name, body, screens)

    feed.screens.send = send_late  # type: ignore[method-assign]
    feed.feed.join("a")
    updating.join()
    assert [(name, body["seq"]) for name, body in feed.screens.queues["a"]] == [("snapshot", 0), ("update", 1)]


def test_screens_that_join_while_updates_are_sent_miss_no_number() -> None:
    feed = Feed(made_snapshot())
    begin = threading.Barrier(5)

    def join_and_leave(name: str) -> None:
        begin.wait()
        for round_ in range(60):
            feed.feed.join(f"{name}{round_}")

    threads = [threading.Thread(target=join_and_leave, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    begin.wait()
    for number in range(60):
        feed.show(made_snapshot(2 + number, algorithms=(made_card(price=float(number)),)))
    for thread in threads:
        thread.join()
    feed.show(made_snapshot(100, account=None))
    assert len(feed.screens.queues) == 240
    for screen, queue in feed.screens.queues.items():
        numbers = [body["seq"] for name, body in queue if name != "heartbeat"]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), screen
        if len(queue) <= MOST_WAITING:
            assert numbers[-1] == feed.feed.number
