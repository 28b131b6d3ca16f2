"""The three parts that differ between worlds: clock, feed, broker. Everything else is the same engine.

In: arguments and settings. Out: a World for the builder. Thread: main.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

from database.calendar_manager import MarketCalendar
from database.errors import ConfigError
from orchestra.alpaca_wrapper import AlpacaWrapper
from orchestra.messages.setup import AccountLook, Keys
from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.market.replay import ReplayMarket
from orchestra.paper_exchange.market.story.listings import listing_of
from orchestra.paper_exchange.market.synthetic import SyntheticMarket, seed_of
from orchestra.paper_exchange.schedule import latest_start
from orchestra.paper_exchange.server import PaperExchangeServer
from orchestra.run.broker_wait import BrokerAway
from orchestra.runtime.clock import Clock, SimulatedClock, SystemClock
from orchestra.runtime.network.bounded_document import fetch_document
from orchestra.runtime.settings import Mode, Settings
from orchestra.websocket_manager import StreamAccess
from system_databse.errors import BrokerError, BrokerRejected, BrokerUnavailable

DEMO_KEY = "demo"
WELL_KNOWN = "SPY"
DEMO_SEED = 17
DEMO_CASH = Decimal(100_000)
# Alpaca answers keys of the other kind of account with 401 or 403 and no reason.
_OTHER_ACCOUNT = {
    Mode.PAPER: "Keys of a live account do not open the paper account: create paper keys on Alpaca's paper page.",
    Mode.LIVE: "Paper keys do not open the live account: create keys on Alpaca's live page.",
}


@dataclass(frozen=True, slots=True)
class World:
    """Where a run trades. account_number: the broker's; close: takes down what the world started.

    space_weather: asks NOAA for the K-index, None where the market is not of today.
    """

    mode: Mode
    calendar: MarketCalendar
    clock: Clock
    alpaca: AlpacaWrapper
    access: StreamAccess
    account_number: str
    close: Callable[[], None] = field(default=lambda: None)
    space_weather: Callable[[], bytes] | None = None

    @property
    def lock_step(self) -> SimulatedClock | None:
        """Return the clock that an exchange moves on, or None in real time."""
        return self.clock if isinstance(self.clock, SimulatedClock) else None


def read_market(files: tuple[Path, ...]) -> tuple[ReplayMarket, MarketCalendar]:
    """Return recorded files as a market, and the calendar of the sessions they hold."""
    market = ReplayMarket.read(files, MarketCalendar())
    return market, MarketCalendar(market.days)


def open_replay(book: Path, market: ReplayMarket, calendar: MarketCalendar, *, cash: Decimal) -> World:
    """Start the offline Alpaca on recorded bars, on a free loopback port."""
    return _serve(PaperExchange.open(book, market, calendar, cash=cash, clock=SystemClock()), calendar)


def open_demo(book: Path, *, seed: int, speed: float, clock: Clock) -> World:
    """Start the offline Alpaca on a made-up market, on a free loopback port; or go on where its book stands.

    speed: market seconds a second at most, 0 for as fast as nothing is lost. clock: its time, never later, is where
    a new book begins.
    """
    calendar = MarketCalendar()
    exchange = PaperExchange.open(
        book,
        SyntheticMarket(seed, calendar),
        calendar,
        cash=DEMO_CASH,
        clock=clock,
        speed=speed or None,
        start=latest_start(calendar, int(clock.now().timestamp())),
    )
    return _serve(exchange, calendar)


def require_demo_ticker(ticker: str) -> None:
    """Raise ConfigError for a symbol that the demo market does not know, or never trades."""
    listing = listing_of(ticker)
    if listing is None:
        raise ConfigError(f"The demo market does not know {ticker}: check the ticker; none begins with ZZ.")
    if listing.is_always_halted:
        raise ConfigError(f"{ticker} is always halted in the demo market: choose another ticker.")


def seed_kept(fingerprint: str | None, wanted: int | None) -> int:
    """Return the seed of the demo market: the one its book was kept for or, for a new book, the one wanted.

    Raises ConfigError when another one is wanted, or the book was kept for a market of another kind.
    """
    if fingerprint is None:
        return DEMO_SEED if wanted is None else wanted
    kept = seed_of(fingerprint)
    if kept is None:
        raise ConfigError(f"This book was kept for another market ({fingerprint}): choose another --data-dir.")
    if wanted not in (None, kept):
        raise ConfigError(f"This demo was begun with --seed {kept}: leave --seed out, or choose another --data-dir.")
    return kept


def _serve(exchange: PaperExchange, calendar: MarketCalendar) -> World:
    server = PaperExchangeServer(exchange, port=0, key=DEMO_KEY, secret=DEMO_KEY)

    def close() -> None:
        server.stop()
        exchange.close()

    base_url = server.start()
    clock = SimulatedClock(exchange, exchange.now)
    return offline_world(base_url, calendar, clock, account_number=exchange.account_number, close=close)


def offline_world(
    base_url: str,
    calendar: MarketCalendar,
    clock: SimulatedClock,
    *,
    account_number: str,
    close: Callable[[], None] = lambda: None,
) -> World:
    """Return the world of an offline Alpaca that listens at base_url, in this process or another."""
    sockets = base_url.replace("http://", "ws://", 1)
    return World(
        mode=Mode.DEMO,
        calendar=calendar,
        clock=clock,
        alpaca=AlpacaWrapper(DEMO_KEY, DEMO_KEY, is_paper=True, base_url=base_url, feed="iex"),
        access=StreamAccess(
            DEMO_KEY,
            DEMO_KEY,
            is_paper=True,
            feed="iex",
            data_url=f"{sockets}/v2/iex",
            orders_url=f"{sockets}/stream",
        ),
        account_number=account_number,
        close=close,
    )


def open_alpaca(settings: Settings, mode: Mode) -> World:
    """Return the world of a real Alpaca account; raises ConfigError when the keys do not open it."""
    if settings.alpaca_api_key is None or settings.alpaca_secret_key is None:
        raise ConfigError("ALPACA_API_KEY and ALPACA_SECRET_KEY are missing: put them into .env.")
    key, secret = settings.alpaca_api_key.get_secret_value(), settings.alpaca_secret_key.get_secret_value()
    base_url = settings.alpaca_base_url
    is_paper = mode is not Mode.LIVE
    clock = SystemClock()
    alpaca = AlpacaWrapper(key, secret, is_paper=is_paper, base_url=base_url, feed=settings.data_feed, clock=clock)
    sockets = base_url.replace("http", "ws", 1) if base_url else None
    return World(
        mode=mode,
        calendar=MarketCalendar(),
        clock=clock,
        alpaca=alpaca,
        access=StreamAccess(
            key,
            secret,
            is_paper=is_paper,
            feed=settings.data_feed,
            data_url=f"{sockets}/v2/{settings.data_feed}" if sockets else None,
            orders_url=f"{sockets}/stream" if sockets else None,
        ),
        account_number=_account_number(alpaca, mode),
        space_weather=partial(fetch_document, settings.space_weather_url, clock),
    )


def look_into_account(settings: Settings, keys: Keys, mode: Mode) -> AccountLook:
    """Return what a pair of keys opens; raises ConfigError when it is nothing. The keys are kept nowhere."""
    alpaca = AlpacaWrapper(
        keys.key,
        keys.secret,
        is_paper=mode is not Mode.LIVE,
        base_url=settings.alpaca_base_url,
        feed=settings.data_feed,
    )
    try:
        account = alpaca.account()
        number, cash = str(account["account_number"]), Decimal(str(account["cash"]))
    except BrokerRejected as error:
        raise ConfigError(f"Alpaca refuses these keys ({error.status}). {_OTHER_ACCOUNT[mode]}") from error
    except (BrokerUnavailable, KeyError, ArithmeticError) as error:
        raise ConfigError("Alpaca cannot be reached now: check the network and try again.") from error
    return AccountLook(
        account_number=number,
        status=str(account.get("status", "unknown")),
        cash=cash,
        currency=str(account.get("currency", "USD")),
        feed=settings.data_feed,
        is_feed_allowed=_can_have_prices(alpaca),
    )


def _can_have_prices(alpaca: AlpacaWrapper) -> bool:
    try:
        alpaca.latest_price(WELL_KNOWN)
    except BrokerError:
        return False
    return True


def _account_number(alpaca: AlpacaWrapper, mode: Mode) -> str:
    try:
        return str(alpaca.account()["account_number"])
    except BrokerRejected as error:
        raise ConfigError(
            f"Alpaca refuses the keys for {mode} ({error.status}): check ALPACA_API_KEY and ALPACA_SECRET_KEY in .env."
            f" {_OTHER_ACCOUNT[mode]}"
        ) from error
    except (BrokerUnavailable, KeyError) as error:
        raise BrokerAway("Alpaca cannot be reached: check the network and start again.") from error
