"""The crossover in nautilus_trader: indicators of its own, `on_bar` for each bar.

A bar alone would fill an order at its close. For the rule of the others, the next minute's open, every open is fed as a
quote too, and an order takes half a second on its way; `--closes` leaves both out and shows what the engine does alone.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent)

import pandas as pd  # noqa: E402
from made_year import CASH, LONG, MINUTES, SHARES, SHORT, minute_of, read_year  # noqa: E402
from measured import cpu, tell  # noqa: E402
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig  # noqa: E402
from nautilus_trader.backtest.models import LatencyModel  # noqa: E402
from nautilus_trader.config import LoggingConfig  # noqa: E402
from nautilus_trader.indicators import SimpleMovingAverage  # noqa: E402
from nautilus_trader.model import BarType, Money, TraderId, Venue  # noqa: E402
from nautilus_trader.model.currencies import USD  # noqa: E402
from nautilus_trader.model.data import QuoteTick  # noqa: E402
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide  # noqa: E402
from nautilus_trader.persistence.wranglers import BarDataWrangler  # noqa: E402
from nautilus_trader.test_kit.providers import TestInstrumentProvider  # noqa: E402
from nautilus_trader.trading.strategy import Strategy  # noqa: E402

IS_PLAIN = "--closes" in sys.argv
SECOND = 1_000_000_000
STOCK = TestInstrumentProvider.equity(symbol="SPY", venue="XNAS")
BARS = BarType.from_str("SPY.XNAS-1-MINUTE-LAST-EXTERNAL")


class Crossover(Strategy):
    def on_start(self):
        self.short, self.long = SimpleMovingAverage(SHORT), SimpleMovingAverage(LONG)
        self.register_indicator_for_bars(BARS, self.short)
        self.register_indicator_for_bars(BARS, self.long)
        self.subscribe_bars(BARS)
        self.seen, self.before, self.is_long, self.fills = 0, None, False, []

    def on_bar(self, _bar):
        self.seen += 1
        if not self.long.initialized:
            return
        before, self.before = self.before, round(self.short.value - self.long.value, 6)
        if before is None or self.seen % MINUTES == 0:
            return
        if before <= 0 < self.before and not self.is_long:
            self.deal(OrderSide.BUY)
        elif before >= 0 > self.before and self.is_long:
            self.deal(OrderSide.SELL)

    def deal(self, side):
        self.is_long = side == OrderSide.BUY
        self.submit_order(self.order_factory.market(STOCK.id, side, STOCK.make_qty(SHARES)))

    def on_order_filled(self, event):
        moment = pd.Timestamp(event.ts_event, tz="UTC").to_pydatetime()
        self.fills.append((minute_of(moment), float(event.last_px)))


ready = cpu()
rows = read_year(Path(sys.argv[1]))
frame = pd.DataFrame(
    [row[1:] for row in rows],
    columns=["open", "high", "low", "close", "volume"],
    # A bar arrives when it is over.
    index=pd.DatetimeIndex([row[0] for row in rows], name="timestamp") + pd.Timedelta(minutes=1),
)
data = BarDataWrangler(BARS, STOCK).process(frame)
engine = BacktestEngine(
    BacktestEngineConfig(trader_id=TraderId("B-1"), logging=LoggingConfig(bypass_logging=True), run_analysis=False)
)
rule = {} if IS_PLAIN else {"latency_model": LatencyModel(SECOND // 2), "bar_execution": False}
engine.add_venue(Venue("XNAS"), OmsType.NETTING, AccountType.CASH, [Money(CASH, USD)], base_currency=USD, **rule)
engine.add_instrument(STOCK)
engine.add_data(data)
if not IS_PLAIN:
    size, quotes = STOCK.make_qty(1_000), []
    for row in rows:
        price, at = STOCK.make_price(row[1]), int(row[0].timestamp()) * SECOND + SECOND
        quotes.append(QuoteTick(STOCK.id, price, price, size, size, at, at))
    engine.add_data(quotes)
strategy = Crossover()
engine.add_strategy(strategy)
started = cpu()
engine.run()
spent = cpu() - started
fills = strategy.fills
trips = [(one[0], other[0], one[1], other[1]) for one, other in zip(fills[::2], fills[1::2])]
tell(bars=len(rows), cpu_seconds=spent, trips=trips, ready_at=ready)
