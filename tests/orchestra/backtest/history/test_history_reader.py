"""A history knows which of the days asked for it lacks, and is none for a ticker that has no bar in them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from database.errors import ConfigError
from database.files.bar_export import export_bars
from orchestra.backtest.history.history import History
from orchestra.backtest.history.history_reader import read_history
from orchestra.backtest.request import BacktestRequest
from orchestra.runtime.clock import SystemClock
from tests.orchestra.backtest.played_house import asked, calendar, made_columns

FIRST, THIRD = date(2024, 6, 11), date(2024, 6, 13)
OTHER = date(2024, 6, 20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return bars: ACME of two days with one between them, BETA of a later one."""
    made = [made_columns("ACME", (FIRST, THIRD)), made_columns("BETA", (OTHER,))]
    path = tmp_path / "bars.csv"
    export_bars(path, [columns.bar(at) for columns in made for at in range(len(columns))])
    return path


def read(file: Path, first: date | None = None, last: date | None = None, *, ticker: str = "ACME") -> History:
    request = BacktestRequest((asked("idea", ticker),), (file,), first, last)
    return read_history(request, calendar(), market_db=Path())


@pytest.mark.parametrize(
    ("first", "last", "played", "absent"),
    [
        (FIRST, THIRD, [FIRST, THIRD], [date(2024, 6, 12)]),
        (None, THIRD, [FIRST, THIRD], [date(2024, 6, 12)]),
        (THIRD, THIRD, [THIRD], []),
        (date(2024, 6, 7), FIRST, [FIRST], [date(2024, 6, 7), date(2024, 6, 10)]),
        # The 19th is a holiday.
        (None, None, [FIRST, THIRD, OTHER], [date(2024, 6, 12), *(date(2024, 6, day) for day in (14, 17, 18))]),
        (OTHER, date(2024, 6, 23), [OTHER], [date(2024, 6, 21)]),
    ],
)
def test_sessions_asked_for_without_a_bar_are_known(
    file: Path, first: date | None, last: date | None, played: list[date], absent: list[date]
) -> None:
    history = read(file, first, last, ticker="BETA" if first == OTHER else "ACME")
    assert [session.day for session in history.sessions] == played
    assert list(history.absent) == absent


def test_days_to_come_are_not_missed(file: Path) -> None:
    today = SystemClock().now().date()
    known, longer = (read(file, THIRD, today + timedelta(days=days)) for days in (1, 200))
    assert longer.absent == known.absent
    assert longer.absent[-1] <= today
    assert read(file, date.min, date.max).absent[-1] <= today


def test_a_ticker_without_a_bar_in_the_days_is_refused(file: Path) -> None:
    with pytest.raises(ConfigError, match="There are no bars of BETA in the days asked for: check --from and --to"):
        read(file, FIRST, THIRD, ticker="BETA")
    with pytest.raises(ConfigError, match="There are no bars of ACME in the days asked for"):
        read(file, OTHER, OTHER)
