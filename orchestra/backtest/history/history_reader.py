"""Read a history: recorded files, or the bars of a market database.

In: a request. Out: a History. Thread: main. The rules are the replay's: files with a mistake are refused, sessions are
those for which there is at least one regular bar; those that have none are told.
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
from database.weather import sample_rows
from database.weather.k_index import Sample, windows_before
from orchestra.backtest.history.history import History
from orchestra.backtest.request import BacktestRequest
from orchestra.runtime.clock import SystemClock

END_OF_TIME = 1 << 40
DAY_SECONDS = 86_400


def read_history(request: BacktestRequest, calendar: MarketCalendar, *, market_db: Path) -> History:
    """Return what the request asks to be played. market_db: where bars come from when no files are named.

    Raises ConfigError for files that are wrong, for tickers without bars and for days without any.
    """
    tickers = {algorithm.ticker for algorithm in request.algorithms}
    if request.data:
        columns, sha256 = read_recorded(request.data, calendar)
        source, weather = "files", list[Sample]()
    else:
        columns, weather = _stored(market_db, sorted(tickers), calendar)
        sha256, source = {}, "store"
    for ticker in sorted(tickers):
        if not columns.get(ticker):
            where = ", ".join(sorted(columns)) or "none"
            place = "the recorded files" if request.data else f"{market_db}: download or import it first"
            raise ConfigError(f"There are no bars of {ticker} in {place}. There are: {where}.")
    sessions, absent = _sessions(columns.values(), request, calendar)
    for ticker in sorted(tickers):
        if columns[ticker].position(sessions[0].open) == columns[ticker].position(sessions[-1].close):
            raise ConfigError(f"There are no bars of {ticker} in the days asked for: check --from and --to.")
    paths = request.data or (market_db,)
    return History(columns, sessions, source, sha256, paths=paths, weather=weather, absent=absent)


def _stored(
    market_db: Path, tickers: Sequence[str], calendar: MarketCalendar
) -> tuple[dict[str, BarColumns], list[Sample]]:
    """Return bars, and the readings of the K-index that were known in their time."""
    if not market_db.exists():
        raise ConfigError(f"There is no {market_db}: download or import bars first, or name files with --data.")
    # Schemas bring sqlite_utils, which recorded files do not need.
    from database.bars.market_schema import APPLICATION_ID, migrations  # noqa: PLC0415
    from database.schema_check import open_database  # noqa: PLC0415

    store = open_database(market_db, migrations, APPLICATION_ID, synchronous="NORMAL", is_read_only=True)
    try:
        bars = BarStore(store, calendar, is_only_writer=False)
        columns = {ticker: bars.columns(ticker) for ticker in tickers}
        held = [each.times for each in columns.values() if len(each)]
        if not held:
            return columns, []
        start, end = min(times[0] for times in held), max(times[-1] for times in held)
        with store.reader() as connection:
            return columns, sample_rows.between(connection, windows_before(start), end + 2 * MINUTE)
    finally:
        store.close()


def _sessions(
    columns: Iterable[BarColumns], request: BacktestRequest, calendar: MarketCalendar
) -> tuple[list[Session], list[date]]:
    """Return the sessions to be traded, which have a bar, and the days of those over and asked for that have none."""
    held = [each for each in columns if len(each)]
    start, end = min(each.times[0] for each in held), max(each.times[-1] for each in held) + MINUTE
    over = max(end, int(SystemClock().now().timestamp()))
    if request.first_day is not None:
        start = min(start, _midnight(request.first_day))
    if request.last_day is not None:
        end = max(end, min(over, _midnight(request.last_day) + DAY_SECONDS))
    sessions, absent = [], []
    for session in calendar.sessions_between(start, end):
        if not _is_between(session.day, request.first_day, request.last_day):
            continue
        if any(each.position(session.open) < each.position(session.close) for each in held):
            sessions.append(session)
        elif session.close <= over:
            absent.append(session.day)
    if not sessions:
        raise ConfigError("There is no bar of regular hours in the days asked for: check --from and --to.")
    return sessions, absent


def _midnight(day: date) -> int:
    """Return a second before the day's session and after the one before: sessions never reach midnight UTC."""
    return (day - date(1970, 1, 1)).days * DAY_SECONDS


def _is_between(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
