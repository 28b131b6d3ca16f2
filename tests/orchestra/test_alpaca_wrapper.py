"""The REST port against a tiny server that answers, and fails to answer, as brokers do."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from database.errors import MarketDataError
from database.timestamps import parse_iso
from orchestra.alpaca_wrapper import CONNECT_SECONDS, DAY, ORDERS_PER_PAGE, READ_SECONDS, AlpacaWrapper, TimeLimits
from orchestra.runtime.clock import SystemClock
from system_databse.errors import BrokerError, BrokerOutcomeUnknown, BrokerRejected, BrokerUnavailable

LIMITS = TimeLimits(connect_seconds=0.3, read_seconds=0.3)
ORDER_ID = "61e69015-8549-4bfd-b9c3-01e75843f47d"

Answer = tuple[int, str | bytes]


class TinyServer:
    """Answer each request with what `answer(method, target)` returns; None is silence, an int resets after reading."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        self.answer: Callable[[str, str], Answer | int | None] = lambda _method, _target: (200, "{}")
        self.headers = ""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()
        for connection in self._open:
            connection.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            head = b""
            while (line := stream.readline()).strip():
                head += line
            if not head:
                return
            method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
            length = next((int(row.split(b":")[1]) for row in head.split(b"\r\n") if b"ontent-Length" in row), 0)
            self.requests.append((method, target, stream.read(length)))
            answer = self.answer(method, target)
            if isinstance(answer, tuple):
                body = answer[1].encode() if isinstance(answer[1], str) else answer[1]
                start = (
                    f"HTTP/1.1 {answer[0]} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{self.headers}\r\n"
                )
                connection.sendall(start.encode() + body)
                connection.close()
            elif isinstance(answer, int):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if isinstance(answer, int):
            connection.close()


@pytest.fixture
def server() -> Iterator[TinyServer]:
    server = TinyServer()
    yield server
    server.close()


@pytest.fixture
def alpaca(server: TinyServer) -> AlpacaWrapper:
    return AlpacaWrapper("key", "secret", is_paper=True, base_url=server.url, feed="iex", limits=LIMITS)


def submit(alpaca: AlpacaWrapper) -> dict[str, Any]:
    return alpaca.submit_order(symbol="SPY", qty=Decimal(2), side="buy", client_order_id="at-1")


