"""The verb `import`: minute bars of files into the store, with an account of every row; K-index readings too.

In: arguments, files. Out: stored bars, and lines for the owner. Thread: main.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from database.files.bar_file import BarFile, FileHints
from database.files.bar_import import ImportReport, import_bars
from database.files.bar_times import zone_named
from database.weather.weather_file import SUFFIX, read_readings, store_readings
from orchestra.backtest.progress import Progress
from orchestra.run.market_file import bars_to_write
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import SystemClock
from orchestra.verbs.bars.bar_arguments import bar_parser, directory_of, tickers_of
from orchestra.verbs.person.progress_line import ProgressLine

HELP = "put minute bars of CSV, CSV.gz or parquet files, or a K-index of NOAA's JSON, into the store"


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Import the files one after the other and say of each what became of its rows.

    Raises ConfigError for a file that cannot be used; every header is checked before anything is stored.
    """
    given = _parser().parse_args(arguments)
    directory = directory_of(given.data_dir)
    hints = FileHints(
        symbol=None if given.symbol is None else tickers_of([given.symbol])[0],
        zone=None if given.time_zone is None else _zone(given.time_zone),
    )
    paths = [Path(name).absolute() for name in given.files]
    files = [BarFile(path, hints) for path in paths if path.suffix != SUFFIX]
    weather = {path: read_readings(path) for path in paths if path.suffix == SUFFIX}
    with bars_to_write(directory, MarketCalendar()) as store:
        for file in files:
            for text in _import(file, store, screen).as_lines():
                screen.say(text)
        for path, readings in weather.items():
            stored = store_readings(store.store, readings)
            screen.say(f"{path.name}: {len(readings)} readings of the K-index, {stored} stored.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = bar_parser("import", HELP)
    parser.add_argument("files", nargs="+", metavar="FILE", help="columns symbol,timestamp,open,high,low,close,volume")
    parser.add_argument("--symbol", metavar="X", help="ticker of files that have no column of tickers")
    parser.add_argument("--time-zone", metavar="ZONE", help="of times without one, such as America/New_York")
    return parser


def _import(file: BarFile, store: BarStore, screen: Terminal) -> ImportReport:
    line = ProgressLine(screen.errors, SystemClock(), what="bytes")

    size = file.path.stat().st_size

    def tell(rows: int) -> None:
        line.show(Progress(round(file.share * size), size, f"{file.path.name}: {rows:,} rows"))

    try:
        return import_bars(file, store, tell=tell)
    finally:
        line.finish()


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except ValueError as error:
        raise ConfigError(f"{name!r} is no time zone: write it like America/New_York or UTC.") from error
