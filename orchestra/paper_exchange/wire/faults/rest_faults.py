"""What planted faults make of a REST request and its answer.

Before the exchange hears of it: `drop_request` (the line closes), `html` (a gateway's 502 page), `status_429`,
`status_500`, `status_503`. After it was carried out: `drop_answer` (the line closes), `reset` (the line breaks),
`delay_answer` (`seconds` of wall time, 1 by default), `truncated` (half the JSON), `status_504`. `delay_acceptance`
answers POST /v2/orders with 504 and places the order only when `seconds` of market time are over, 120 by default.
The control port never fails.

Thread: `serve` on each request's thread, `minute_began` on the exchange's.
"""

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus

from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.fault import KINDS, Fault, FaultKind, FaultTarget, Occasion

CONTROL = "/control/"
ORDERS = "/v2/orders"
DEFAULT_DELAY_SECONDS, DEFAULT_ACCEPTANCE_SECONDS = 1.0, 120.0
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
BODIES = {
    FaultKind.STATUS_429: {"code": 42910000, "message": "rate limit exceeded"},
    FaultKind.STATUS_500: {"code": 50010000, "message": "internal server error occurred"},
    FaultKind.STATUS_503: {"code": 50310000, "message": "service unavailable"},
    FaultKind.STATUS_504: {"code": 50410000, "message": "gateway timeout"},
    FaultKind.DELAY_ACCEPTANCE: {"code": 50410000, "message": "gateway timeout"},
}
STATUSES = {
    FaultKind.STATUS_429: HTTPStatus.TOO_MANY_REQUESTS,
    FaultKind.STATUS_500: HTTPStatus.INTERNAL_SERVER_ERROR,
    FaultKind.STATUS_503: HTTPStatus.SERVICE_UNAVAILABLE,
    FaultKind.STATUS_504: HTTPStatus.GATEWAY_TIMEOUT,
    FaultKind.DELAY_ACCEPTANCE: HTTPStatus.GATEWAY_TIMEOUT,
}
AFTER_THE_FACT = {
    FaultKind.DROP_ANSWER,
    FaultKind.RESET,
    FaultKind.DELAY_ANSWER,
    FaultKind.TRUNCATED,
    FaultKind.STATUS_504,
}

Environ = dict[str, object]


class Ending(Enum):
    """What becomes of the connection after an answer."""

    KEPT = auto()
    CLOSED = auto()
    RESET = auto()


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status line, headers and body; none of them is sent when the connection ends."""

    status: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    ending: Ending = Ending.KEPT


Serve = Callable[[Environ], HttpAnswer]


@dataclass(frozen=True, slots=True)
class _Delayed:
    """An order on its way. due: market time, epoch seconds."""

    due: float
    environ: Environ
    serve: Serve


@dataclass(slots=True)
class RestFaults:
    """Stand between the line and the app. now: the exchange's minute."""

    board: FaultBoard
    now: Callable[[], int]
    _healed: threading.Event = field(default_factory=threading.Event)
    _delayed: list[_Delayed] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, environ: Environ, body: bytes, serve: Serve) -> HttpAnswer:
        """Return the app's answer, or what a fault makes of it. serve: asks the app."""
        environ["wsgi.input"] = io.BytesIO(body)
        fault = self._fault(str(environ["PATH_INFO"]), str(environ["REQUEST_METHOD"]))
        if fault is None:
            return serve(environ)
        if fault.kind in AFTER_THE_FACT:
            return self._spoiled(fault, serve(environ))
        if fault.kind is FaultKind.DELAY_ACCEPTANCE:
            self._hold_back(fault, environ, serve)
        return _without_the_app(fault)

    def minute_began(self, minute: int) -> None:
        """Place the orders whose time on the way is over."""
        with self._lock:
            due = [delayed for delayed in self._delayed if delayed.due <= minute]
            self._delayed = [delayed for delayed in self._delayed if delayed.due > minute]
        for delayed in due:
            delayed.serve(delayed.environ)

    def heal(self) -> None:
        """Let delayed answers go. Orders on their way stay there."""
        self._healed.set()
        self._healed = threading.Event()

    def _fault(self, path: str, method: str) -> Fault | None:
        if path.startswith(CONTROL):
            return None
        kinds = KINDS[FaultTarget.REST]
        if not (path == ORDERS and method == "POST"):
            kinds -= {FaultKind.DELAY_ACCEPTANCE}
        return self.board.take(Occasion(FaultTarget.REST, kinds, path=path, method=method))

    def _spoiled(self, fault: Fault, answer: HttpAnswer) -> HttpAnswer:
        match fault.kind:
            case FaultKind.DROP_ANSWER:
                return HttpAnswer(ending=Ending.CLOSED)
            case FaultKind.RESET:
                return HttpAnswer(ending=Ending.RESET)
            case FaultKind.TRUNCATED:
                return _with_body(answer, answer.body[: len(answer.body) // 2])
            case FaultKind.STATUS_504:
                return _without_the_app(fault)
        self._healed.wait(fault.seconds or DEFAULT_DELAY_SECONDS)
        return answer

    def _hold_back(self, fault: Fault, environ: Environ, serve: Serve) -> None:
        due = self.now() + (fault.seconds or DEFAULT_ACCEPTANCE_SECONDS)
        with self._lock:
            self._delayed.append(_Delayed(due, environ, serve))


def _without_the_app(fault: Fault) -> HttpAnswer:
    if fault.kind is FaultKind.DROP_REQUEST:
        return HttpAnswer(ending=Ending.CLOSED)
    if fault.kind is FaultKind.HTML:
        return _made(HTTPStatus.BAD_GATEWAY, PAGE, "text/html")
    body = json.dumps(BODIES[fault.kind]).encode()
    return _made(STATUSES[fault.kind], body, "application/json")


def _made(status: HTTPStatus, body: bytes, kind: str) -> HttpAnswer:
    headers = (("Content-Type", kind), ("Content-Length", str(len(body))))
    return HttpAnswer(f"{status.value} {status.phrase}", headers, body)


def _with_body(answer: HttpAnswer, body: bytes) -> HttpAnswer:
    kept = tuple((name, value) for name, value in answer.headers if name.lower() != "content-length")
    return HttpAnswer(answer.status, (*kept, ("Content-Length", str(len(body)))), body)
