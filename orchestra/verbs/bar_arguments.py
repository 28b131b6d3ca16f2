"""What the commands about bars are told: tickers, days, a data directory.

In: arguments. Out: checked values, or ConfigError in one plain sentence. Thread: main.
"""

import argparse
from datetime import date
from pathlib import Path
from typing import NoReturn

from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.run.command_line import TICKER
from orchestra.run.data_directory import DataDirectory, in_folder, in_house
from orchestra.runtime.settings import ROOT


class VerbParser(argparse.ArgumentParser):
    """A parser whose complaints are ours."""

    def error(self, message: str) -> NoReturn:
        """Raise ConfigError."""
        raise ConfigError(f"{message[0].upper()}{message[1:]}; see {self.prog.rpartition(' ')[2]} --help.")


def verb_parser(verb: str, description: str) -> VerbParser:
    """Return a parser that knows --data-dir."""
    parser = VerbParser(prog=f"orchestrator.py {verb}", description=f"{description[0].upper()}{description[1:]}.")
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


def day_of(text: str) -> date:
    """Return a New York day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no day: write it like 2024-01-31.") from error


def seconds_of(first: date, last: date, calendar: MarketCalendar) -> tuple[int, int]:
    """Return the open of the first session and the close of the last one of these days, both days included."""
    if last < first:
        raise ConfigError(f"--to {last} lies before --from {first}: exchange the two.")
    # Every session lies within its day in UTC, whatever the season.
    sessions = calendar.sessions_between(_midnight(first), _midnight(last) + 24 * 3600)
    if not sessions:
        raise ConfigError(f"The exchange was closed on all days from {first} to {last}: choose other days.")
    return sessions[0].open, sessions[-1].close


def _midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 24 * 3600
