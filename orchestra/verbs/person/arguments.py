"""What the verbs about backtests are asked: algorithms, bars, days, costs; each checked before anything is read.

In: arguments. Out: a BacktestRequest, or ConfigError in one plain sentence. Thread: main.
"""

import argparse
import math
import os
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from database.errors import ConfigError
from orchestra.backtest.request import BacktestRequest, Costs
from orchestra.messages.commands import StartAlgorithm
from orchestra.run.command_line import Parser, paired

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "system_databse" / "backtests"
HIGHEST_BPS = Decimal(10_000)
HIGHEST_COMMISSION = Decimal(1_000_000)
LOWEST_CAP, HIGHEST_CAP = Decimal("0.01"), Decimal(100)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Which algorithm (where there are several), the name, the value.
PARAM = re.compile(r"(?:([0-9]{1,4}):)?([^:=]+)=(.*)", re.DOTALL)
# No number of a strategy has more characters; what has is a text.
LONGEST_NUMBER = 40


def parser_for(verb: str, help_text: str) -> Parser:
    """Return a parser for one verb."""
    return Parser(prog=f"orchestrator.py {verb}", description=help_text)


def add_request(parser: argparse.ArgumentParser) -> None:
    """Add what every verb that plays a backtest is asked."""
    parser.add_argument("--algorithm", action="append", help="name of a file in algorithm/, or a path; may repeat")
    parser.add_argument("--ticker", action="append", help="symbol to trade; one for each --algorithm")
    parser.add_argument("--capital", action="append", help="dollars; one for each --algorithm")
    parser.add_argument(
        "--param",
        action="append",
        metavar="NAME=VALUE",
        help="of its PARAMETERS; of several algorithms, 2:NAME=VALUE is for the 2nd",
    )
    parser.add_argument(
        "--data", nargs="+", action="extend", metavar="FILE", help="recorded bars (CSV, .gz); else those stored"
    )
    add_days(parser)
    parser.add_argument("--data-dir", metavar="DIR", help="whose market.db is read when no files are named")
    costs = parser.add_argument_group("what dealing costs; nothing unless given")
    costs.add_argument("--commission-per-order", metavar="DOLLARS")
    costs.add_argument("--commission-per-share", metavar="DOLLARS")
    costs.add_argument("--commission-bps", metavar="BPS", help="basis points of what is dealt")
    costs.add_argument("--regulatory-fees", action="store_true", help="the regulators' fees that Alpaca passes on")
    costs.add_argument("--spread-bps", metavar="BPS", help="distance of bid and ask; each side pays half")
    costs.add_argument("--slippage-bps", metavar="BPS", help="on top of it")
    costs.add_argument("--volume-cap", metavar="PERCENT", help="of a bar's volume that all orders together get")


def add_days(parser: argparse.ArgumentParser) -> None:
    """Add the first and the last day."""
    parser.add_argument("--from", dest="first_day", metavar="DAY", help="first New York day, such as 2024-01-02")
    parser.add_argument("--to", dest="last_day", metavar="DAY", help="last day, included")


def request_of(given: argparse.Namespace) -> BacktestRequest:
    """Return the request; raises ConfigError for the first thing that cannot be."""
    algorithms = paired(given.algorithm or [], given.ticker or [], given.capital or [])
    if not algorithms:
        raise ConfigError("Name at least one --algorithm with its --ticker and --capital.")
    first, last = days_of(given)
    return BacktestRequest(
        algorithms=_with_params(algorithms, given.param or []),
        data=tuple(_file(name) for name in given.data or ()),
        first_day=first,
        last_day=last,
        costs=_costs(given),
        market_db=market_db(given.data_dir),
    )


def days_of(given: argparse.Namespace) -> tuple[date | None, date | None]:
    """Return the first and the last day."""
    first, last = day(given.first_day, "--from"), day(given.last_day, "--to")
    if first is not None and last is not None and last < first:
        raise ConfigError(f"--to {last} is before --from {first}: give the days the other way round.")
    return first, last


def day(text: str | None, name: str) -> date | None:
    """Return a New York day."""
    if text is None:
        return None
    try:
        # Python also reads 2024-W01-2, which nobody means.
        return date.fromisoformat(text if DAY.fullmatch(text) else "")
    except ValueError as error:
        raise ConfigError(f"{name} {text[:40]!r} is no day: write it like 2024-01-02.") from error


def market_db(data_dir: str | None) -> Path:
    """Return the market database of a data directory, or that of the house."""
    if data_dir is None:
        return ROOT / "database" / "market.db"
    return folder(data_dir, "--data-dir") / "market.db"


