"""The command `export`: stored bars to a file that `--replay`, `backtest --data` and `import` read.

In: arguments, the store. Out: one file. Thread: main.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from database.bar import Bar
from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from database.files.bar_export import export_bars, require_ending
from orchestra.run.market_file import bars_to_read
from orchestra.run.terminal import Terminal
from orchestra.verbs.bar_arguments import day_of, directory_of, seconds_of, tickers_of, verb_parser

HELP = "write stored bars to a CSV, CSV.gz or parquet file"
# A month of minutes in memory at most.
PART_SECONDS = 31 * 24 * 3600


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Write the file and say how many bars it holds; raises ConfigError when there is none to write."""
    given = _parser().parse_args(arguments)
    path, tickers, calendar = Path(given.file).absolute(), tickers_of(given.ticker), MarketCalendar()
    start, end = seconds_of(day_of(given.first), day_of(given.last), calendar)
    require_ending(path)
    with bars_to_read(directory_of(given.data_dir), calendar) as store:
        for ticker in tickers:
            if not any(True for _ in _bars(store, ticker, start, end=end)):
                raise ConfigError(
                    f"There are no bars of {ticker} from {given.first} to {given.last}: download or import them first."
                )
        bars = (bar for ticker in sorted(tickers) for bar in _bars(store, ticker, start, end=end))
        count = export_bars(path, bars)
    screen.say(f"{path.name}: {count:,} bars of {', '.join(sorted(tickers))}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = verb_parser("export", HELP)
    parser.add_argument("file", metavar="OUT", help="OUT.csv, OUT.csv.gz or OUT.parquet")
    parser.add_argument("--ticker", nargs="+", action="extend", required=True, help="symbols to write")
    parser.add_argument("--from", dest="first", metavar="DAY", required=True, help="first New York day, 2024-01-31")
    parser.add_argument("--to", dest="last", metavar="DAY", required=True, help="last New York day, included")
    return parser


def _bars(store: BarStore, ticker: str, start: int, *, end: int) -> Iterator[Bar]:
    for part in range(start, end, PART_SECONDS):
        yield from store.bars_between(ticker, part, min(part + PART_SECONDS, end))
