"""Thousands of interrupts land in our own functions: nothing of ours may be cut in two."""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from database import db_manager
from database.bar import MINUTE
from database.bars.market_world import MarketWorld
from database.sqlite_store import READER_COUNT, SqliteStore
from database.timestamps import iso_minute
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.log_setup import LogSetup
from orchestra.signals.turns.turn_timer import ROOT, TurnInterrupted, TurnTimer
from system_databse import system_db_manager
from tests.database.market import bar_at, minutes_from_open, open_world, session_on

INTERRUPTS = 5_500
LIMITS = [0.0002 + 0.0001 * step for step in range(10)]
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - INFO - line (\d+) x{200}")

# Compiled under a name inside our own packages: what the alarm must never cut.
OWN_FUNCTION = """
def toggle(state):
    state.is_whole = False
    for _ in range(50):
        pass
    state.is_whole = True
"""


class Ours:
    """Everything of ours that a strategy can reach, and what must be true of it between turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = open_world(folder)
        self.world.store_bars(minutes_from_open(60))
        self.world.as_of = session_on().open + 60 * MINUTE
        self.system = SqliteStore(folder / "system.db", synchronous="NORMAL")
        with self.system.transaction() as connection:
            connection.execute("CREATE TABLE pairs(number INTEGER, half INTEGER)")
        self.log = LogSetup(folder / "logs", screen_level=logging.CRITICAL)
        self.state = SimpleNamespace(is_whole=True)
        self.lines = 0

    def transactions(self, _algo_id: int) -> list[dict[str, object]]:
        with self.system.reader() as connection:
            return [{"shares": row[0]} for row in connection.execute("SELECT number FROM pairs LIMIT 5")]

    def assert_untouched(self) -> None:
        assert self.state.is_whole
        for store in (self.world.bar_store.store, self.system):
            assert not store._write_lock._is_owned()
            assert not store._writer.in_transaction
        assert not self.world.bar_store.recent._lock.locked()
        assert not logging._lock._is_owned()
        assert not any(handler.lock and handler.lock._is_owned() for handler in logging.getLogger().handlers)

    def close(self) -> None:
        self.log.stop()
        self.system.close()
        self.world.bar_store.store.close()


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Ours]:
    ours = Ours(tmp_path)
    root = logging.getLogger()
    level, handlers, root.handlers = root.level, root.handlers, []
    ours.log.start()
    db_manager.bind(ours.world)
    system_db_manager.bind(ours.transactions)
    yield ours
    db_manager.unbind()
    system_db_manager.bind(None)
    ours.close()
    root.handlers = handlers
    root.setLevel(level)


class Endless:
    """Strategies that never end, each living in another of our functions."""

    def __init__(self, ours: Ours) -> None:
        space: dict[str, Callable[[object], None]] = {}
        exec(compile(OWN_FUNCTION, f"{ROOT}/orchestra/made_up.py", "exec"), space)
        self._toggle = space["toggle"]
        self._ours = ours
        session = session_on()
        self._times = (iso_minute(session.open), iso_minute(session.open + 30 * MINUTE))
        self._next_bar = bar_at(session.open + 60 * MINUTE, symbol="QQQ")
        self.all = [
            self.memory,
            self.disk,
            self.transactions,
            self.storing,
            self.logging_lines,
            self.reaching_in,
            self.toggling,
        ]

    def memory(self) -> None:
        while True:
            db_manager.get_data_for_algorithm("SPY", "last_n_bars", n=20)

    def disk(self) -> None:
        while True:
            db_manager.get_data_for_algorithm("SPY", "time_range", *self._times)

    def transactions(self) -> None:
        while True:
            system_db_manager.get_transactions(1)

    def storing(self) -> None:
        bar = self._next_bar
        while True:
            ohlcv = {"o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close, "v": bar.volume}
            db_manager.insert_minute_data("QQQ", bar.ts, ohlcv)

    def logging_lines(self) -> None:
        # A name of its own: a test before this one may have disabled every logger it knew.
        log = logging.getLogger("strategy.of_the_storm")
        while True:
            self._ours.lines += 1
            log.info("line %d %s", self._ours.lines, "x" * 200)

    def reaching_in(self) -> None:
        while True:
            with self._ours.system.transaction() as connection:
                connection.execute("INSERT INTO pairs VALUES(1, 1)")
                connection.execute("INSERT INTO pairs VALUES(1, 2)")

    def toggling(self) -> None:
        while True:
            self._toggle(self._ours.state)


@pytest.mark.requirement("S2-43", "S2-72")
def test_thousands_of_interrupts_cut_nothing_of_ours(ours: Ours, monkeypatch: pytest.MonkeyPatch) -> None:
    # Python swallows what is raised in a finaliser of the strategy, here of the test; the alarm comes again.
    monkeypatch.setattr(sys, "unraisablehook", lambda _unraisable: None)
    clock = SystemClock()
    timers = [TurnTimer(clock, limit_seconds=limit, repeat_seconds=0.0003) for limit in LIMITS]
    endless = Endless(ours).all
    for turn in range(INTERRUPTS):
        with pytest.raises(TurnInterrupted):
            timers[turn % len(timers)].call(endless[turn % len(endless)])
        ours.assert_untouched()
    assert_all_is_well(ours)


def assert_all_is_well(ours: Ours) -> None:
    for store in (ours.world.bar_store.store, ours.system):
        assert len(store._readers) <= READER_COUNT
        with store.reader() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with ours.system.reader() as connection:
        halves = dict(connection.execute("SELECT half, COUNT(*) FROM pairs GROUP BY half"))
    assert halves.get(1, 0) == halves.get(2, 0) > 0
    assert_whole_lines(ours)
    assert_next_turn_works()
    assert_other_threads_get_through(ours.world)


def assert_whole_lines(ours: Ours) -> None:
    lines = (ours.folder / "logs" / "orchestrator.log").read_text(encoding="utf-8").splitlines()
    numbers = [match and int(match[1]) for match in map(LOG_LINE.fullmatch, lines)]
    assert None not in numbers
    assert numbers == sorted(set(numbers))
    assert len(numbers) > INTERRUPTS // 10


def assert_next_turn_works() -> None:
    bars = TurnTimer(SystemClock(), limit_seconds=5).call(
        lambda: db_manager.get_data_for_algorithm("SPY", "last_n_bars", n=3)
    )
    assert [bar["ohlcv"]["c"] for bar in bars] == [157.0, 158.0, 159.0]


def assert_other_threads_get_through(world: MarketWorld) -> None:
    done = threading.Event()

    def work() -> None:
        world.store_bars([bar_at(session_on().open, symbol="IWM")])
        logging.getLogger("other").debug("through")
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(10)
