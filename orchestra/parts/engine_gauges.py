"""The gauges of one engine: its process, its files, its queue, and every container that lives as long as it does.

In: an engine. Out: a board that reads them. Thread: main builds; the engine's thread reads.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from database.sqlite_store import SqliteStore
from orchestra.engine import Engine, Stores
from orchestra.runtime.gauges import GaugeBoard, sizes_of
from orchestra.runtime.process.process_figures import (
    MEGABYTE,
    bytes_of,
    files_by_kind,
    objects_of_python,
    threads_by_name,
)


def gauges_of(engine: Engine, stores: Stores, resident: Callable[[], int]) -> GaugeBoard:
    """Return the board; resident: reads the bytes of memory the process holds."""
    board = GaugeBoard()
    board.register("rss_mb", lambda: resident() / MEGABYTE)
    board.register("threads", threads_by_name)
    board.register("fds", files_by_kind)
    board.register("gc_objects", objects_of_python)
    board.register("wal_bytes", partial(_log_sizes, stores))
    board.register("inbox", lambda: engine.inbox.depth)
    for name, part in _long_lived(engine).items():
        board.register(name, partial(sizes_of, part))
    return board


def _long_lived(engine: Engine) -> dict[str, object]:
    """Return the parts that hold something for as long as the process lives."""
    market, orders, owner = engine.market_side, engine.order_side, engine.owner
    return {
        "books": orders.books,
        "decided": orders.books.decided,
        "desk": orders.desk,
        "reconciler": orders.reconciler,
        "market_view": market.view,
        "market_stream": market.stream,
        "pull": market.pull,
        "bar_store": market.data.bar_store,
        "subscriptions": market.streams.subscriptions,
        "streams": market.streams,
        "fetcher": market.fetcher,
        "runner": engine.runner,
        "front_office": owner.front,
        "sales": owner.sales,
        "equity_log": owner.equity_log,
    }


def _log_sizes(stores: Stores) -> dict[str, float]:
    return {_name(store): bytes_of(Path(f"{store.path}-wal")) for store in (stores.market, stores.system)}


def _name(store: SqliteStore) -> str:
    return Path(store.path).stem
