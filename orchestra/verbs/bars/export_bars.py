"""The verb `export`: stored bars to a file that `import` reads, and as CSV `--replay` and `backtest --data` too.

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
from orchestra.verbs.bars.bar_arguments import bar_parser, directory_of, range_of, tickers_of
from orchestra.verbs.person.arguments import add_days

HELP = "write stored bars to a CSV, CSV.gz or parquet file"
# A month of minutes in memory at most.
PART_SECONDS = 31 * 24 * 3600


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Write the file and say how many bars it holds; raises ConfigError when there is none to write."""
    given = _parser().parse_args(arguments)
    path, tickers, calendar = Path(given.file).absolute(), tickers_of(given.ticker), MarketCalendar()
    start, end = range_of(given, calendar)
    require_ending(path)
    with bars_to_read(directory_of(given.data_dir), calendar) as store:
        for ticker in tickers:
            if not any(True for _ in _bars(store, ticker, start, end=end)):
                raise ConfigError(
                    f"There are no bars of {ticker} from {given.first_day} to {given.last_day}:"
                    " download or import them first."
                )
        bars = (bar for ticker in sorted(tickers) for bar in _bars(store, ticker, start, end=end))
        count = export_bars(path, bars)
    screen.say(f"{path.name}: {count:,} bars of {', '.join(sorted(tickers))}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = bar_parser("export", HELP)
    parser.add_argument(
        "file",
        metavar="OUT",
        help="OUT.csv or OUT.csv.gz, which --replay and --data read too, or OUT.parquet, for import alone",
    )
    parser.add_argument("--ticker", nargs="+", action="extend", required=True, help="symbols to write")
    add_days(parser)
    return parser


def _bars(store: BarStore, ticker: str, start: int, *, end: int) -> Iterator[Bar]:
    for part in range(start, end, PART_SECONDS):
        yield from store.bars_between(ticker, part, min(part + PART_SECONDS, end))
