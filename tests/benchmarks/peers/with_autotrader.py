"""The crossover in a backtest of ours. Run: with_autotrader.py FILE ordinary|fast."""

import sys
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[0:1] = [str(HERE), str(ROOT)]

from made_year import CASH, minute_of  # noqa: E402
from measured import cpu, tell  # noqa: E402

from database.calendar_manager import MarketCalendar  # noqa: E402
from orchestra.backtest.backtester import Backtester  # noqa: E402
from orchestra.backtest.history.history_reader import read_history  # noqa: E402
from orchestra.backtest.request import BacktestRequest  # noqa: E402
from orchestra.messages.commands import StartAlgorithm  # noqa: E402

calendar = MarketCalendar()
calendar.is_open(0)
ready = cpu()
strategy = StartAlgorithm(str(HERE / f"crossover_{sys.argv[2]}.py"), "SPY", Decimal(CASH))
request = BacktestRequest((strategy,), data=(Path(sys.argv[1]),))
history = read_history(request, calendar, market_db=Path())
backtester = Backtester(ROOT / "algorithm", calendar, limit_seconds=5)
started = cpu()
played = backtester.play(request, history)
spent = cpu() - started
fills = played.fills
trips = [
    (minute_of(one.at), minute_of(other.at), float(one.price), float(other.price))
    for one, other in zip(fills[::2], fills[1::2])
]
tell(bars=played.minutes, cpu_seconds=spent, trips=trips, ready_at=ready)