ERRORS: list[tuple[int, str, int | None, str]] = [
    (401, '{"code":40110000,"message":"request is not authorized"}', 40110000, "request is not authorized"),
    (401, '{"message": "unauthorized."}', None, "unauthorized."),
    (403, '{"message": "forbidden."}', None, "forbidden."),
    (
        403,
        '{"buying_power":"0","code":40310000,"message":"insufficient buying power"}',
        40310000,
        "insufficient buying",
    ),
    (
        403,
        '{"code":40310000,"existing_order_id":"x","message":"potential wash trade detected"}',
        40310000,
        "wash trade",
    ),
    (403, '{"code":40310100,"message":"trade denied due to pattern day trading"}', 40310100, "pattern day"),
    (404, '{"code":40410000,"message":"order not found for x"}', 40410000, "order not found"),
    (422, '{"code":40010001,"message":"client_order_id must be unique"}', 40010001, "must be unique"),
    (422, '{"code":42210000,"message":"asset \\"X\\" is not tradable"}', 42210000, "not tradable"),
    (422, "<html><body>Unprocessable</body></html>", None, "<html>"),
    (400, "", None, ""),
    (403, '["a list"]', None, "a list"),
    (403, '{"code":"text","message":null}', None, "None"),
]


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize(("status", "body", "code", "text"), ERRORS)
@pytest.mark.parametrize("call", [submit, AlpacaWrapper.account])
def test_definite_refusal_keeps_status_code_and_words(
    server: TinyServer, alpaca: AlpacaWrapper, status: int, body: str, code: int | None, text: str, call: Any
) -> None:
    server.answer = lambda *_: (status, body)
    with pytest.raises(BrokerRejected) as caught:
        call(alpaca)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert text in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, '{"code":42910000,"message":"rate limit exceeded"}', BrokerUnavailable),
        (429, "too many requests.", BrokerUnavailable),
        (500, '{"code":50010000,"message":"internal server error occurred"}', BrokerOutcomeUnknown),
        (502, "<html>Bad Gateway</html>", BrokerOutcomeUnknown),
        (503, "", BrokerOutcomeUnknown),
        (504, "<html>Gateway Time-out</html>", BrokerOutcomeUnknown),
        (408, "", BrokerOutcomeUnknown),
        (409, "{}", BrokerOutcomeUnknown),
        (200, "", BrokerOutcomeUnknown),
        (200, "null", BrokerOutcomeUnknown),
        (200, "[]", BrokerOutcomeUnknown),
        (200, '"accepted"', BrokerOutcomeUnknown),
        (200, "<html>login</html>", BrokerOutcomeUnknown),
        (200, '{"id":', BrokerOutcomeUnknown),
        (200, b"\xff\xfe\x00", BrokerOutcomeUnknown),
        (204, "", BrokerOutcomeUnknown),
        (302, "", BrokerOutcomeUnknown),
    ],
)
def test_order_is_sent_once_and_doubt_is_doubt(
    server: TinyServer, alpaca: AlpacaWrapper, status: int, body: str | bytes, kind: type[BrokerError]
) -> None:
    server.answer = lambda *_: (status, body)
    with pytest.raises(BrokerError) as caught:
        submit(alpaca)
    assert type(caught.value) is kind
    assert [method for method, _, _ in server.requests] == ["POST"]


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 200, 302])
def test_reading_that_fails_may_be_tried_again_later(server: TinyServer, alpaca: AlpacaWrapper, status: int) -> None:
    server.answer = lambda *_: (status, "<html>")
    for call in (alpaca.account, alpaca.positions, lambda: alpaca.orders(None), lambda: alpaca.asset("SPY")):
        with pytest.raises(BrokerUnavailable):
            call()
    with pytest.raises(MarketDataError, match="SPY"):
        list(alpaca.bars(["SPY"], 0, 60))
    assert len(server.requests) == 5


