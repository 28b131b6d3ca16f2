"""What the tests of one algorithm share: bars, decisions, an order with two fills."""

from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from database.timestamps import iso_minute
from orchestra.messages.live_snapshot import LiveSnapshot
from tests.database.market import bar_at
from tests.orchestra.api.api_house import MINUTE, ApiHouse, made_snapshot

Row = tuple[int, int, str, str, str, str, str | None, str]


def show(house: ApiHouse) -> LiveSnapshot:
    snapshot = made_snapshot()
    house.board.replace(snapshot)
    with house.system.transaction() as connection:
        connection.execute(
            "INSERT INTO algorithms(id, name, ticker, initial_capital, file, file_sha256, params, created_at)"
            " VALUES(1, 'sma_crossover', 'AAPL', 10000, 'algorithm/sma_crossover.py', ?, '{\"sma_short\": 10}',"
            " '2026-11-20T14:40:00.000Z')",
            ("ab" * 32,),
        )
    return snapshot


def store_bars(house: ApiHouse, count: int) -> None:
    """Store the minutes that are over at noon, the last of them 16:59."""
    bars = [bar_at(MINUTE - 60 * back, 100.0 + back, symbol="AAPL") for back in range(count, 0, -1)]
    BarStore(house.market, MarketCalendar()).insert(bars)


def decide(house: ApiHouse, *rows: Row) -> None:
    with house.system.transaction() as connection:
        connection.executemany(
            "INSERT INTO decisions(algo_id, minute, until_minute, action, shares, outcome, reason, gate, saw)"
            " VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def fill(house: ApiHouse, minute: int, *, side: str = "buy", leg: int = 0, purpose: str = "ENTRY") -> None:
    """Store an order of a decision's minute, filled in two parts of 3 and 2 shares at 100 and 101."""
    with house.system.transaction() as connection:
        cursor = connection.execute(
            "INSERT INTO orders(client_order_id, algo_id, bar_ts, leg, purpose, asset_class, symbol, side, qty,"
            " filled_qty, filled_notional, mode, status, valid_until, created_at, first_sent_at, terminal_at, attempts)"
            " VALUES(?, 1, ?, ?, ?, 'us_equity', 'AAPL', ?, '5', '5', '502', 'DEMO', 'FILLED', ?, ?, ?, ?, 1)",
            (
                f"at-x-1-{minute}-{leg}",
                minute - 60,
                leg,
                purpose,
                side,
                *[iso(minute + after) for after in (60, 2, 3, 9)],
            ),
        )
        for number, (qty, price, total) in enumerate((("3", "100", "3"), ("2", "101", "5"))):
            connection.execute(
                "INSERT INTO fills(order_id, exec_id, qty, price, fee, cum_qty, source, session_date, ts)"
                " VALUES(?, ?, ?, ?, '0', ?, 'stream', '2026-11-20', ?)",
                (cursor.lastrowid, f"{minute}-{leg}-{number}", qty, price, total, iso(minute + 5 + number)),
            )


def iso(ts: int) -> str:
    return iso_minute(ts).replace("Z", ".000Z")
