"""Print how fast bars are read, checked and stored, each figure with its target.

Run: python tests/benchmarks/bars_benchmark.py [--quick]. Every pair is measured in turn in the same run, because
only ratios mean something on a shared machine; the best of the rounds counts.
"""

import argparse
import random
import sqlite3
import sys
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[0] = str(Path(__file__).resolve().parents[2])

import msgpack  # noqa: E402
from alpaca.data.live import StockDataStream  # noqa: E402

from database import db_manager  # noqa: E402
from database.bar import MINUTE, Bar, BarSource  # noqa: E402
from database.bar_store import BarStore  # noqa: E402
from database.bars.market_schema import APPLICATION_ID, migrations  # noqa: E402
from database.bars.market_world import MarketWorld  # noqa: E402
from database.calendar_manager import MarketCalendar  # noqa: E402
from database.normaliser import bar_from_alpaca, make_bar  # noqa: E402
from database.schema_check import open_database  # noqa: E402
from database.timestamps import iso_minute  # noqa: E402

CALENDAR = MarketCalendar()
ROUNDS = 5
RAW_UPSERT = """
    INSERT INTO bars_1m(symbol_id, ts, o, h, l, c, v, vwap, n, source) VALUES(?,?,?,?,?,?,?,?,?,?)
    ON CONFLICT(symbol_id, ts) DO UPDATE SET o=excluded.o, h=excluded.h, l=excluded.l, c=excluded.c, v=excluded.v,
    vwap=excluded.vwap, n=excluded.n, source=excluded.source, rev=rev+1 WHERE excluded.source>bars_1m.source"""
RAW_SELECT = """
    SELECT ts, o, h, l, c, v, vwap, n, source FROM bars_1m WHERE symbol_id=? AND ts<=? ORDER BY ts DESC LIMIT 51"""


def report(what: str, value: float, unit: str, target: str) -> None:
    sys.stdout.write(f"{what:<58} {value:8.2f} {unit:<10} target {target}\n")
    sys.stdout.flush()


def seconds(function: Callable[[], object]) -> float:
    return timeit.timeit(function, number=1)


@contextmanager
def new_store() -> Iterator[BarStore]:
    with TemporaryDirectory() as folder:
        store = open_database(Path(folder) / "market.db", migrations, APPLICATION_ID, synchronous="NORMAL")
        yield BarStore(store, CALENDAR)
        store.close()


def session_minutes(minutes: int) -> list[int]:
    start = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    sessions = CALENDAR.sessions_between(start, start + 7 * 366 * 86_400)
    every = (ts for session in sessions for ts in range(session.open, session.close, MINUTE))
    return [ts for ts, _ in zip(every, range(minutes), strict=False)]


def make_bars(symbols: int, minutes: int, *, is_full: bool = True) -> list[Bar]:
    return [one_bar(f"S{symbol}", ts, is_full=is_full) for symbol in range(symbols) for ts in session_minutes(minutes)]


def one_bar(symbol: str, ts: int, *, is_full: bool = True) -> Bar:
    price = 100 + random.random()
    return make_bar(
        symbol,
        ts,
        open=price,
        high=price + 0.3,
        low=price - 0.3,
        close=price + 0.1,
        volume=random.randrange(1, 10_000) * 100.0,
        vwap=price + 0.05 if is_full else None,
        trade_count=random.randrange(1, 900) if is_full else None,
        source=BarSource.HISTORY,
    )


def raw_rows(bars: list[Bar]) -> list[tuple[object, ...]]:
    return [
        (int(b.symbol[1:]) + 1, b.ts, b.open, b.high, b.low, b.close, b.volume, b.vwap, b.trade_count, 40) for b in bars
    ]


def raw_insert(store: BarStore, rows: list[tuple[object, ...]]) -> None:
    with store.store.transaction() as connection:
        connection.executemany(RAW_UPSERT, rows)


def bulk_insert(minutes: int) -> None:
    bars = make_bars(10, minutes)
    rows = raw_rows(bars)
    raw, ours = [], []
    for _ in range(ROUNDS):
        with new_store() as store:
            raw.append(seconds(lambda: raw_insert(store, rows)))
        with new_store() as store:
            ours.append(seconds(lambda: store.insert(bars)))
    report(f"bulk insert of {len(bars)} bars, raw executemany / ours", min(raw) / min(ours), "x", ">= 0.85")


def bytes_a_bar(minutes: int) -> None:
    for is_full, target in ((True, "<= 78"), (False, "<= 68")):
        bars = make_bars(10, minutes, is_full=is_full)
        with new_store() as store:
            store.insert(bars)
            path = store.store.path
            store.store.close()
            size = sum(file.stat().st_size for file in path.parent.iterdir())
        kind = "with vwap and n" if is_full else "without"
        report(f"bytes a bar on disk, {kind}", size / len(bars), "bytes", target)


