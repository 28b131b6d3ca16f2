"""The crossover in backtrader, as its documentation writes one."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent)

import backtrader  # noqa: E402
import pandas as pd  # noqa: E402
from made_year import CASH, LONG, MINUTES, SHARES, SHORT, minute_of, read_year  # noqa: E402
from measured import cpu, tell  # noqa: E402


class Crossover(backtrader.Strategy):
    def __init__(self):
        short, long = backtrader.ind.SMA(period=SHORT), backtrader.ind.SMA(period=LONG)
        self.distance = short - long
        self.fills = []

    def notify_order(self, order):
        if order.status == order.Completed:
            self.fills.append((minute_of(backtrader.num2date(order.executed.dt)), order.executed.price))

    def next(self):
        if len(self) % MINUTES == 0 or len(self) <= LONG:
            return
        before, now = round(self.distance[-1], 6), round(self.distance[0], 6)
        if before <= 0 < now:
            if not self.position:
                self.buy(size=SHARES)
        elif before >= 0 > now and self.position:
            self.close()


ready = cpu()
rows = read_year(Path(sys.argv[1]))
frame = pd.DataFrame(
    [row[1:] for row in rows],
    columns=["open", "high", "low", "close", "volume"],
    index=pd.DatetimeIndex([row[0] for row in rows]).tz_localize(None),
)
engine = backtrader.Cerebro(stdstats=False)
engine.broker.setcash(CASH)
engine.adddata(backtrader.feeds.PandasData(dataname=frame, timeframe=backtrader.TimeFrame.Minutes))
engine.addstrategy(Crossover)
started = cpu()
(strategy,) = engine.run()
spent = cpu() - started
fills = strategy.fills
trips = [
    (*pair, one, other)
    for (*_, one), (*_, other), pair in zip(
        fills[::2], fills[1::2], zip([f[0] for f in fills[::2]], [f[0] for f in fills[1::2]])
    )
]
tell(bars=len(rows), cpu_seconds=spent, trips=trips, ready_at=ready)
