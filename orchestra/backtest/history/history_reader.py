"""Read a history: recorded files, or the bars of a market database.

In: a request. Out: a History. Thread: main. The rules are the replay's: files with a mistake are refused, sessions are
those for which there is at least one regular bar.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from database.bar import MINUTE
from database.bar_store import BarStore
from database.bars.bar_columns import BarColumns
from database.calendar_manager import MarketCalendar, Session
from database.errors import ConfigError
from database.files.recorded_bars import read_recorded
from orchestra.backtest.history.history import History
from orchestra.backtest.request import BacktestRequest

END_OF_TIME = 1 << 40


def read_history(request: BacktestRequest, calendar: MarketCalendar, *, market_db: Path) -> History:
    """Return what the request asks to be played. market_db: where bars come from when no files are named.

    Raises ConfigError for files that are wrong, for tickers without bars and for days without any.
    """
    tickers = {algorithm.ticker for algorithm in request.algorithms}
    if request.data:
        columns, sha256 = read_recorded(request.data, calendar)
        source = "files"
    else:
        columns, sha256, source = _stored(market_db, sorted(tickers), calendar), {}, "store"
    for ticker in sorted(tickers):
        if not columns.get(ticker):
            where = ", ".join(sorted(columns)) or "none"
            place = "the recorded files" if request.data else f"{market_db}: download or import it first"
            raise ConfigError(f"There are no bars of {ticker} in {place}. There are: {where}.")
    sessions = _sessions(columns.values(), request, calendar)
    return History(columns, sessions, source, sha256, paths=request.data or (market_db,))


def _stored(market_db: Path, tickers: Sequence[str], calendar: MarketCalendar) -> dict[str, BarColumns]:
    if not market_db.exists():
        raise ConfigError(f"There is no {market_db}: download or import bars first, or name files with --data.")
    # Schemas bring sqlite_utils, which recorded files do not need.
    from database.bars.market_schema import APPLICATION_ID, migrations  # noqa: PLC0415
    from database.schema_check import open_database  # noqa: PLC0415

    store = open_database(market_db, migrations, APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
    try:
        bars = BarStore(store, calendar, is_only_writer=False)
        return {ticker: bars.columns(ticker) for ticker in tickers}
    finally:
        store.close()


def _sessions(columns: Iterable[BarColumns], request: BacktestRequest, calendar: MarketCalendar) -> list[Session]:
    """Return the sessions to be traded: those between the wanted days of which a bar is here."""
    held = [each for each in columns if len(each)]
    start, end = min(each.times[0] for each in held), max(each.times[-1] for each in held) + MINUTE
    sessions = [
        session
        for session in calendar.sessions_between(start, end)
        if _is_between(session.day, request.first_day, request.last_day)
        and any(each.position(session.open) < each.position(session.close) for each in held)
    ]
    if not sessions:
        raise ConfigError("There is no bar of regular hours in the days asked for: check --from and --to.")
    return sessions


def _is_between(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
