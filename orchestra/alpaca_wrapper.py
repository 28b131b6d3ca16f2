"""Port: the only user of alpaca-py's REST clients. Foreign errors become ours here.

In: calls of the engine and the fetchers. Out: Alpaca's own JSON. Thread: any, one request at a time a client.

alpaca-py repeats every verb on 429 and 504, POST included, and sets no time limit: both are switched off
here, and a test holds the private names this relies on against the pinned version.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import requests
from alpaca.common.enums import Sort
from alpaca.common.exceptions import APIError
from alpaca.data.enums import DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.requests import StockBarsRequest
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import GetOrdersRequest, MarketOrderRequest
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from database.errors import MarketDataError
from system_databse.errors import BrokerError, BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
ORDERS_PER_PAGE = 500
BARS_A_PAGE = 10_000
MINUTES_A_DAY = 390
DAY = 24 * 3600
RESEND_LATER = frozenset({429})
DEFINITE = frozenset({400, 401, 403, 404, 422})


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds for a connection, and for each wait for more of an answer."""

    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS


class AlpacaWrapper:
    """REST calls of one account.

    base_url: another Alpaca-compatible server for trading and data alike (no trailing slash), else
    Alpaca's own. feed: 'iex' or 'sip'.
    """

    def __init__(
        self,
        key: str,
        secret: str,
        *,
        is_paper: bool,
        base_url: str | None = None,
        feed: str,
        limits: TimeLimits = TimeLimits(),
    ) -> None:
        self._trading = TradingClient(key, secret, paper=is_paper, raw_data=True, url_override=base_url)
        self._data = StockHistoricalDataClient(key, secret, raw_data=True, url_override=base_url)
        self._feed = DataFeed(feed)
        self._trading_lock = threading.Lock()
        self._data_lock = threading.Lock()
        for client in (self._trading, self._data):
            _harden(client, limits)

    def account(self) -> dict[str, Any]:
        """Return the account object."""
        with self._trading_lock, _reading():
            return _object(self._trading.get_account())

    def submit_order(self, *, symbol: str, qty: Decimal, side: str, client_order_id: str) -> dict[str, Any]:
        """Send a market DAY order, once.

        Raises BrokerRejected, BrokerUnavailable (surely not accepted) or BrokerOutcomeUnknown.
        """
        request = MarketOrderRequest(
            symbol=symbol,
            qty=float(qty),
            side=OrderSide(side),
            time_in_force=TimeInForce.DAY,
            client_order_id=client_order_id,
        )
        with self._trading_lock, _sending():
            return _object(self._trading.submit_order(request))

    def cancel_order(self, broker_order_id: str) -> None:
        """Ask to cancel an order."""
        with self._trading_lock, _reading():
            self._trading.cancel_order_by_id(broker_order_id)

    def order_by_client_id(self, client_order_id: str) -> dict[str, Any] | None:
        """Return the order with our id, or None when the broker answers 404."""
        try:
            with self._trading_lock, _reading():
                return _object(self._trading.get_order_by_client_id(client_order_id))
        except BrokerRejected as error:
            if error.status == 404:
                return None
            raise

    def orders(self, after: datetime | None) -> list[dict[str, Any]]:
        """Return orders in any state submitted later than `after`, oldest first, over all pages."""
        found: dict[str, dict[str, Any]] = {}
        with self._trading_lock, _reading():
            while True:
                page = self._order_page(after)
                news = [row for row in page if row["id"] not in found]
                found.update((row["id"], row) for row in news)
                if len(page) < ORDERS_PER_PAGE or not news:
                    return list(found.values())
                after = _just_before(page[-1]["submitted_at"])

    def positions(self) -> list[dict[str, Any]]:
        """Return open positions."""
        with self._trading_lock, _reading():
            return _objects(self._trading.get_all_positions())

    def asset(self, symbol: str) -> dict[str, Any] | None:
        """Return the asset, or None when Alpaca does not know the symbol."""
        try:
            with self._trading_lock, _reading():
                return _object(self._trading.get_asset(symbol))
        except BrokerRejected as error:
            if error.status in (404, 422):
                return None
            raise

    def bars(self, symbols: Sequence[str], start: int, end: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield (symbol, raw bar) of the minute bars with start <= ts < end (epoch seconds).

        A long range is asked for part by part, about a full page each, so that it never lies in memory whole.
        Raises MarketDataError when the broker cannot answer.
        """
        part_seconds = max(1, BARS_A_PAGE // (MINUTES_A_DAY * max(1, len(symbols)))) * DAY
        for part_start in range(start, end, part_seconds):
            yield from self._bars_of_part(symbols, part_start, min(part_start + part_seconds, end))

    def _bars_of_part(self, symbols: Sequence[str], start: int, end: int) -> list[tuple[str, Mapping[str, Any]]]:
        request = StockBarsRequest(
            symbol_or_symbols=list(symbols),
            timeframe=TimeFrame.Minute,
            start=datetime.fromtimestamp(start, UTC),
            end=datetime.fromtimestamp(end - 1, UTC),
            feed=self._feed,
        )
        try:
            with self._data_lock, _reading():
                answer = _object(self._data.get_stock_bars(request))
                return [(symbol, bar) for symbol, bars in answer.items() for bar in _objects(bars)]
        except BrokerError as error:
            raise MarketDataError(f"Bars of {', '.join(symbols)} could not be fetched: {error}") from error

    def _order_page(self, after: datetime | None) -> list[dict[str, Any]]:
        request = GetOrdersRequest(
            status=QueryOrderStatus.ALL,
            limit=ORDERS_PER_PAGE,
            after=after,
            direction=Sort.ASC,
        )
        return _objects(self._trading.get_orders(request))


class _TimeLimitAdapter(HTTPAdapter):
    """Give every request a time limit; requests has none of its own."""

    def __init__(self, limits: TimeLimits) -> None:
        super().__init__()
        self._limits = limits

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        options["timeout"] = (self._limits.connect_seconds, self._limits.read_seconds)
        return super().send(request, **options)


def _harden(client: Any, limits: TimeLimits) -> None:
    """Switch off blind repetition and mount the time limit; private names of the pinned alpaca-py."""
    client._retry = 0
    client._retry_codes = []
    client._session.mount("http://", _TimeLimitAdapter(limits))
    client._session.mount("https://", _TimeLimitAdapter(limits))
    # The machine's proxy settings must not see order traffic to loopback.
    client._session.trust_env = False


@contextmanager
def _reading() -> Iterator[None]:
    """Translate errors of a request that may safely be repeated."""
    try:
        yield
    except APIError as error:
        raise _translated(error) from error
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokerUnavailable(f"The broker did not answer properly ({type(error).__name__}: {error}).") from error


@contextmanager
def _sending() -> Iterator[None]:
    """Translate errors of sending an order; whatever may have reached the broker is *unknown*."""
    try:
        yield
    except APIError as error:
        translated = _translated(error)
        if isinstance(translated, BrokerRejected) or _status(error) in RESEND_LATER:
            raise translated from error
        raise BrokerOutcomeUnknown(f"The broker's answer to an order was {_status(error)}.") from error
    except requests.ConnectTimeout as error:
        raise BrokerUnavailable("The broker could not be reached; the order was not sent.") from error
    except requests.RequestException as error:
        if _never_connected(error):
            raise BrokerUnavailable("The broker could not be reached; the order was not sent.") from error
        raise BrokerOutcomeUnknown(f"The answer to an order was lost ({type(error).__name__}).") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise BrokerOutcomeUnknown(f"The answer to an order made no sense ({error}).") from error


def _translated(error: APIError) -> BrokerError:
    status = _status(error)
    message, code = _body(error)
    if status in DEFINITE:
        return BrokerRejected(message, status=status, code=code)
    return BrokerUnavailable(f"The broker answered {status}: {message}")


def _status(error: APIError) -> int:
    return int(error.status_code or 0)


def _body(error: APIError) -> tuple[str, int | None]:
    """Read the error body defensively: it may be HTML, and code or message may be absent."""
    text = str(error)
    try:
        body = json.loads(text)
    except ValueError:
        return text[:200], None
    if not isinstance(body, dict):
        return text[:200], None
    code = body.get("code")
    return str(body.get("message", text))[:500], code if isinstance(code, int) else None


def _never_connected(error: requests.RequestException) -> bool:
    """Say whether there was no host or no connection, so that no byte of the order left this machine."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _object(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise TypeError(f"an object was expected, not {str(answer)[:80]!r}")
    return answer


def _objects(answer: object) -> list[dict[str, Any]]:
    if not isinstance(answer, list):
        raise TypeError(f"a list was expected, not {str(answer)[:80]!r}")
    return [_object(row) for row in answer]


def _just_before(submitted_at: str) -> datetime:
    """Return a bound that surely holds the page's last order again; ids remove the repetition."""
    return datetime.fromisoformat(submitted_at).replace(microsecond=0)
