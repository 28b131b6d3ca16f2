"""What the commands about bars are told: tickers, days, a data directory.

In: arguments. Out: checked values, or ConfigError in one plain sentence. Thread: main.
"""

import argparse
from datetime import date
from pathlib import Path

from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.run.command_line import TICKER, Parser
from orchestra.run.data_directory import DataDirectory, in_folder, in_house
from orchestra.verbs.person.arguments import ROOT, days_of, parser_for


def bar_parser(verb: str, help_text: str) -> Parser:
    """Return a parser that knows --data-dir."""
    parser = parser_for(verb, f"{help_text[0].upper()}{help_text[1:]}.")
    parser.add_argument("--data-dir", metavar="DIR", help="folder of the databases; without it, the account's own")
    return parser


def directory_of(data_dir: str | None) -> DataDirectory:
    """Return the layout of --data-dir or, without it, of the account in the house."""
    if data_dir == "":
        raise ConfigError("--data-dir is empty: name the folder of the databases.")
    return in_house(ROOT, is_demo=False) if data_dir is None else in_folder(Path(data_dir).absolute())


def tickers_of(texts: list[str]) -> list[str]:
    """Return each ticker once, in the order given."""
    for text in texts:
        if not TICKER.fullmatch(text):
            raise ConfigError(
                f"{text!r} is no ticker: use capital letters as the exchange writes it, such as SPY or BRK.B."
            )
    return list(dict.fromkeys(texts))


def range_of(given: argparse.Namespace, calendar: MarketCalendar, *, today: date | None = None) -> tuple[int, int]:
    """Return the open of the first session and the close of the last one of the days asked for.

    today: the last day unless another one is given; without it the last day must be given.
    """
    first, last = days_of(given)
    last = last or today
    if first is None or last is None:
        raise ConfigError(f"Name the days with --from 2024-01-02{'' if today else ' and --to 2024-01-31'}.")
    # Every session lies within its day in UTC, whatever the season.
    sessions = calendar.sessions_between(_midnight(first), _midnight(max(first, last)) + 24 * 3600)
    if not sessions:
        raise ConfigError(f"The exchange was closed on all days from {first} to {max(first, last)}: choose other days.")
    return sessions[0].open, sessions[-1].close


def _midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 24 * 3600
