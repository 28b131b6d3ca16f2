"""The crossover in backtesting.py, as its documentation writes one: indicators computed ahead, `next` for each bar."""

import sys
import warnings
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent)
warnings.filterwarnings("ignore")

import pandas as pd  # noqa: E402
from backtesting import Backtest, Strategy  # noqa: E402
from made_year import CASH, LONG, MINUTES, SHARES, SHORT, minute_of, read_year  # noqa: E402
from measured import cpu, tell  # noqa: E402


def average(closes, count):
    return pd.Series(closes).rolling(count).mean().round(6)


class Crossover(Strategy):
    def init(self):
        self.short = self.I(average, self.data.Close, SHORT)
        self.long = self.I(average, self.data.Close, LONG)

    def next(self):
        if len(self.data) % MINUTES == 0:
            return
        # Its own crossover() misses a cross that stands at zero for a bar.
        before, now = self.short[-2] - self.long[-2], self.short[-1] - self.long[-1]
        if before <= 0 < now:
            if not self.position:
                self.buy(size=SHARES)
        elif before >= 0 > now and self.position:
            self.position.close()


ready = cpu()
rows = read_year(Path(sys.argv[1]))
frame = pd.DataFrame(
    [row[1:] for row in rows],
    columns=["Open", "High", "Low", "Close", "Volume"],
    index=pd.DatetimeIndex([row[0] for row in rows]).tz_localize(None),
)
engine = Backtest(frame, Crossover, cash=CASH, commission=0)
started = cpu()
result = engine.run()
spent = cpu() - started
trips = [
    (minute_of(row.EntryTime), minute_of(row.ExitTime), row.EntryPrice, row.ExitPrice)
    for row in result["_trades"].itertuples()
]
tell(bars=len(rows), cpu_seconds=spent, trips=trips, ready_at=ready)
