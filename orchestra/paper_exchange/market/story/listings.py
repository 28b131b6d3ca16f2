"""What can be traded: about 300 real tickers with their usual price and volume, and any other well-formed symbol."""

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp
from pathlib import Path

from orchestra.paper_exchange.market.story.chance import fixed

SYMBOL = re.compile(r"[A-Z][A-Z.]{0,9}")
UNKNOWN_PREFIX = "ZZ"
HALTED_PREFIX = "ZH"
LISTINGS_FILE = Path(__file__).with_name("listings.csv")
MILLION = 1_000_000
# Of each hundred stocks so many pay a dividend, and so many split now and then.
PAYERS, SPLITTERS = 0.6, 0.2


@dataclass(frozen=True, slots=True)
class Listing:
    """One symbol. price: dollars around which it moves; daily_shares: usual volume of a session.

    beta: how much of the whole market's moves it follows; own_volatility: standard deviation of its own moves a
    calendar day, as a fraction; dividend: dollars a quarter, 0 for none; split_ratio: new shares for an old one when
    it splits, 1 for never.
    """

    symbol: str
    name: str
    exchange: str
    is_fund: bool
    price: float
    daily_shares: float
    beta: float
    own_volatility: float
    dividend: float
    split_ratio: int

    @property
    def is_always_halted(self) -> bool:
        """Tell whether it exists but never trades."""
        return self.symbol.startswith(HALTED_PREFIX)


@cache
def listed_symbols() -> tuple[str, ...]:
    """Return the real tickers, sorted."""
    return tuple(sorted(_rows()))


@lru_cache(maxsize=1024)
def listing_of(symbol: str) -> Listing | None:
    """Return what is known of a symbol; None when it is malformed or begins with ZZ."""
    if not SYMBOL.fullmatch(symbol) or symbol.startswith(UNKNOWN_PREFIX):
        return None
    row = _rows().get(symbol)
    if row is None:
        return _made_up(symbol)
    return _listing(
        symbol,
        name=row["name"],
        exchange=row["exchange"],
        is_fund=row["kind"] == "fund",
        price=float(row["price"]),
        daily_shares=float(row["million_shares"]) * MILLION,
    )


def _made_up(symbol: str) -> Listing:
    """Return a small company: 5 to 150 dollars, 15,000 to 3 million shares a session."""
    return _listing(
        symbol,
        name=f"{symbol} (made-up company)",
        exchange="NASDAQ" if fixed(symbol, "exchange") < 0.5 else "NYSE",
        is_fund=False,
        price=round(5 * exp(3.4 * fixed(symbol, "price")), 2),
        daily_shares=15_000 * exp(5.3 * fixed(symbol, "volume")),
    )


def _listing(symbol: str, *, name: str, exchange: str, is_fund: bool, price: float, daily_shares: float) -> Listing:
    pays = is_fund or fixed(symbol, "pays") < PAYERS
    splits = not is_fund and fixed(symbol, "splits") < SPLITTERS
    return Listing(
        symbol=symbol,
        name=name,
        exchange=exchange,
        is_fund=is_fund,
        price=price,
        daily_shares=daily_shares,
        beta=1.0 if is_fund else 0.5 + fixed(symbol, "beta"),
        own_volatility=0.003 if is_fund else 0.008 + 0.012 * fixed(symbol, "volatility"),
        dividend=round(price * (0.001 + 0.008 * fixed(symbol, "dividend")), 2) if pays else 0.0,
        split_ratio=2 + int(3 * fixed(symbol, "ratio")) if splits else 1,
    )


@cache
def _rows() -> dict[str, dict[str, str]]:
    with LISTINGS_FILE.open(encoding="utf-8", newline="") as file:
        return {row["symbol"]: row for row in csv.DictReader(file)}
