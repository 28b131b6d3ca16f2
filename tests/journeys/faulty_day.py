"""One day in this process: the engine against the offline Alpaca, with faults planted on its streams."""

import dataclasses
import gzip
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from database.bars import market_schema
from database.schema_check import open_database
from orchestra.engine import Engine, Stores
from orchestra.messages.commands import StartAlgorithm
from orchestra.runtime.clock import SystemClock
from orchestra.signals.strategy_loader import StrategyLoader
from orchestra.signals.turns.turn_timer import TurnTimer
from orchestra.worlds import DEMO_KEY, open_replay, read_market
from system_databse import system_schema

ALGORITHMS = Path(__file__).parent / "algorithms"
STRATEGY = "follows_last_step"
CAPITAL = Decimal(100_000)
# Where faults strike, a peer that is gone is found out within a second; elsewhere within 25, because a machine that
# pauses for a moment would look like one.
PING_SECONDS, PONG_SECONDS = 0.3, 0.7


@dataclass(frozen=True, slots=True)
class Day:
    """What a day left behind. hits: how often each fault struck, in the order of planting."""

    bars: list[tuple[object, ...]]
    fills: list[tuple[object, ...]]
    decisions: list[tuple[object, ...]]
    gaps: list[tuple[str, int, int]]
    sources: set[int]
    hits: list[int]


class Port:
    """The control port of a running exchange."""

    def __init__(self, data_url: str) -> None:
        self._url = data_url.replace("ws://", "http://").removesuffix("/v2/iex") + "/control/faults"
        self._headers = {"APCA-API-KEY-ID": DEMO_KEY, "APCA-API-SECRET-KEY": DEMO_KEY}

    def plant(self, fault: Mapping[str, Any]) -> None:
        answer = requests.post(self._url, json=fault, headers=self._headers, timeout=5)
        assert answer.status_code == 200, answer.text

    def hits(self) -> list[int]:
        return [fault["hits"] for fault in requests.get(self._url, headers=self._headers, timeout=5).json()]


def play(folder: Path, file: Path, tickers: Sequence[str], faults: Sequence[Mapping[str, Any]]) -> Day:
    """Trade the file's sessions with one algorithm a ticker and return what is on disk in the end."""
    folder.mkdir()
    with ExitStack() as stack:
        world = open_replay(folder / "exchange.db", *read_market((file,)), cash=CAPITAL * len(tickers))
        stack.callback(world.close)
        assert world.access.data_url is not None
        port = Port(world.access.data_url)
        pings = {"ping_seconds": PING_SECONDS, "pong_seconds": PONG_SECONDS} if faults else {}
        access = dataclasses.replace(world.access, **pings)
        stores = _stores(folder)
        stack.callback(stores.market.close)
        stack.callback(stores.system.close)
        timer = TurnTimer(SystemClock(), limit_seconds=5)
        loader = StrategyLoader(ALGORITHMS, guard=timer.guard)
        engine = Engine(
            dataclasses.replace(world, access=access),
            stores,
            install="faults",
            timer=timer,
            loader=loader,
            after_turn=lambda: None,
        )
        stack.callback(engine.stop)
        commands = [StartAlgorithm(STRATEGY, ticker, CAPITAL) for ticker in tickers]
        engine.add_algorithms([loader.find(STRATEGY)] * len(tickers), commands)
        for fault in faults:
            port.plant(fault)
        assert engine.run().is_market_end
        hits = port.hits()
    return _day(folder, hits)


def one_day(source: Path, target: Path, day: str) -> Path:
    """Write the rows of one day of a recorded file."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        kept = [next(lines), *(line for line in lines if f",{day}T" in line)]
    target.write_text("".join(kept), encoding="utf-8")
    return target


def _stores(folder: Path) -> Stores:
    return Stores(
        open_database(
            folder / "market.db", market_schema.migrations, market_schema.APPLICATION_ID, synchronous="NORMAL"
        ),
        open_database(folder / "system.db", system_schema.migrations, system_schema.APPLICATION_ID, synchronous="FULL"),
    )


def _day(folder: Path, hits: list[int]) -> Day:
    market, system = folder / "market.db", folder / "system.db"
    return Day(
        bars=_rows(market, "SELECT symbol, ts, o, h, l, c, v FROM bars ORDER BY symbol, ts"),
        fills=_rows(
            system,
            "SELECT o.algo_id, o.bar_ts, f.ts, o.side, f.qty, f.price FROM fills f"
            " JOIN orders o ON o.id = f.order_id ORDER BY 1, 2, 3",
        ),
        decisions=_rows(system, "SELECT algo_id, minute, until_minute, action, outcome, gate FROM decisions"),
        gaps=_rows(market, "SELECT symbol, from_ts, to_ts FROM backfills WHERE status='GAP'"),
        sources={source for (source,) in _rows(market, "SELECT DISTINCT source FROM bars_1m")},
        hits=hits,
    )


def _rows(path: Path, statement: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
