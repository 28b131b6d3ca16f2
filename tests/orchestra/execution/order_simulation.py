"""One seed, one run: minutes of trading on a bad line, with crashes at every point where something changes."""

import shutil
import sqlite3
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from database.errors import StorageError
from orchestra.execution.books import Books
from system_databse.errors import BrokerError
from tests.orchestra.execution.fake_broker import FakeExchange, FakePort, Line
from tests.orchestra.execution.order_checker import violations
from tests.orchestra.execution.order_path import (
    ALGORITHMS,
    FIRST,
    MINUTE,
    OrderPath,
    Parts,
    SteppedClock,
    new_file,
)

MINUTES = 12
SETTLE_MINUTES = 20
STEPS_SECONDS = (0.4, 1.0, 2.0, 4.0, 8.0, 12.0, 15.0)
QUIET_STEPS_SECONDS = (5.0, 30.0)
CRASH = 0.01
STREAM_FAULT = 0.15
REPLAYED = 0.05


class Crash(BaseException):
    """The process is gone."""


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    violations: list[str]
    crashes: int
    orders: int
    at_exchange: int
    abandoned: int
    found_late: int


@dataclass(slots=True)
class Halt:
    """The halt switch, pressed by another thread at any instant: between two questions of the program as well."""

    clock: SteppedClock
    chance: Random
    pressed: float = 0.005
    is_on: bool = False
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    since: datetime | None = None

    def is_halted(self) -> bool:
        if not self.is_on and self.chance.random() < self.pressed:
            self.is_on, self.since = True, self.clock.now()
        return self.is_on

    def release(self) -> None:
        if self.since:
            self.spans.append((self.since, self.clock.now()))
        self.is_on, self.since = False, None


