"""Port: the only user of alpaca-py's REST clients. Foreign errors become ours here.

In: calls of the engine and the fetchers. Out: Alpaca's own JSON. Thread: any, one request at a time a line.

Orders have a line of their own, so that no look-up of another thread stands before one. alpaca-py repeats every verb
on 429 and 504, POST included, and sets no time limit: both are switched off here, and a test holds the private names
this relies on against the pinned version. What may be repeated is repeated by `runtime/network/request_line.py`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import requests
from urllib3.exceptions import NewConnectionError

from orchestra.runtime.network.late_pandas import late_pandas

with late_pandas():
    from alpaca.common.enums import Sort
    from alpaca.common.exceptions import APIError
    from alpaca.data.enums import Adjustment, DataFeed
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.data.requests import StockBarsRequest, StockLatestBarRequest
    from alpaca.data.timeframe import TimeFrame
    from alpaca.trading.client import TradingClient
    from alpaca.trading.enums import OrderSide, QueryOrderStatus, TimeInForce
    from alpaca.trading.requests import GetCalendarRequest, GetOrdersRequest, MarketOrderRequest

from database.errors import MarketDataError
from database.timestamps import parse_iso
from orchestra.runtime.clock import Clock
from orchestra.runtime.network.request_line import RequestLine
from orchestra.runtime.network.rest_adapter import (
    CONNECT_SECONDS,
    READ_SECONDS,
    TOO_MANY_REQUESTS,
    AnswerNote,
    RestAdapter,
)
from orchestra.runtime.network.token_bucket import Priority, TokenBucket
from system_databse.errors import BrokerError, BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable

ORDERS_PER_PAGE = 500
SYMBOLS_A_QUESTION = 100
# A page holds up to 10,000; a process that has once held that many as JSON keeps their megabytes for good.
BARS_A_PART = 3_000
MINUTES_A_DAY = 390
DAY = 24 * 3600
DEFINITE = frozenset({400, 401, 403, 404, 422})

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds for a connection, and for each wait for more of an answer."""

    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS


