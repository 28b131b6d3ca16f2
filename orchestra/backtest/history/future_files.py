"""Which files hold the future of a backtest: those it was read from, and every store of the house.

In: a request, its history. Out: paths, whether there is a file or not. Thread: any.
"""

from collections.abc import Iterator
from pathlib import Path

from database.bars.current_directory import house_stores
from orchestra.backtest.history.history import History
from orchestra.backtest.request import BacktestRequest

# What SQLite has not yet taken over into the file lies beside it.
BESIDE = "-wal"


def future_files(request: BacktestRequest, history: History) -> list[Path]:
    """Return the files nobody may open while it is played; recorded bars are most likely stored here too."""
    return list(dict.fromkeys(_files(request, history)))


def _files(request: BacktestRequest, history: History) -> Iterator[Path]:
    yield from request.data
    stores = house_stores() if request.market_db is None else [request.market_db, *house_stores()]
    for path in (*history.paths, *stores):
        yield path
        yield path.with_name(f"{path.name}{BESIDE}")
