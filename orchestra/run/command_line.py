"""The command line: what a run is asked to do, checked before anything is touched.

In: arguments. Out: RunArguments, or ConfigError in one plain sentence. Thread: main.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn

from database.errors import ConfigError
from orchestra.messages.commands import StartAlgorithm
from orchestra.verbs.verb_list import told_verbs

TICKER = re.compile(r"[A-Z][A-Z.]{0,9}")
HIGHEST_CAPITAL = Decimal("1e12")
HIGHEST_SEED = 2**63 - 1
HIGHEST_PORT = 65_535
# A minute of the demo market a second.
FASTEST = 60.0


@dataclass(frozen=True, slots=True)
class RunArguments:
    """What the command line asks for.

    replay: recorded files, empty for a market of its own. seed and speed: of the demo market, None unless given; a
    speed of 0 sets no limit. port: of the page, None unless given, 0 for any free one. is_pin_forgotten: the owner
    chooses a new PIN. is_lan: the page is shown in the network.
    """

    replay: tuple[Path, ...]
    algorithms: tuple[StartAlgorithm, ...]
    data_dir: Path | None
    summary: Path | None
    is_insecure_env_allowed: bool
    seed: int | None = None
    speed: float | None = None
    port: int | None = None
    is_pin_forgotten: bool = False
    is_lan: bool = False

    @property
    def ties(self) -> tuple[str, ...]:
        """Return the options that belong to the mode they were given in, and would come back at a start anew."""
        given = {
            "--data-dir": self.data_dir is not None,
            "--algorithm": bool(self.algorithms),
            "--seed": self.seed is not None,
            "--speed": self.speed is not None,
            "--lan": self.is_lan,
        }
        return tuple(option for option, is_given in given.items() if is_given)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are ours: one plain sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise ConfigError."""
        raise ConfigError(f"{message[0].upper()}{message[1:]}; see --help.")


def read_arguments(arguments: Sequence[str]) -> RunArguments:
    """Return the checked arguments; raises ConfigError."""
    given = _parser().parse_args(arguments)
    # Absolute, because a strategy may change the working directory.
    replay = tuple(Path(name).absolute() for name in given.replay or ())
    requests = paired(given.algorithm or [], given.ticker or [], given.capital or [])
    if replay and not requests:
        raise ConfigError("A replay needs at least one --algorithm with its --ticker and --capital.")
    if given.data_dir == "":
        raise ConfigError("--data-dir is empty: name the folder for the databases of this run.")
    if replay and given.data_dir is None:
        raise ConfigError("A replay needs --data-dir DIR, the folder for its own databases.")
    if replay and (given.seed is not None or given.speed is not None):
        raise ConfigError("--seed and --speed belong to the demo market: leave them out of a replay.")
    return RunArguments(
        replay=replay,
        algorithms=requests,
        data_dir=None if given.data_dir is None else Path(given.data_dir).absolute(),
        summary=None if given.summary is None else Path(given.summary).absolute(),
        is_insecure_env_allowed=given.insecure_env,
        seed=None if given.seed is None else _seed(given.seed),
        speed=None if given.speed is None else _speed(given.speed),
        port=None if given.port is None else _port(given.port),
        is_pin_forgotten=given.reset_pin,
        is_lan=given.lan,
    )


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="orchestrator.py",
        description="Trade US stocks on Alpaca or, without keys, on a demo market; or replay recorded market days.",
        epilog=f"Verbs, each with a --help of its own:\n{told_verbs()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--replay", nargs="+", metavar="FILE", action="extend", help="recorded minute bars (CSV, .gz)")
    parser.add_argument("--algorithm", action="append", help="name of a file in algorithm/, or a path; may repeat")
    parser.add_argument("--ticker", action="append", help="symbol to trade; one for each --algorithm")
    parser.add_argument("--capital", action="append", help="dollars; one for each --algorithm")
    parser.add_argument("--data-dir", metavar="DIR", help="folder for the databases and logs of this run")
    parser.add_argument("--summary", metavar="OUT.json", help="write the result of a replay there")
    parser.add_argument("--seed", metavar="N", help="which demo market: another number is another story")
    parser.add_argument("--speed", metavar="X", help=f"of the demo: 1 is real time, {FASTEST:.0f} the default and most")
    parser.add_argument("--port", metavar="P", help="where the page is; a replay has one only if this is given")
    parser.add_argument("--lan", action="store_true", help="show the page in the network too: read and halt only")
    parser.add_argument("--reset-pin", action="store_true", help="forget the PIN, so that a new one can be chosen")
    parser.add_argument("--insecure-env", action="store_true", help="accept a .env that others can read")
    return parser


def paired(algorithms: list[str], tickers: list[str], capitals: list[str]) -> tuple[StartAlgorithm, ...]:
    """Return the algorithms asked for, the first of each list together, then the second; raises ConfigError."""
    if not len(algorithms) == len(tickers) == len(capitals):
        raise ConfigError("Give --algorithm, --ticker and --capital equally often: they are paired in order.")
    return tuple(
        StartAlgorithm(algorithm, _ticker(ticker), _capital(capital))
        for algorithm, ticker, capital in zip(algorithms, tickers, capitals, strict=True)
    )


def _ticker(text: str) -> str:
    if not TICKER.fullmatch(text):
        raise ConfigError(
            f"{text!r} is no ticker: use capital letters as the exchange writes it, such as SPY or BRK.B."
        )
    return text


def _capital(text: str) -> Decimal:
    try:
        capital = Decimal(text)
    except InvalidOperation as error:
        raise ConfigError(f"{text!r} is no amount of dollars: write it like 20000 or 2500.50.") from error
    if not (capital.is_finite() and 0 < capital <= HIGHEST_CAPITAL) or capital != round(capital, 2):
        raise ConfigError(f"{text} dollars cannot be allotted: give an amount above 0, in whole cents.")
    return capital


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_SEED):
        raise ConfigError(f"{text!r} is no seed: give a whole number from 0, such as 7.")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no speed: give a number such as 60.") from error
    if not 0 <= speed <= FASTEST:
        raise ConfigError(f"A speed of {text} is not possible: give 1 for real time, and {FASTEST:.0f} at most.")
    return speed


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_PORT):
        raise ConfigError(f"{text!r} is no port: give a number from 1024 to {HIGHEST_PORT}, or 0 for any free one.")
    return int(text)
