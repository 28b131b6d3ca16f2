"""A morning of one algorithm on disk: an hour of bars, decisions with what they saw, orders with fills."""

import json
import math
from dataclasses import dataclass

from database.bar import MINUTE, Bar
from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from database.timestamps import iso_minute
from tests.browser.fake_house import NOW, made_card
from tests.browser.served_site import Site

OPEN_AT = int(NOW.timestamp()) - 61 * MINUTE  # 9:30 in New York
LAST_BAR = int(NOW.timestamp()) - MINUTE
BOUGHT, SOLD, DENIED = OPEN_AT + 20 * MINUTE, OPEN_AT + 40 * MINUTE, OPEN_AT + 50 * MINUTE
# A minute of holding that a gallery makes another story of.
OUTBID = OPEN_AT + 55 * MINUTE


@dataclass(frozen=True, slots=True)
class Trader:
    """Who trades: the number of the algorithm, its ticker, about where its price is."""

    number: int = 1
    ticker: str = "AAPL"
    level: float = 185.0

    def price(self, at_185: str) -> str:
        return f"{float(at_185) - 185 + self.level:.2f}"


AAPL = Trader()


def bar_of(ts: int, trader: Trader = AAPL) -> Bar:
    """Return a bar of a wave, the same each time."""
    number = (ts - OPEN_AT) // MINUTE
    opens, closes = (
        round(trader.level + 1.2 * math.sin(at / 9) + 0.2 * math.sin(at * 1.7), 2) for at in (number - 1, number)
    )
    return Bar(trader.ticker, ts, opens, max(opens, closes) + 0.15, min(opens, closes) - 0.12, closes, 1000.0 + number)


def trade_a_morning(site: Site, trader: Trader = AAPL) -> None:
    """Store bars from 9:30 to 10:30, holds around a buy, a sale and a denied buy."""
    bars = [bar_of(ts, trader) for ts in range(OPEN_AT, LAST_BAR + 1, MINUTE)]
    BarStore(site.market, MarketCalendar()).insert(bars)
    record = made_card().record
    with site.system.transaction() as connection:
        connection.execute(
            "INSERT INTO algorithms(id, name, ticker, initial_capital, file, file_sha256, params, created_at)"
            " VALUES(?, ?, ?, 20000, ?, ?, '{\"sma_short\": 10}', '2026-11-20T14:29:00.000Z')",
            (trader.number, record.name, trader.ticker, record.file, record.file_sha256),
        )
    for minute in range(OPEN_AT + MINUTE, LAST_BAR + 2 * MINUTE, MINUTE):
        if minute not in (BOUGHT, SOLD, DENIED):
            reason = f"20-bar average {minute % 97 + 100}.5 is above"
            decide(site, minute, "hold", "0", "HELD", reason, trader=trader)
    decide(site, BOUGHT, "buy", "100", "SUBMITTED", "20-bar average crossed above the 50-bar average", trader=trader)
    decide(site, SOLD, "sell", "100", "SUBMITTED", "20-bar average crossed below the 50-bar average", trader=trader)
    decide(site, DENIED, "buy", "900", "DENIED", "needs $166,500.00, has $1,532.00", gate="CASH", trader=trader)
    order(site, BOUGHT, "buy", [("60", trader.price("184.60")), ("40", trader.price("184.80"))], trader=trader)
    order(site, SOLD, "sell", [("100", trader.price("185.90"))], trader=trader)


def decide(
    site: Site,
    minute: int,
    action: str,
    shares: str,
    outcome: str,
    reason: str,
    *,
    gate: str | None = None,
    trader: Trader = AAPL,
) -> None:
    bar = {"timestamp": iso_minute(minute - MINUTE), "close": bar_of(minute - MINUTE, trader).close}
    saw = {"sma_short": 185.62, "sma_long": 185.01, "position": "0", "cash": "1532.00", "bar": bar}
    with site.system.transaction() as connection:
        connection.execute(
            "INSERT INTO decisions(algo_id, minute, until_minute, action, shares, outcome, reason, gate, saw,"
            " elapsed_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 1.5)",
            (trader.number, minute, minute, action, shares, outcome, reason, gate, json.dumps(saw)),
        )


def order(
    site: Site,
    minute: int,
    side: str,
    fills: list[tuple[str, str]],
    *,
    status: str = "FILLED",
    purpose: str = "ENTRY",
    trader: Trader = AAPL,
) -> None:
    """Store an order of a decision's minute and its fills, (shares, price) each."""
    filled = sum(float(qty) for qty, _ in fills)
    notional = sum(float(qty) * float(price) for qty, price in fills)
    ended = moment(minute + 9) if status in ("FILLED", "REJECTED", "DENIED") else None
    with site.system.transaction() as connection:
        cursor = connection.execute(
            "INSERT INTO orders(client_order_id, algo_id, bar_ts, purpose, asset_class, symbol, side, qty, filled_qty,"
            " filled_notional, mode, status, valid_until, created_at, first_sent_at, terminal_at, attempts)"
            " VALUES(?, ?, ?, ?, 'us_equity', ?, ?, '100', ?, ?, 'DEMO', ?, ?, ?, ?, ?, 1)",
            (
                f"at-abc123-{trader.number}-{minute}",
                trader.number,
                minute - MINUTE,
                purpose,
                trader.ticker,
                side,
                str(filled),
                str(notional),
                status,
                *(moment(minute + after) for after in (60, 2, 3)),
                ended,
            ),
        )
        for number, (qty, price) in enumerate(fills):
            connection.execute(
                "INSERT INTO fills(order_id, exec_id, qty, price, fee, cum_qty, source, session_date, ts)"
                " VALUES(?, ?, ?, ?, '0', ?, 'stream', '2026-11-20', ?)",
                (cursor.lastrowid, f"{minute}-{number}", qty, price, qty, moment(minute + 5 + number)),
            )


def moment(ts: int) -> str:
    return iso_minute(ts).replace("Z", ".000Z")
