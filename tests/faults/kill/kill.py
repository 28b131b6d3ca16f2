"""F2: real SIGKILL of a child process that trades, while this process is its exchange."""

import multiprocessing
import time
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from signal import SIGKILL

from system_databse.errors import BrokerError
from tests.faults.children import processes
from tests.faults.kill.fast_clock import SPEED, FastClock
from tests.faults.kill.trading_child import Trouble, trade
from tests.faults.orders.account_simulation import AccountSimulation, template_in
from tests.faults.tally import Plan, Tally
from tests.orchestra.execution.fake_broker import FakePort, Line
from tests.orchestra.execution.order_checker import violations

KILLS_A_RUN = 20
SHORTEST_SECONDS, LONGEST_SECONDS = 0.003, 0.120
# What is on its way arrives within four minutes, and what was given up is asked for once a minute.
SETTLE_MINUTES = 8
# Those minutes are less than a second: a machine that pauses needs more of them.
SETTLE_SECONDS, SLICE_SECONDS = 30.0, 0.2
TRADE_SECONDS = 2.0
AT_START = 0.2


@dataclass(slots=True)
class Hall:
    """The exchange's hall: the market goes on whether or not anybody is at the other end of the pipe."""

    market: AccountSimulation
    clock: FastClock
    traded_at: float = 0.0

    def serve(self, connection: Connection, port: FakePort, *, until: float) -> None:
        """Answer the child until that moment of the machine's clock, or until it is gone."""
        while (left := until - time.monotonic()) > 0:
            self._trade()
            if not connection.poll(min(left, TRADE_SECONDS / SPEED)):
                continue
            try:
                connection.send(self._answer(port, *connection.recv()))
            except (EOFError, ConnectionResetError, BrokenPipeError):
                return

    def _answer(self, port: FakePort, name: str, arguments: tuple[object, ...], more: dict[str, object]) -> object:
        if name == "heard":
            return self.market.heard()
        try:
            return getattr(port, name)(*arguments, **more)
        except BrokerError as error:
            return Trouble.of(error)

    def _trade(self) -> None:
        now = self.clock.seconds
        if now >= self.traded_at + TRADE_SECONDS:
            self.traded_at = now
            self.market.exchange.arrivals(self.clock.now())
            self.market._trade()


def kill(plan: Plan) -> Tally:
    """Kill a trading process with SIGKILL after 3 to 120 ms, start it again, and look when all has settled (F2)."""
    tally = Tally("F2 kill -9", "kill")
    for seed in count(plan.seed):
        kills = min(plan.runs - tally.injected, KILLS_A_RUN)
        if kills <= 0:
            return tally
        tally.add(seed, _one_run(seed, plan.folder, kills, tally), injected=kills)
    raise AssertionError("unreachable: seeds have no end")


def _one_run(seed: int, folder: Path, kills: int, tally: Tally) -> list[str]:
    file, chance = folder / f"kill-{seed}.db", Random(seed)
    market = AccountSimulation(seed, template_in(folder), file)
    clock = FastClock(time.monotonic())
    market.clock = clock
    hall = Hall(market, clock)
    found = [text for _ in range(kills) for text in _one_life(hall, file, chance, tally)]
    market.is_restless, market.line = False, Line()
    _settle(hall, file)
    tally.note("orders at the exchange", len(market.exchange.orders))
    found += violations(file, market.exchange)
    for leftover in folder.glob(f"{file.name}*"):
        leftover.unlink()
    return found


def _one_life(hall: Hall, file: Path, chance: Random, tally: Tally) -> list[str]:
    connection, child = _born(hall, file, is_deciding=True)
    port = FakePort(hall.market.exchange, hall.clock.now, line=hall.market.line, chance=chance)
    is_at_start = chance.random() < AT_START
    if not is_at_start:
        connection.poll(10)
    hall.serve(connection, port, until=time.monotonic() + chance.uniform(SHORTEST_SECONDS, LONGEST_SECONDS))
    child.kill()
    child.join()
    connection.close()
    hall.market.exchange.stream.clear()
    tally.note("killed at its start" if is_at_start else "killed while trading")
    return [] if child.exitcode == -SIGKILL else ["V7 the program ended by itself before it was killed"]


def _settle(hall: Hall, file: Path) -> None:
    connection, child = _born(hall, file, is_deciding=False)
    port = FakePort(hall.market.exchange, hall.clock.now, line=Line())
    connection.poll(SETTLE_SECONDS)
    hall.serve(connection, port, until=time.monotonic() + SETTLE_MINUTES * 60 / SPEED)
    deadline = time.monotonic() + SETTLE_SECONDS
    while violations(file, hall.market.exchange) and time.monotonic() < deadline:
        hall.serve(connection, port, until=time.monotonic() + SLICE_SECONDS)
    connection.close()
    child.join(10)
    child.kill()
    child.join()


def _born(hall: Hall, file: Path, *, is_deciding: bool) -> tuple[Connection, multiprocessing.Process]:
    ours, theirs = processes.Pipe()
    child = processes.Process(target=trade, args=(theirs, file, hall.clock.epoch, is_deciding), daemon=True)
    child.start()
    theirs.close()
    return ours, child