def minute_of_100_symbols(minutes: int) -> None:
    """Commit minute after minute on two stores in turn; memory holds every symbol, as in a running engine."""
    times = session_minutes(minutes)
    with new_store() as raw_store, new_store() as store:
        first = [one_bar(f"S{symbol}", times[0]) for symbol in range(100)]
        raw_insert(raw_store, raw_rows(first))
        store.insert(first)
        for symbol in range(100):
            store.last_shaped(f"S{symbol}", 1, before=times[-1])
        raw, ours = 0.0, 0.0
        for ts in times[1:]:
            bars = [one_bar(f"S{symbol}", ts) for symbol in range(100)]
            rows = raw_rows(bars)
            raw += seconds(lambda rows=rows: raw_insert(raw_store, rows))  # type: ignore[misc]
            ours += seconds(lambda bars=bars: store.insert(bars))  # type: ignore[misc]
    report("a 100-symbol minute in one commit, ours / raw", ours / raw, "x", "<= 1.2")
    report("  the same, ours", ours / (len(times) - 1) * 1e6, "us", "")


def reads(bars_a_symbol: int, symbols: int) -> None:
    times = session_minutes(bars_a_symbol)
    with new_store() as store:
        for symbol in range(symbols):
            store.insert(one_bar(f"S{symbol}", ts) for ts in times)
        last_from_disk(store, symbols, times[-1] + MINUTE)
        last_from_memory(store, times[-1] + MINUTE)


def last_from_disk(store: BarStore, symbols: int, now: int) -> None:
    raw = sqlite3.connect(f"{store.store.path.as_uri()}?mode=ro", uri=True)
    turn = count()

    def read_raw() -> object:
        rows = raw.execute(RAW_SELECT, (next(turn) % symbols + 1, now - MINUTE)).fetchall()
        rows.reverse()
        return rows

    def read_ours() -> object:
        return store.last_rows(f"S{next(turn) % symbols}", 51, before=now)

    best = {read_raw: 1.0, read_ours: 1.0}
    for _ in range(2 * ROUNDS):
        best = {read: min(known, timeit.timeit(read, number=1000) / 1000) for read, known in best.items()}
    raw.close()
    report("last 51 bars from disk, before shaping, ours / raw", best[read_ours] / best[read_raw], "x", "<= 1.2")
    report("  the same, ours", best[read_ours] * 1e6, "us", "")


def last_from_memory(store: BarStore, now: int) -> None:
    db_manager.bind(MarketWorld(store, CALENDAR, as_of=now, fetch_missing=lambda *_: None))
    text = iso_minute(now)
    read = db_manager.get_data_for_algorithm
    report(
        "last 51 bars by the contract's call", best_of(lambda: read("S1", "last_n_bars", 51), 5000) * 1e6, "us", "<= 5"
    )
    with_time = best_of(lambda: read("S1", "last_n_bars", n=51, before_timestamp=text), 5000)
    report("  the same with before_timestamp", with_time * 1e6, "us", "<= 5")
    db_manager.unbind()


def best_of(function: Callable[[], object], number: int) -> float:
    return min(timeit.repeat(function, number=number, repeat=ROUNDS)) / number


def frames() -> None:
    stream = StockDataStream("key", "secret", raw_data=False)
    packed = msgpack.packb(
        {"T": "b", "S": "SPY", "o": 388.98, "h": 389.13, "l": 388.97, "c": 389.12, "v": 49378, "n": 461, "vw": 389.06}
        | {"t": msgpack.Timestamp(1_795_115_700)}
    )
    messages = iter([msgpack.unpackb(packed) for _ in range(2 * ROUNDS * 20_000)])
    theirs = best_of(lambda: stream._cast(next(messages)), 20_000)
    ours = best_of(lambda: bar_from_alpaca("SPY", next(messages), BarSource.STREAM), 20_000)
    report("frames parsed and validated, alpaca-py's models / ours", theirs / ours, "x", ">= 1.8")
    report("  the same, ours", ours * 1e6, "us", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer bars: about 10 seconds")
    is_quick = parser.parse_args().quick
    random.seed(1)
    frames()
    bulk_insert(5_000 if is_quick else 20_000)
    bytes_a_bar(5_000 if is_quick else 20_000)
    minute_of_100_symbols(100 if is_quick else 390)
    reads(bars_a_symbol=10_000 if is_quick else 500_000, symbols=20)


if __name__ == "__main__":
    main()
