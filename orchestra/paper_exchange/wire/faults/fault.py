"""One planted fault: where it strikes, what it does, how often, and how the control port spells it.

Streams of bars ("data") and of order updates ("orders"), and answers of the REST side ("rest") each have kinds of
their own (reliability campaign F8 to F10).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orchestra.paper_exchange.book.refusal import Refusal, invalid


class FaultTarget(StrEnum):
    """What a fault is planted on."""

    DATA = "data"
    ORDERS = "orders"
    REST = "rest"


class FaultKind(StrEnum):
    """What goes wrong. The first group strikes a message, the second a connection, the third a REST request."""

    DROP = "drop"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LATE = "late"
    CORRECT = "correct"
    NULL_BAR = "null_bar"
    BAD_BAR = "bad_bar"
    CANCEL = "cancel"
    UNKNOWN_STATUS = "unknown_status"

    MUTE = "mute"
    HALF_OPEN = "half_open"
    DISCONNECT = "disconnect"
    REFUSE_402 = "refuse_402"
    REFUSE_406 = "refuse_406"
    REFUSE_429 = "refuse_429"

    DROP_REQUEST = "drop_request"
    DROP_ANSWER = "drop_answer"
    DELAY_ANSWER = "delay_answer"
    DELAY_ACCEPTANCE = "delay_acceptance"
    RESET = "reset"
    TRUNCATED = "truncated"
    HTML = "html"
    STATUS_429 = "status_429"
    STATUS_500 = "status_500"
    STATUS_503 = "status_503"
    STATUS_504 = "status_504"


AT_CONNECTING = frozenset({FaultKind.REFUSE_402, FaultKind.REFUSE_406, FaultKind.REFUSE_429})
ON_CONNECTION = frozenset({FaultKind.MUTE, FaultKind.HALF_OPEN, FaultKind.DISCONNECT})
ON_ANY_MESSAGE = frozenset({FaultKind.DROP, FaultKind.DUPLICATE, FaultKind.REORDER})
ON_BARS = frozenset({FaultKind.LATE, FaultKind.CORRECT, FaultKind.NULL_BAR, FaultKind.BAD_BAR})
ON_TRADES = frozenset({FaultKind.CANCEL})
ON_MESSAGES = ON_ANY_MESSAGE | ON_BARS | ON_TRADES | ON_CONNECTION | {FaultKind.UNKNOWN_STATUS}

KINDS: Mapping[FaultTarget, frozenset[FaultKind]] = {
    FaultTarget.DATA: ON_ANY_MESSAGE | ON_BARS | ON_TRADES | ON_CONNECTION | AT_CONNECTING,
    FaultTarget.ORDERS: ON_ANY_MESSAGE | ON_CONNECTION | {FaultKind.UNKNOWN_STATUS, FaultKind.REFUSE_429},
    FaultTarget.REST: frozenset(FaultKind) - ON_MESSAGES - AT_CONNECTING,
}
DEFAULT_CHANNELS = frozenset({"bars"})
SETTINGS = {"on", "kind", "times", "probability", "seed", "symbols", "channels", "path", "method", "seconds"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What the control port asked for.

    times: hits after which it is spent, None for no end. probability: of each occasion, None for all of them.
    symbols: None for any. channels: of the data stream. path: prefix, method: verb or "" for any, of REST requests.
    seconds: how long, in the unit the kind has.
    """

    on: FaultTarget
    kind: FaultKind
    times: int | None = 1
    probability: float | None = None
    seed: int = 0
    symbols: frozenset[str] | None = None
    channels: frozenset[str] = DEFAULT_CHANNELS
    path: str = "/"
    method: str = ""
    seconds: float | None = None

    def strikes(self, occasion: "Occasion") -> bool:
        """Tell whether this is an occasion for the fault."""
        return (
            self.on is occasion.on
            and self.kind in occasion.kinds
            and (self.symbols is None or occasion.symbol is None or occasion.symbol in self.symbols)
            and (occasion.channel is None or occasion.channel in self.channels)
            and occasion.path.startswith(self.path)
            and self.method in {"", occasion.method}
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """A message, a connection or a request that a fault may strike; None and "/" where a property does not apply."""

    on: FaultTarget
    kinds: frozenset[FaultKind]
    symbol: str | None = None
    channel: str | None = None
    path: str = "/"
    method: str = ""


def read_fault(body: object) -> Fault | Refusal:
    """Return the fault a JSON body asks for, or what is wrong with it."""
    if not isinstance(body, dict):
        return invalid("a fault is a JSON object with on and kind")
    if unknown := sorted(body.keys() - SETTINGS):
        return invalid(f"unknown fields: {', '.join(map(str, unknown))}; known are {', '.join(sorted(SETTINGS))}")
    if body.get("on") not in tuple(FaultTarget):
        return invalid(f"on must be one of {', '.join(FaultTarget)}")
    on = FaultTarget(body["on"])
    if body.get("kind") not in tuple(KINDS[on]):
        return invalid(f"kind of a fault on {on} must be one of {', '.join(sorted(KINDS[on]))}")
    try:
        return _fault(on, FaultKind(body["kind"]), body)
    except ValueError as error:
        return invalid(str(error))


def _fault(on: FaultTarget, kind: FaultKind, body: Mapping[str, object]) -> Fault:
    probability = _number(body, "probability", largest=1.0)
    times = _number(body, "times", largest=1e9)
    return Fault(
        on=on,
        kind=kind,
        times=int(times) if times is not None else None if probability is not None else 1,
        probability=probability,
        seed=int(_number(body, "seed", largest=1e18, smallest=0.0) or 0),
        symbols=_names(body, "symbols"),
        channels=_names(body, "channels") or (frozenset({"trades"}) if kind in ON_TRADES else DEFAULT_CHANNELS),
        path=_text(body, "path") or "/",
        method=_text(body, "method").upper(),
        seconds=_number(body, "seconds", largest=1e6),
    )


def _number(body: Mapping[str, object], name: str, *, largest: float, smallest: float | None = None) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    is_low_enough = is_number and float(str(value)) <= largest
    if not is_low_enough or not (float(str(value)) > 0 if smallest is None else float(str(value)) >= smallest):
        raise ValueError(f"{name} must be a number above 0 and at most {largest:g}")
    return float(str(value))


def _names(body: Mapping[str, object], name: str) -> frozenset[str] | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{name} must be a list of names")
    return frozenset(value)


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")
    return value