def folder(name: str, option: str) -> Path:
    """Return a folder that was named; raises ConfigError for an empty name, which would be the working directory."""
    if not name:
        raise ConfigError(f"{option} is empty: name a folder.")
    return Path(name).absolute()


def writable(name: str | None) -> Path | None:
    """Return where something is to be written; raises ConfigError now rather than after an hour. Nothing is left."""
    if name is None:
        return None
    path = Path(name).absolute()
    is_new = not path.exists()
    try:
        with path.open("a", encoding="utf-8"):
            pass
        if is_new:
            path.unlink()
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}): name another file.") from error
    return path


def writable_folder(name: str | None, option: str) -> Path | None:
    """Return a folder for files to be written, which need not be there yet; raises ConfigError now."""
    if name is None:
        return None
    path = folder(name, option)
    nearest = next(each for each in (path, *path.parents) if each.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise ConfigError(f"{path} cannot be a folder of yours: name another one for {option}.")
    return path


def require_apart(
    written: Collection[Path | None], request: BacktestRequest | None = None, *, read: Collection[Path] = ()
) -> None:
    """Raise ConfigError when one file would be written twice, or over what the request or the verb reads."""
    files = [path.resolve() for path in written if path is not None]
    asked = [*request.data, *(Path(each.algorithm) for each in request.algorithms)] if request else []
    market = [request.market_db] if request and request.market_db else []
    kept = {path.resolve() for path in (*asked, *market, *read)}
    for path in files:
        if files.count(path) > 1 or path in kept:
            raise ConfigError(f"{path} is named twice, and would be overwritten: name another file.")


def value_of(text: str) -> Any:
    """Return a parameter's value: a finite number, true, false, none, or the text itself."""
    words = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            number = kind(text if len(text) <= LONGEST_NUMBER else "")
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return text


def _with_params(algorithms: tuple[StartAlgorithm, ...], texts: list[str]) -> tuple[StartAlgorithm, ...]:
    params: list[dict[str, object]] = [{} for _ in algorithms]
    for text in texts:
        place, name, value = _param(text, len(algorithms))
        if name in params[place]:
            raise ConfigError(f"--param {name[:40]} is given twice: leave one out.")
        params[place][name] = value_of(value)
    return tuple(replace(each, params=own) for each, own in zip(algorithms, params, strict=True))


def _param(text: str, algorithms: int) -> tuple[int, str, str]:
    """Return the algorithm's place, from 0, the name and the value."""
    found = PARAM.fullmatch(text)
    if found is None:
        raise ConfigError(f"--param {text[:40]!r} is not understood: write NAME=VALUE, or 2:NAME=VALUE for the second.")
    number, name, value = found.groups()
    if number is None and algorithms > 1:
        raise ConfigError(f"--param {text[:40]!r} may be meant for each algorithm: write 1:{text[:40]} for the first.")
    place = 1 if number is None else int(number)
    if not 1 <= place <= algorithms:
        raise ConfigError(f"--param {text[:40]!r} is for algorithm {place}, and there are {algorithms}.")
    return place - 1, name, value


def _file(name: str) -> Path:
    path = Path(name).absolute()
    if not path.is_file():
        raise ConfigError(f"There is no file {path}: check --data.")
    return path


def _costs(given: argparse.Namespace) -> Costs:
    cap = _number(given.volume_cap, "--volume-cap", highest=HIGHEST_CAP)
    if given.volume_cap is not None and cap < LOWEST_CAP:
        raise ConfigError(f"--volume-cap {given.volume_cap} would fill nothing: give {LOWEST_CAP} to {HIGHEST_CAP}.")
    return Costs(
        commission_per_order=_number(given.commission_per_order, "--commission-per-order", highest=HIGHEST_COMMISSION),
        commission_per_share=_number(given.commission_per_share, "--commission-per-share", highest=HIGHEST_COMMISSION),
        commission_bps=_number(given.commission_bps, "--commission-bps", highest=HIGHEST_BPS),
        has_regulatory_fees=given.regulatory_fees,
        spread_bps=_number(given.spread_bps, "--spread-bps", highest=HIGHEST_BPS),
        slippage_bps=_number(given.slippage_bps, "--slippage-bps", highest=HIGHEST_BPS),
        volume_fraction=cap / 100 if given.volume_cap is not None else None,
    )


def _number(text: str | None, name: str, *, highest: Decimal) -> Decimal:
    if text is None:
        return Decimal(0)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and 0 <= number <= highest):
        raise ConfigError(f"{name} {text[:40]!r} cannot be: give a number from 0 to {highest}.")
    return number