class AlpacaWrapper:
    """REST calls of one account.

    base_url: another Alpaca-compatible server for trading and data alike (no trailing slash), else
    Alpaca's own. feed: 'iex' or 'sip'. clock: given where requests are counted against Alpaca's limits, each
    host's apart, and questions are repeated; where an exchange owns the clock neither is done.
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
        clock: Clock | None = None,
    ) -> None:
        self._trading = TradingClient(key, secret, paper=is_paper, raw_data=True, url_override=base_url)
        self._looking_up = TradingClient(key, secret, paper=is_paper, raw_data=True, url_override=base_url)
        self._data = StockHistoricalDataClient(key, secret, raw_data=True, url_override=base_url)
        self._feed = DataFeed(feed)
        sleep = clock.sleep if clock else None
        trading = TokenBucket(clock.monotonic, clock.sleep) if clock else None
        data = TokenBucket(clock.monotonic, clock.sleep) if clock else None
        self._orders_line = RequestLine(trading, sleep=sleep)
        self._look_up_line = RequestLine(trading, sleep=sleep)
        self._data_line = RequestLine(data, sleep=sleep)
        self.answered = AnswerNote()
        time_limits = limits.connect_seconds, limits.read_seconds
        for client, budget in ((self._trading, trading), (self._looking_up, trading), (self._data, data)):
            _harden(client, RestAdapter(time_limits, budget=budget, clock=clock, note=self.answered))

    @property
    def budget(self) -> TokenBucket | None:
        """Return the budget of the host of account and orders, None where requests are not counted."""
        return self._orders_line.budget

    def account(self) -> dict[str, Any]:
        """Return the account object."""
        return self._ask(self._look_up_line, lambda: _object(self._looking_up.get_account()))

    def clock(self) -> datetime:
        """Return the exchange's time, UTC-aware, as of some moment while the call lasted; it is asked once."""
        with self._look_up_line.turn(Priority.QUERY), _reading():
            return parse_iso(str(_object(self._looking_up.get_clock())["timestamp"]))

    def calendar(self, start: date, end: date) -> list[dict[str, Any]]:
        """Return the sessions from start to end, both included; it is asked once."""
        request = GetCalendarRequest(start=start, end=end)
        with self._look_up_line.turn(Priority.QUERY), _reading():
            return _objects(self._looking_up.get_calendar(request))

    def submit_order(
        self, *, symbol: str, qty: Decimal, side: str, client_order_id: str, is_exit: bool = False
    ) -> dict[str, Any]:
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
        with self._orders_line.turn(Priority.EXIT if is_exit else Priority.ENTRY), _sending():
            return _object(self._trading.submit_order(request))

    def cancel_order(self, broker_order_id: str) -> None:
        """Ask to cancel an order."""
        with self._orders_line.turn(Priority.CANCEL), _reading():
            self._trading.cancel_order_by_id(broker_order_id)

    def order_by_client_id(self, client_order_id: str) -> dict[str, Any] | None:
        """Return the order with our id, or None when the broker answers 404."""
        try:
            return self._ask(self._orders_line, lambda: _object(self._trading.get_order_by_client_id(client_order_id)))
        except BrokerRejected as error:
            if error.status == 404:
                return None
            raise

    def orders(self, after: datetime | None) -> list[dict[str, Any]]:
        """Return orders in any state submitted later than `after`, oldest first, over all pages."""
        found: dict[str, dict[str, Any]] = {}
        while True:
            page = self._order_page(after)
            news = [row for row in page if row["id"] not in found]
            found.update((row["id"], row) for row in news)
            if len(page) < ORDERS_PER_PAGE or not news:
                return list(found.values())
            with _reading():
                after = _just_before(page[-1]["submitted_at"])

    def positions(self) -> list[dict[str, Any]]:
        """Return open positions."""
        return self._ask(self._orders_line, lambda: _objects(self._trading.get_all_positions()))

    def asset(self, symbol: str) -> dict[str, Any] | None:
        """Return the asset, or None when Alpaca does not know the symbol."""
        try:
            return self._ask(self._look_up_line, lambda: _object(self._looking_up.get_asset(symbol)))
        except BrokerRejected as error:
            if error.status in (404, 422):
                return None
            raise

    def all_assets(self) -> list[dict[str, Any]]:
        """Return every active US stock; some megabytes at Alpaca."""
        asked = {"status": "active", "asset_class": "us_equity"}
        return self._ask(self._look_up_line, lambda: _objects(self._looking_up.get("/assets", asked)))

    def latest_price(self, symbol: str) -> float | None:
        """Return the close of the newest minute bar, None when the feed has none."""
        try:
            bar = self.latest_bars([symbol]).get(symbol)
            return None if bar is None else float(bar["c"])
        except (MarketDataError, KeyError, TypeError, ValueError) as error:
            raise BrokerUnavailable(f"There is no price of {symbol} to be had: {error}") from error

    def bars(self, symbols: Sequence[str], start: int, end: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield (symbol, raw bar) of the minute bars with start <= ts < end (epoch seconds).

        A long range is asked for part by part, so that it never lies in memory whole.
        Raises MarketDataError when the broker cannot answer.
        """
        part_seconds = max(1, BARS_A_PART // (MINUTES_A_DAY * max(1, len(symbols)))) * DAY
        for part_start in range(start, end, part_seconds):
            yield from self._bars_of_part(symbols, part_start, min(part_start + part_seconds, end))

    def corporate_actions(self, symbols: Sequence[str], start: date, end: date) -> dict[str, list[Any]]:
        """Return what companies do to their shares, by Alpaca's plural names, with start <= ex date <= end.

        Raises MarketDataError when the broker cannot answer.
        """
        found: dict[str, list[Any]] = {}
        for first in range(0, len(symbols), SYMBOLS_A_QUESTION):
            part = symbols[first : first + SYMBOLS_A_QUESTION]
            asked = {"symbols": ",".join(part), "start": start.isoformat(), "end": end.isoformat(), "limit": "1000"}
            token: object = ""
            while token is not None:
                page = self._market_data(part, partial(self._actions_page, asked, token), Priority.QUERY)
                for kind, rows in _object(page.get("corporate_actions", {})).items():
                    found.setdefault(kind, []).extend(rows)
                token = page.get("next_page_token") or None
        return found

    def _actions_page(self, asked: Mapping[str, str], token: object) -> dict[str, Any]:
        data = {**asked, "page_token": str(token)} if token else dict(asked)
        page = _object(self._data.get("/corporate-actions", data, api_version="v1"))
        if not all(isinstance(rows, list) for rows in _object(page.get("corporate_actions", {})).values()):
            raise TypeError("lists of corporate actions were expected")
        return page

    def activities(self, kinds: Sequence[str], after: date) -> list[dict[str, Any]]:
        """Return the account's newest activities of these kinds since that day, a hundred at most."""
        asked = {"activity_types": ",".join(kinds), "after": f"{after.isoformat()}T00:00:00Z"}
        return self._ask(self._look_up_line, lambda: _objects(self._looking_up.get("/account/activities", asked)))

    def _bars_of_part(self, symbols: Sequence[str], start: int, end: int) -> list[tuple[str, Mapping[str, Any]]]:
        request = StockBarsRequest(
            symbol_or_symbols=list(symbols),
            timeframe=TimeFrame.Minute,
            start=datetime.fromtimestamp(start, UTC),
            end=datetime.fromtimestamp(end - 1, UTC),
            feed=self._feed,
            # On the terms of today's shares: a strategy must not take a split for a crash.
            adjustment=Adjustment.SPLIT,
        )

        def read() -> list[tuple[str, Mapping[str, Any]]]:
            answer = _object(self._data.get_stock_bars(request))
            return [(symbol, bar) for symbol, bars in answer.items() for bar in _objects(bars)]

        return self._market_data(symbols, read, Priority.BACKFILL)

    def latest_bars(self, symbols: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Return the newest raw minute bar of each symbol that has one.

        Raises MarketDataError when the broker cannot answer.
        """
        request = StockLatestBarRequest(symbol_or_symbols=list(symbols), feed=self._feed)

        def read() -> dict[str, Mapping[str, Any]]:
            return {symbol: _object(bar) for symbol, bar in _object(self._data.get_stock_latest_bar(request)).items()}

        return self._market_data(symbols, read, Priority.QUERY)

    def _market_data(self, symbols: Sequence[str], read: Callable[[], Answer], priority: Priority) -> Answer:
        try:
            return self._ask(self._data_line, read, priority)
        except BrokerError as error:
            raise MarketDataError(f"Bars of {', '.join(symbols)} could not be fetched: {error}") from error

    @staticmethod
    def _ask(line: RequestLine, read: Callable[[], Answer], priority: Priority = Priority.QUERY) -> Answer:
        """Return the answer to a question that may safely be repeated."""

        def question() -> Answer:
            with line.turn(priority), _reading():
                return read()

        return line.ask(question)

    def _order_page(self, after: datetime | None) -> list[dict[str, Any]]:
        request = GetOrdersRequest(
            status=QueryOrderStatus.ALL,
            limit=ORDERS_PER_PAGE,
            after=after,
            direction=Sort.ASC,
        )

        def read() -> list[dict[str, Any]]:
            page = _objects(self._trading.get_orders(request))
            if any("id" not in row for row in page):
                raise KeyError("id")
            return page

        return self._ask(self._orders_line, read)


def _harden(client: Any, adapter: RestAdapter) -> None:
    """Switch off blind repetition and mount our adapter; private names of the pinned alpaca-py."""
    client._retry = 0
    client._retry_codes = []
    client._session.mount("http://", adapter)
    client._session.mount("https://", adapter)
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
        if isinstance(translated, BrokerRejected) or _status(error) == TOO_MANY_REQUESTS:
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
