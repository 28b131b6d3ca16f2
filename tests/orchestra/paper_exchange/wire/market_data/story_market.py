"""A small market that also halts, splits and pays: the made-up sessions around two companies."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from database.bar import MINUTE
from database.calendar_manager import MarketCalendar
from orchestra.paper_exchange.market.corporate_action import ActionKind, CorporateAction
from orchestra.paper_exchange.market.replay import ReplayMarket
from tests.orchestra.paper_exchange.made_market import OPEN, line, write

HALT, RESUMPTION = OPEN + 3 * MINUTE, OPEN + 5 * MINUTE
EX_DATE = date(2024, 7, 5)
ACTIONS = (
    CorporateAction(ActionKind.FORWARD_SPLIT, "AAA", EX_DATE, new_rate=Decimal(2)),
    CorporateAction(ActionKind.CASH_DIVIDEND, "BBB", EX_DATE, rate=Decimal("0.5")),
    CorporateAction(ActionKind.REVERSE_SPLIT, "CCC", EX_DATE, old_rate=Decimal(10)),
    CorporateAction(ActionKind.CASH_DIVIDEND, "CCC", date(2024, 7, 3), rate=Decimal("0.25")),
    CorporateAction(ActionKind.CASH_DIVIDEND, "AAA", date(2024, 9, 2), rate=Decimal(1)),
)


class StoryMarket(ReplayMarket):
    """Recorded bars with a halt of AAA from HALT to RESUMPTION, and what companies do. Satisfies Market."""

    def is_halted(self, symbol: str, ts: int) -> bool:
        return symbol == "AAA" and HALT <= ts < RESUMPTION

    def actions(self, symbols: Collection[str], start: date, end: date) -> Sequence[CorporateAction]:
        chosen = [action for action in ACTIONS if action.symbol in symbols and start <= action.ex_date <= end]
        return sorted(chosen, key=lambda action: action.ex_date)


def story_market(folder: Path, calendar: MarketCalendar) -> StoryMarket:
    header = "symbol,timestamp,open,high,low,close,volume,vwap,trade_count"
    minutes = [minute for minute in range(12) if not 3 <= minute < 5]
    aaa = [_line("AAA", OPEN + minute * MINUTE, minute, 100.0) for minute in minutes]
    bbb = [_line("BBB", OPEN + minute * MINUTE, minute, 50.0) for minute in range(0, 12, 3)]
    later = [_line("AAA", OPEN + 2 * 86_400 + minute * MINUTE, minute, 55.0) for minute in range(5)]
    file = write(folder / "story.csv", [*aaa, *later, *bbb], header)
    market = StoryMarket.read([file], calendar)
    assert isinstance(market, StoryMarket)
    return market


def _line(symbol: str, ts: int, minute: int, price: float) -> str:
    opened, closed = price + minute % 3, price + (minute * 2) % 5
    prices = f"{opened:.2f},{max(opened, closed) + 0.5:.2f},{min(opened, closed) - 0.5:.2f},{closed:.2f}"
    return line(ts, prices, symbol=symbol, volume=str(400 + minute)) + f",{price:.2f},{10 + minute}"
