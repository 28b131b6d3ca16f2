"""What the tests of the window share: a house whose books hold a row of every kind a reader may meet."""

import json
from typing import Any

from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from orchestra.messages.live_snapshot import DayTradeStatus
from system_databse.order import OrderStatus
from tests.database.market import bar_at
from tests.orchestra.api.api_house import MINUTE, ApiHouse, made_snapshot
from tests.system_databse.trade_diary import TradeDiary

AT = "2026-11-20T16:30:00.000Z"
COUNTED = DayTradeStatus(
    trades_used=2, trades_remaining=1, week_start="2026-11-16", limit_applies=True, policy="advisory"
)
# Names and values that a stranger's strategy, or a caller from outside, may bring along.
ODD_NAME = "Ströme/%00 <b>'\"; DROP TABLE signals;--"
ODD_METADATA = '{"deep": {"a": {"b": {"c": {"d": 1}}}}, "nan": NaN, "ai_model": "x", "risk_score": 0.2, "long": "' + (
    "y" * 5000 + '"}'
)


def fill_books(house: ApiHouse) -> None:
    """Write rows of every kind and show a snapshot of an open session."""
    diary = TradeDiary(house.system)
    diary.order(filled=10, price="100.10")
    diary.order(OrderStatus.PARTIALLY_FILLED, filled=3, price="100")
    diary.order(OrderStatus.DENIED, refusal="BUYING_POWER")
    diary.order(OrderStatus.REJECTED, algorithm_id=2, refusal="403 insufficient buying power")
    for index in range(4):
        signal(house, created_at=f"2026-11-20T16:0{index}:00.000Z", confidence=0.6 + index / 10)
    signal(house, source="ai", strategy="claude", action="proposed", status="PENDING", metadata=ODD_METADATA)
    signal(house, source="webhook", strategy=ODD_NAME, symbol="BRK.B", direction="CALL", strike=1e300, metadata="[1]")
    signal(house, source="analyzer", signal_type="CUS", timeframe="15m", bar_ts=MINUTE, confidence=None)
    position(house)
    position(house, algo_id=2, symbol="MSFT", strategy=ODD_NAME, status="CLOSING")
    position(house, algo_id=None, symbol="SPY", contract_symbol="SPY261218C00600000", asset_class="us_option", iv=0.2)
    position(house, status="CLOSED", quantity="0", realized_pl="-12.50", closed_at=AT, close_reason="stop")
    figures(house, "sma_crossover", win_rate=0.5)
    bars = [bar_at(MINUTE - 60 * back, 100.0 + back, symbol="AAPL") for back in range(90, 0, -1)]
    BarStore(house.market, MarketCalendar()).insert(bars)
    house.board.replace(made_snapshot(day_trades=COUNTED))


def signal(house: ApiHouse, **columns: Any) -> None:
    """Write a signal."""
    row = {"source": "algorithm", "strategy": "sma_crossover", "algo_id": None, "symbol": "AAPL", "action": "buy"}
    insert(house, "signals", {**row, "status": "RECORDED", "created_at": AT, **columns})


def position(house: ApiHouse, **columns: Any) -> None:
    """Write a position, 100 shares that the card of the snapshot shows, unless told otherwise."""
    row = {"asset_class": "us_equity", "symbol": "AAPL", "algo_id": 1, "strategy": "sma_crossover", "mode": "DEMO"}
    held = {"side": "long", "quantity": "100", "entry_price": "100.015", "status": "OPEN", "opened_at": AT}
    insert(house, "positions", {**row, **held, **columns})


def figures(house: ApiHouse, strategy: str, **columns: Any) -> None:
    """Write the figures of a strategy on the day of the snapshot."""
    row = {"strategy": strategy, "date": "2026-11-20", "mode": "DEMO", "total_trades": 4, "wins": 2}
    more = {"profit_loss": 12.5, "sharpe_ratio": None, "max_drawdown": -0.01, "updated_at": AT}
    insert(house, "strategy_metrics", {**row, **more, **columns})


def insert(house: ApiHouse, table: str, row: dict[str, Any]) -> None:
    """Write one row."""
    marks = ", ".join("?" * len(row))
    with house.system.transaction() as connection:
        connection.execute(f"INSERT INTO {table}({', '.join(row)}) VALUES({marks})", list(row.values()))


def json_of(text: str) -> Any:
    """Read JSON as strictly as other programs do: NaN and infinity are none."""

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)
