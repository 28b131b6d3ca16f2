"""Run the offline Alpaca alone, for any Alpaca client: `python3 -m orchestra.paper_exchange --port 5055`.

Without `--replay FILE...` the market is synthetic, begins half an hour into the newest session and never ends.

Thread: main; it waits for the end while the clock and the server have threads of their own.
"""

import argparse
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path

from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError, ConfigError
from orchestra.paper_exchange.book.fill_model import EXACT_FILLS, FillModel, FrictionFills
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.market.synthetic import SyntheticMarket
from orchestra.paper_exchange.schedule import latest_start
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.paper_exchange.wire.data_plan import DataPlan
from orchestra.paper_exchange.wire.request_budget import RateLimit
from orchestra.runtime.clock import SystemClock
from orchestra.runtime.directory_lock import DirectoryLock

DEFAULT_SPEED = 60.0
DEFAULT_PORT = 5002
DEFAULT_SEED = 1
DEMO_KEY = "demo"
REFUSED = 2
BOOK = "exchange.db"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit code."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        _serve(options, stop)
    except AutoTraderError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


def _serve(options: argparse.Namespace, stop: threading.Event) -> None:
    calendar, clock = MarketCalendar(), SystemClock()
    # Read before anything is made: a bad file leaves no trace.
    replay = ReplayMarket.read(options.replay, calendar) if options.replay else None
    fill_model = _fill_model(options)
    with _directory(options.data_dir) as directory:
        exchange = PaperExchange.open(
            directory / BOOK,
            replay or SyntheticMarket(DEFAULT_SEED if options.seed is None else options.seed, calendar),
            calendar,
            cash=options.cash,
            clock=clock,
            speed=_speed(options),
            fill_model=fill_model,
            start=None if replay else latest_start(calendar, int(clock.now().timestamp())),
        )
        try:
            _run(exchange, options, directory=directory, stop=stop)
        finally:
            exchange.close()


def _run(exchange: PaperExchange, options: argparse.Namespace, *, directory: Path, stop: threading.Event) -> None:
    server = PaperExchangeServer(
        exchange,
        port=options.port,
        key=options.key,
        secret=options.secret,
        plan=DataPlan.basic() if options.plan == "basic" else DataPlan(),
        rate_limit=RateLimit(options.rate_limit),
    )
    try:
        base_url = _start(server, options.port)
        sys.stdout.write(f"Listening on {base_url}, account {exchange.account_number}.\n")
        sys.stdout.write(f"Keeping the book in {directory}{'' if options.data_dir else ', until the end'}.\n")
        sys.stdout.flush()
        if not options.lock_step:
            exchange.run_free(stop)
        stop.wait()
    finally:
        server.stop()


def _start(server: PaperExchangeServer, port: int) -> str:
    try:
        return server.start()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise ConfigError(
            f"Port {port} cannot be used ({reason}): see who listens there with `ss -ltnp 'sport = :{port}'`, "
            "or choose another one with --port."
        ) from error


@contextmanager
def _directory(given: Path | None) -> Iterator[Path]:
    """Return the locked directory of the book; one that nobody named lasts as long as the program."""
    if given is None:
        with tempfile.TemporaryDirectory(prefix="paper-exchange-") as temporary:
            yield Path(temporary)
        return
    try:
        given.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{given} cannot be used ({error.strerror}): choose another --data-dir.") from error
    lock = DirectoryLock(given / "lock")
    lock.take()
    try:
        yield given
    finally:
        lock.release()


def _fill_model(options: argparse.Namespace) -> FillModel:
    """Return the model of the given costs; without any, orders fill whole at the bar's own prices."""
    if options.volume_cap is None and not options.spread_bps and not options.slippage_bps:
        return EXACT_FILLS
    return FrictionFills(options.volume_cap, options.spread_bps, options.slippage_bps)


def _speed(options: argparse.Namespace) -> float | None:
    """Without an engine somebody has to be able to watch; with one, nothing is lost at any speed."""
    if options.speed is not None or options.lock_step:
        return float(options.speed) if options.speed is not None else None
    return DEFAULT_SPEED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m orchestra.paper_exchange", description=__doc__)
    market = parser.add_mutually_exclusive_group()
    market.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="recorded minute bars")
    market.add_argument("--seed", type=_seed, help=f"of the synthetic market, {DEFAULT_SEED} unless given")
    parser.add_argument("--cash", type=_dollars, default=Decimal(100_000), help="opening cash in dollars")
    parser.add_argument("--data-dir", type=Path, help="directory of exchange.db; a temporary one unless given")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="port on loopback, 0 for any free one")
    parser.add_argument("--key", default=DEMO_KEY, help="API key clients must give")
    parser.add_argument("--secret", default=DEMO_KEY, help="API secret clients must give")
    parser.add_argument("--lock-step", action="store_true", help="move on only when an engine says it is done")
    parser.add_argument("--speed", type=_speed_limit, help=f"market seconds a second at most, {DEFAULT_SPEED:g} alone")
    parser.add_argument("--volume-cap", type=_number, help="fraction of a bar's volume that orders get at most")
    parser.add_argument("--spread-bps", type=_number, default=Decimal(0), help="distance of bid and ask, basis points")
    parser.add_argument("--slippage-bps", type=_number, default=Decimal(0), help="paid on top, basis points")
    parser.add_argument("--plan", choices=("basic", "paid"), default="paid", help="market-data subscription")
    parser.add_argument(
        "--rate-limit",
        choices=tuple(RateLimit),
        default=RateLimit.OFF,
        help="refuse more than 200 requests a minute of market or wall time",
    )
    return parser


def _dollars(text: str) -> Decimal:
    amount = _number(text)
    if amount <= 0:
        raise argparse.ArgumentTypeError(f"{text} is no amount above 0")
    return amount


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text} is no number") from None
    if not number.is_finite():
        raise argparse.ArgumentTypeError(f"{text} is no number")
    return number


def _seed(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no whole number from 0 on")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 2**16:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no port from 0 to 65535")


def _speed_limit(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no speed above 0")
    return speed


if __name__ == "__main__":
    sys.exit(main())