@pytest.mark.parametrize("silence", [None, 0])
def test_lost_answer_to_an_order_is_unknown_and_to_a_question_is_not(
    server: TinyServer, alpaca: AlpacaWrapper, silence: int | None
) -> None:
    server.answer = lambda *_: silence
    with pytest.raises(BrokerOutcomeUnknown):
        submit(alpaca)
    with pytest.raises(BrokerUnavailable):
        alpaca.account()
    assert [method for method, _, _ in server.requests] == ["POST", "GET"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://nowhere.localhost.invalid"])
def test_order_that_never_left_is_not_in_doubt(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def no_such_host(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    if "invalid" in address:
        monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    alpaca = AlpacaWrapper("k", "s", is_paper=True, base_url=address.format(port=port), feed="iex", limits=LIMITS)
    with pytest.raises(BrokerUnavailable, match="not sent"):
        submit(alpaca)


def test_order_goes_out_as_alpaca_reads_it(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    server.answer = lambda *_: (200, f'{{"id":"{ORDER_ID}"}}')
    assert submit(alpaca) == {"id": ORDER_ID}
    method, target, body = server.requests[0]
    assert (method, target) == ("POST", "/v2/orders")
    sent = {"symbol": "SPY", "qty": 2.0, "side": "buy", "type": "market", "time_in_force": "day"}
    assert json.loads(body) == sent | {"client_order_id": "at-1"}


def test_unknown_id_and_unknown_symbol_are_answers(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    server.answer = lambda *_: (404, '{"code":40410000,"message":"order not found"}')
    assert alpaca.order_by_client_id("at-1") is None
    assert alpaca.asset("NONE") is None
    server.answer = lambda *_: (401, "{}")
    with pytest.raises(BrokerRejected):
        alpaca.order_by_client_id("at-1")


def test_cancel_that_comes_too_late_is_refused(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    server.answer = lambda *_: (204, "")
    alpaca.cancel_order(ORDER_ID)
    server.answer = lambda *_: (422, '{"code":42210000,"message":"order is already in \\"filled\\" state"}')
    with pytest.raises(BrokerRejected, match="already"):
        alpaca.cancel_order(ORDER_ID)
    assert [method for method, _, _ in server.requests] == ["DELETE", "DELETE"]


@pytest.mark.parametrize("count", [0, 1, ORDERS_PER_PAGE - 1, ORDERS_PER_PAGE, ORDERS_PER_PAGE + 1, 1_203])
def test_orders_come_whole_over_all_pages(server: TinyServer, alpaca: AlpacaWrapper, count: int) -> None:
    """Times in nanoseconds, three orders a microsecond: pages break inside it."""
    start = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp())

    def submitted_at(number: int) -> str:
        moment = datetime.fromtimestamp(start + number // 3, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{moment}.12345678{number % 3}Z"

    rows = [{"id": f"{number}", "submitted_at": submitted_at(number)} for number in range(count)]

    def page(_method: str, target: str) -> Answer:
        query = parse_qs(urlsplit(target).query)
        after = datetime.fromisoformat(query["after"][0]) if "after" in query else datetime(1970, 1, 1, tzinfo=UTC)
        later = [row for row in rows if datetime.fromisoformat(row["submitted_at"]) > after]
        return 200, json.dumps(later[: int(query["limit"][0])])

    server.answer = page
    assert alpaca.orders(None) == rows
    assert "direction=asc" in server.requests[0][1]
    assert "status=all" in server.requests[0][1]


@pytest.mark.parametrize("row", [{}, {"id": "1"}, {"id": "1", "submitted_at": None}, "text"])
def test_order_page_that_makes_no_sense_is_unavailable(server: TinyServer, alpaca: AlpacaWrapper, row: object) -> None:
    server.answer = lambda *_: (200, json.dumps([row] * ORDERS_PER_PAGE))
    with pytest.raises(BrokerUnavailable):
        alpaca.orders(None)


def test_bars_come_whole_over_all_pages(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    def page(_method: str, target: str) -> Answer:
        token = parse_qs(urlsplit(target).query).get("page_token", ["0"])[0]
        bar = {"t": f"2026-11-20T14:3{token}:00Z", "c": 1.0}
        following = str(int(token) + 1) if token != "3" else None
        symbol = "SPY" if int(token) < 2 else "QQQ"
        return 200, json.dumps({"bars": {symbol: [bar]}, "next_page_token": following})

    server.answer = page
    found = list(alpaca.bars(["SPY", "QQQ"], 1_795_185_000, 1_795_185_240))
    assert [(symbol, bar["t"][14:16]) for symbol, bar in found] == [
        ("SPY", "30"),
        ("SPY", "31"),
        ("QQQ", "32"),
        ("QQQ", "33"),
    ]
    query = parse_qs(urlsplit(server.requests[0][1]).query)
    assert query["feed"] == ["iex"]
    assert query["timeframe"] == ["1Min"]


@pytest.mark.parametrize("symbols", [["SPY"], ["SPY", "QQQ", "NVDA"]])
def test_a_long_range_is_asked_for_in_parts_that_fit_together(
    server: TinyServer, alpaca: AlpacaWrapper, symbols: list[str]
) -> None:
    server.answer = lambda _method, _target: (200, json.dumps({"bars": {}, "next_page_token": None}))
    start, end = 1_795_185_000, 1_795_185_000 + 28 * DAY
    assert list(alpaca.bars(symbols, start, end)) == []
    queries = [parse_qs(urlsplit(target).query) for _, target, _ in server.requests]
    parts = [tuple(parse_iso(query[name][0]).timestamp() for name in ("start", "end")) for query in queries]
    assert (parts[0][0], parts[-1][1]) == (start, end - 1)
    assert [after[0] - before[1] for before, after in pairwise(parts)] == [1] * (len(parts) - 1)
    days = max((last + 1 - first) / DAY for first, last in parts)
    assert 1_000 < days * 390 * len(symbols) <= 3_000


@pytest.mark.requirement("S2-74")
@pytest.mark.parametrize("body", ['{"bars":{}}', '{"bars":{"SPY":[]},"next_page_token":null}'])
def test_symbol_without_bars_has_none(server: TinyServer, alpaca: AlpacaWrapper, body: str) -> None:
    server.answer = lambda *_: (200, body)
    assert list(alpaca.bars(["SPY"], 0, 60)) == []


@pytest.mark.parametrize("body", ['{"bars":null}', '{"bars":{"SPY":null}}', '{"bars":{"SPY":[1]}}', "{}", "[]"])
def test_bars_that_make_no_sense_are_missing(server: TinyServer, alpaca: AlpacaWrapper, body: str) -> None:
    server.answer = lambda *_: (200, body)
    with pytest.raises(MarketDataError):
        list(alpaca.bars(["SPY"], 0, 60))


def test_proxy_settings_of_the_machine_are_ignored(server: TinyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answer = lambda *_: (200, '{"account_number":"PA1"}')
    alpaca = AlpacaWrapper("k", "s", is_paper=True, base_url=server.url, feed="iex", limits=LIMITS)
    assert alpaca.account() == {"account_number": "PA1"}


def test_blind_repetition_is_switched_off_and_every_request_is_limited() -> None:
    alpaca = AlpacaWrapper("k", "s", is_paper=True, feed="iex")
    for client in (alpaca._trading, alpaca._looking_up, alpaca._data):
        assert {"_retry", "_retry_codes", "_session"} <= vars(client).keys()
        assert (client._retry, client._retry_codes) == (0, [])
        for address in ("http://x", "https://x"):
            limits = client._session.get_adapter(address)._time_limits
            assert limits == (CONNECT_SECONDS, READ_SECONDS)


@pytest.mark.requirement("S0-14")
@pytest.mark.parametrize(("is_paper", "host"), [(True, "paper-api.alpaca.markets"), (False, "api.alpaca.markets")])
def test_paper_and_live_are_two_hosts(is_paper: bool, host: str) -> None:
    alpaca = AlpacaWrapper("k", "s", is_paper=is_paper, feed="iex")
    assert urlsplit(str(getattr(alpaca._trading._base_url, "value", alpaca._trading._base_url))).hostname == host


class HandClock(SystemClock):
    """Time that only waiting moves."""

    def __init__(self) -> None:
        self.seconds = 5_000.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


def counted(server: TinyServer, clock: HandClock) -> AlpacaWrapper:
    return AlpacaWrapper("key", "secret", is_paper=True, base_url=server.url, feed="iex", limits=LIMITS, clock=clock)


@pytest.mark.requirement("S2-71")
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 200])
def test_question_without_an_answer_is_asked_four_times_and_an_order_once(server: TinyServer, status: int) -> None:
    clock = HandClock()
    alpaca = counted(server, clock)
    server.answer = lambda *_: (status, "<html>")
    with pytest.raises(BrokerUnavailable):
        alpaca.account()
    assert len(server.requests) == len(clock.waits) + 1 == 4
    assert all(base <= wait <= base + 0.25 for base, wait in zip((0.5, 1.0, 2.0), clock.waits, strict=True))
    with pytest.raises(BrokerOutcomeUnknown):
        submit(alpaca)
    assert [method for method, _, _ in server.requests].count("POST") == 1


def test_question_is_answered_by_the_third_attempt(server: TinyServer) -> None:
    alpaca = counted(server, HandClock())
    server.answer = lambda *_: (200, '{"a":1}') if len(server.requests) == 3 else (503, "")
    assert alpaca.account() == {"a": 1}


@pytest.mark.requirement("S2-71")
def test_refused_question_is_not_asked_again(server: TinyServer) -> None:
    server.answer = lambda *_: (403, '{"message": "forbidden."}')
    with pytest.raises(BrokerRejected):
        counted(server, HandClock()).account()
    assert len(server.requests) == 1


@pytest.mark.requirement("S2-71")
def test_host_that_says_too_many_is_left_alone_until_it_counts_anew_and_the_other_is_not(server: TinyServer) -> None:
    clock = HandClock()
    alpaca = counted(server, clock)
    server.headers = "X-RateLimit-Reset: 5040\r\n"
    server.answer = lambda *_: (429, '{"code":42910000,"message":"rate limit exceeded"}')
    for call in (lambda: submit(alpaca), lambda: submit(alpaca), alpaca.positions, lambda: alpaca.cancel_order("1")):
        with pytest.raises(BrokerUnavailable):
            call()
    assert len(server.requests) == 1
    server.answer = lambda *_: (200, '{"bars":{}}')
    assert list(alpaca.bars(["SPY"], 0, 60)) == []
    assert (len(server.requests), clock.seconds) == (2, 5_000.0)
    clock.seconds = 5_040.0
    server.answer = lambda *_: (200, "[]")
    assert alpaca.positions() == []


def test_pages_count_against_the_budget(server: TinyServer) -> None:
    clock = HandClock()
    alpaca = counted(server, clock)

    def page(_method: str, target: str) -> Answer:
        number = int(parse_qs(urlsplit(target).query).get("page_token", ["0"])[0])
        return 200, json.dumps({"bars": {}, "next_page_token": str(number + 1) if number < 30 else None})

    server.answer = page
    for _ in range(3):
        list(alpaca.bars(["SPY"], 0, 60))
    assert clock.waits == []
    list(alpaca.bars(["SPY"], 0, 60))
    assert sum(clock.waits) > 0


def test_time_of_the_exchange_is_read_with_its_zone(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    server.answer = lambda *_: (200, '{"timestamp":"2026-11-19T10:15:22.123456789-05:00","is_open":true}')
    assert alpaca.clock() == datetime(2026, 11, 19, 15, 15, 22, 123456, tzinfo=UTC)
    for nonsense in ("{}", '{"timestamp":null}', '{"timestamp":"2026-11-19T10:15:22"}', "[]"):
        server.answer = lambda *_, body=nonsense: (200, body)
        with pytest.raises(BrokerUnavailable):
            alpaca.clock()


def test_sessions_of_the_exchange_are_asked_for_by_day(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    rows = [{"date": "2026-11-27", "open": "09:30", "close": "13:00", "session_open": "0400"}]
    server.answer = lambda *_: (200, json.dumps(rows))
    assert alpaca.calendar(date(2026, 11, 26), date(2026, 12, 10)) == rows
    assert "/v2/calendar?" in server.requests[0][1]
    assert "start=2026-11-26&end=2026-12-10" in server.requests[0][1]
    for nonsense in ("{}", "5", "<html>"):
        server.answer = lambda *_, body=nonsense: (200, body)
        with pytest.raises(BrokerUnavailable):
            alpaca.calendar(date(2026, 11, 26), date(2026, 12, 10))


def test_latest_bars_are_those_that_exist(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    server.answer = lambda *_: (200, '{"bars":{"SPY":{"t":"2026-11-20T14:31:00Z","c":1.0}}}')
    assert alpaca.latest_bars(["SPY", "THIN"]) == {"SPY": {"t": "2026-11-20T14:31:00Z", "c": 1.0}}
    assert "feed=iex" in server.requests[0][1]
    server.answer = lambda *_: (500, "")
    with pytest.raises(MarketDataError, match="THIN"):
        alpaca.latest_bars(["SPY", "THIN"])


def test_the_newest_answer_is_noted_with_its_status(server: TinyServer, alpaca: AlpacaWrapper) -> None:
    assert alpaca.answered.newest is None
    server.answer = lambda *_: (200, '{"account_number":"PA1"}')
    alpaca.account()
    assert alpaca.answered.newest is not None
    assert alpaca.answered.newest[1] == 200
    server.answer = lambda *_: (503, "{}")
    with pytest.raises(BrokerUnavailable):
        alpaca.account()
    assert alpaca.answered.newest[1] == 503
