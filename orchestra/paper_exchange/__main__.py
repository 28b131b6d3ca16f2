"""Run the offline Alpaca alone, for any Alpaca client: `python3 -m orchestra.paper_exchange --replay FILE...`.

Thread: main; it waits for the end while the clock and the server have threads of their own.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from database.calendar_manager import MarketCalendar
from database.errors import AutoTraderError, ConfigError
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.runtime.clock import SystemClock

DEFAULT_SPEED = 60.0
DEFAULT_PORT = 5002
DEMO_KEY = "demo"
REFUSED = 2


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
    calendar = MarketCalendar()
    market = ReplayMarket.read(options.replay, calendar)
    exchange = PaperExchange.open(
        _book_path(options.data_dir), market, calendar, cash=options.cash, clock=SystemClock(), speed=_speed(options)
    )
    server = PaperExchangeServer(exchange, port=options.port, key=options.key, secret=options.secret)
    try:
        base_url = _start(server, options.port)
        sys.stdout.write(f"Listening on {base_url}, account {exchange.account_number}.\n")
        sys.stdout.flush()
        if not options.lock_step:
            exchange.run_free(stop)
        stop.wait()
    finally:
        server.stop()
        exchange.close()


def _start(server: PaperExchangeServer, port: int) -> str:
    try:
        return server.start()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise ConfigError(f"Port {port} cannot be used ({reason}): choose another one with --port.") from error


def _book_path(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{directory} cannot be used ({error.strerror}): choose another --data-dir.") from error
    return directory / "exchange.db"


def _speed(options: argparse.Namespace) -> float | None:
    """Without an engine somebody has to be able to watch; with one, nothing is lost at any speed."""
    if options.speed is not None or options.lock_step:
        return float(options.speed) if options.speed is not None else None
    return DEFAULT_SPEED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m orchestra.paper_exchange", description=__doc__)
    parser.add_argument("--replay", type=Path, nargs="+", required=True, metavar="FILE", help="recorded minute bars")
    parser.add_argument("--cash", type=_dollars, default=Decimal(100_000), help="opening cash in dollars")
    parser.add_argument("--data-dir", type=Path, required=True, help="directory of exchange.db")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on loopback, 0 for any free one")
    parser.add_argument("--key", default=DEMO_KEY, help="API key clients must give")
    parser.add_argument("--secret", default=DEMO_KEY, help="API secret clients must give")
    parser.add_argument("--lock-step", action="store_true", help="move on only when an engine says it is done")
    parser.add_argument("--speed", type=_speed_limit, help="market seconds a second at most")
    return parser


def _dollars(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text} is no amount of dollars") from None
    if not amount.is_finite() or amount <= 0:
        raise argparse.ArgumentTypeError(f"{text} is no amount above 0")
    return amount


def _speed_limit(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no speed above 0")
    return speed


if __name__ == "__main__":
    sys.exit(main())