class OrderSimulation:
    """Everything outside of the program: the world it lives in, and how it dies. parts: what the program is made of."""

    settle_minutes = SETTLE_MINUTES

    def __init__(
        self,
        seed: int,
        template: Path,
        file: Path,
        *,
        exchange: FakeExchange | None = None,
        parts: Parts | None = None,
    ) -> None:
        shutil.copy(template, file)
        self.file = file
        self.parts = parts or Parts()
        self.broken_tables: list[str] = []
        self.chance = Random(seed)
        self.exchange = exchange or FakeExchange()
        self.clock = SteppedClock(FIRST - 30)
        self.halt = Halt(self.clock, Random(seed + 1))
        self.line = Line.bad()
        self.crash_rate = CRASH
        self.crashes = 0
        self.points = 0
        self.fail_at: tuple[int, BaseException] | None = None
        self.path: OrderPath | None = None
        self.has_started = False
        self.started_at = 0.0

    def run(self, *, minutes: int = MINUTES) -> Outcome:
        """Trade, let everything settle on a good line, and look at what is left."""
        self._live(self._start)
        for number in range(minutes):
            self._one_minute(FIRST + number * MINUTE, is_deciding=True)
        self._calm_down()
        for number in range(minutes, minutes + self.settle_minutes):
            self._one_minute(FIRST + number * MINUTE, is_deciding=False)
        self._end()
        assert self.path is not None
        orders = self.path.orders()
        late = self.path.rows("SELECT COUNT(*) FROM events WHERE type = 'order.found_late'")[0][0]
        self.path.store.close()
        return Outcome(
            [*self.broken_tables, *violations(self.file, self.exchange, halts=self.halt.spans)],
            crashes=self.crashes,
            orders=len(orders),
            at_exchange=len(self.exchange.orders),
            abandoned=sum(order.status == "ABANDONED" for order in orders),
            found_late=int(str(late)),
        )

    def _end(self) -> None:
        """Nothing more will happen; what follows only looks at what is left."""

    def _calm_down(self) -> None:
        self.line, self.crash_rate = Line(), 0.0
        self.halt.release()
        self.halt.pressed = 0.0
        if self.path is not None:
            self.path.port.line = self.line
            self.path.port.is_out = False

    def _one_minute(self, minute: int, *, is_deciding: bool) -> None:
        self.clock.seconds = max(self.clock.seconds, minute + 2)
        if self.path is not None:
            self.path.port.is_out = self.chance.random() < self.line.outage
        if self.chance.random() < 0.3:
            self.halt.release()
        self._live(self._decide if is_deciding else self._recheck, minute)
        for seconds in STEPS_SECONDS if is_deciding else QUIET_STEPS_SECONDS:
            self.clock.sleep(seconds)
            self.exchange.arrivals(self.clock.now())
            self._trade()
            self._live(self._listen)
            self._live(self._do_what_is_due)
        if self.chance.random() < 0.3 or not is_deciding:
            self._live(self._recheck, minute)

    def _live(self, act, *arguments: int) -> None:
        """Let the program act; when it dies of it, start it again until it stands."""
        while True:
            try:
                if self.path is None:
                    self._start()
                act(*arguments)
            except (Crash, StorageError) as error:
                if isinstance(error.__cause__, sqlite3.IntegrityError):
                    # The end state heals itself; that it was wrong for a while is known to the tables alone.
                    self.broken_tables.append(f"V3 the tables refused: {error.__cause__}")
                # A store that fails stops the trading: the program ends and is started again.
                self._die()
            except BrokerError:
                if self.has_started:
                    return
                # Without a clean pass nothing may be sent: the program ends and is started again.
                self._die()
            else:
                return

    def _start(self) -> None:
        if self.path is not None:
            return
        port = FakePort(
            self.exchange, self.clock.now, line=self.line, chance=self.chance, crash_point=self._crash_point
        )
        self.path = OrderPath(
            self.file,
            port,
            self.clock,
            is_halted=self.halt.is_halted,
            crash_point=self._crash_point,
            parts=self.parts,
        )
        self.path.add_algorithms()
        self.path.reconciler.run("start")
        self.has_started, self.started_at = True, self.clock.seconds

    def _die(self) -> None:
        self.crashes += 1
        if self.path is not None:
            self.path.store.close()
        self.path, self.has_started = None, False
        self.exchange.stream.clear()
        self.clock.sleep(self.chance.uniform(0.1, 5.0))

    def fail_once(self, number: int, failure: BaseException) -> None:
        """Live without faults of chance, and fail at that point where something changes."""
        self.line, self.crash_rate, self.halt.pressed = Line(answer_lost=0.3), 0.0, 0.0
        self.fail_at = (number, failure)

    def _crash_point(self, _point: str) -> None:
        self.points += 1
        if self.fail_at and self.points == self.fail_at[0]:
            raise self.fail_at[1]
        if self.chance.random() < self.crash_rate:
            raise Crash

    def _decide(self, minute: int) -> None:
        """Run the newest minute once; one that began before the program did is missed."""
        assert self.path is not None
        if minute <= self.path.books.minute or minute < self.started_at - self.started_at % MINUTE:
            return
        self.path.decide(minute, *self._wishes(minute))

    def _wishes(self, minute: int) -> list[tuple[int, str, int]]:
        assert self.path is not None
        return wishes_at(self.path.books, minute)

    def _recheck(self, _minute: int) -> None:
        assert self.path is not None
        self.path.reconciler.run("reconnect")

    def _listen(self) -> None:
        assert self.path is not None
        for message in self.heard():
            self.path.hear(message)

    def heard(self) -> list[dict[str, object]]:
        """Bring the stream's messages: some never, some twice, some in the wrong order, some old ones again."""
        messages, self.exchange.stream = self.exchange.stream, []
        struck = self.exchange.struck
        heard = [message for message in messages if self.chance.random() > STREAM_FAULT]
        struck["message dropped"] += len(messages) - len(heard)
        twice = [message for message in heard if self.chance.random() < STREAM_FAULT]
        struck["message doubled"] += len(twice)
        heard += twice
        if self.chance.random() < STREAM_FAULT:
            struck["messages reordered"] += len(heard) > 1
            self.chance.shuffle(heard)
        again = [message for message in map(self._replayed, self.exchange.orders) if message]
        struck["message replayed"] += len(again)
        return heard + again

    def _replayed(self, order) -> dict[str, object] | None:
        """Tell an old execution once more, with the order as it stands now."""
        if not order.executions or self.chance.random() > REPLAYED:
            return None
        execution = self.chance.choice(order.executions)
        return {"data": {"event": "fill", "order": order.row(), **execution}}

    def _do_what_is_due(self) -> None:
        assert self.path is not None
        self.path.desk.run_due()

    def _trade(self) -> None:
        """Let the market work on what is open."""
        for order in [order for order in self.exchange.orders if order.is_working]:
            rolled = self.chance.random()
            left = order.qty - order.filled_qty
            price = Decimal(self.chance.randrange(9_000, 11_000)) / 100
            if order.is_canceling and rolled > 0.5:
                self.exchange.end(order, "canceled")
            elif rolled < 0.35:
                self.exchange.fill(order, left, price, now=self.clock.now())
            elif rolled < 0.5 and left >= 2:
                part = Decimal(self.chance.randrange(1, int(left)))
                self.exchange.fill(order, part, price, now=self.clock.now())
            elif rolled < 0.53:
                self.exchange.end(order, self.chance.choice(["canceled", "expired"]))


def wishes_at(books: Books, minute: int) -> list[tuple[int, str, int]]:
    """Return what the toy algorithms want: a pure function of minute and books, so that a second run wants the same."""
    wishes = []
    for id_, symbol in ALGORITHMS:
        mood = Random(f"{minute}-{id_}").random()
        held = int(books.ledger.position(id_, symbol).qty)
        if held and mood < 0.6:
            wishes.append((id_, "sell", held if mood < 0.4 else held + 7))
        elif mood < 0.8:
            wishes.append((id_, "buy", 10 + id_))
    return wishes


def run_seed(seed: int, folder: Path, *, exchange: FakeExchange | None = None) -> Outcome:
    """Run one seed in the folder and clear up behind it."""
    template = folder / "template.db"
    if not template.exists():
        new_file(template)
    outcome = OrderSimulation(seed, template, folder / f"{seed}.db", exchange=exchange).run()
    for leftover in folder.glob(f"{seed}.db*"):
        leftover.unlink()
    return outcome


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where:
        for chosen in map(int, sys.argv[1:]):
            print(chosen, run_seed(chosen, Path(where)))
