"""What planted faults make of the messages of one stream.

Kinds, by message: `drop` loses it, `duplicate` sends it twice, `reorder` lets the next message pass it. Bars only:
`late` holds it back until the next minute, `correct` sends a possible but wrong bar and the right one as an updated
bar behind it (with `seconds` >= 60 in the next minute), `null_bar` sends nulls instead, `bad_bar` in turn NaN, negative
prices, prices x 100 and a bar of the next hour instead. Faults strike bars unless `channels` names others; of trades,
`correct` sends a wrong price and then its correction, `cancel` a trade that never was and then its cancellation.
Orders only: `unknown_status` names a status nobody knows.
`mute`, `half_open` and `disconnect` (1011) strike the connection instead of the message, which is lost; so is what
follows while it lasts: `seconds`, or for good.

Thread: the exchange's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from math import nan

from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.fault import (
    ON_CONNECTION,
    ON_MESSAGES,
    Fault,
    FaultKind,
    FaultTarget,
    Occasion,
)
from orchestra.paper_exchange.wire.market_shapes import Stamp
from orchestra.paper_exchange.wire.shapes import Json
from orchestra.paper_exchange.wire.sockets.connection import Connection

PRICES = ("o", "h", "l", "c")
HOUR = 3600
MINUTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Message:
    """One item of a stream. channel: as a client subscribes to it."""

    channel: str
    symbol: str
    body: Json


@dataclass(frozen=True, slots=True)
class Bent:
    """What is really sent, and the fault that then strikes the connection, if any."""

    messages: list[Message]
    cut: Fault | None = None


@dataclass(slots=True)
class StreamFaults:
    """Bend the messages of one stream, in order."""

    board: FaultBoard
    on: FaultTarget
    _passed: list[Message] = field(default_factory=list)
    _late: list[tuple[int, Message]] = field(default_factory=list)
    _bad_turns: Iterator[int] = field(default_factory=count)

    def bend(self, messages: Iterable[Message], minute: int = 0) -> Bent:
        """Return what the faults leave of these messages of a minute, and what was held back before it."""
        out = [message for at, message in self._late if at < minute]
        self._late = [(at, message) for at, message in self._late if at >= minute]
        for message in messages:
            fault = self.board.take(Occasion(self.on, ON_MESSAGES, message.symbol, _channel(self.on, message)))
            if fault and fault.kind in ON_CONNECTION:
                return Bent(out, fault)
            changed = self._strike(fault, message, minute) if fault else [message]
            out += changed
            if changed:
                out += self._passed
                self._passed = []
            if fault and fault.kind is FaultKind.REORDER:
                self._passed.append(message)
        return Bent(out)

    def _strike(self, fault: Fault, message: Message, minute: int) -> list[Message]:
        match fault.kind:
            case FaultKind.DUPLICATE:
                return [message, message]
            case FaultKind.LATE:
                self._late.append((minute, message))
            case FaultKind.CORRECT if message.body["T"] == "t":
                return _corrected_trade(message)
            case FaultKind.CORRECT:
                return self._correct(fault, message, minute)
            case FaultKind.CANCEL:
                return _canceled_trade(message)
            case FaultKind.NULL_BAR:
                return [_with(message, dict.fromkeys((*PRICES, "v", "n", "vw")))]
            case FaultKind.BAD_BAR:
                return [_with(message, _bad(message.body, next(self._bad_turns)))]
            case FaultKind.UNKNOWN_STATUS:
                return [_with_unknown_status(message)]
        return []

    def _correct(self, fault: Fault, message: Message, minute: int) -> list[Message]:
        right = replace(message, channel="updatedBars", body=message.body | {"T": "u"})
        wrong = _with(message, _wrong(message.body))
        if (fault.seconds or 0) < MINUTE_SECONDS:
            return [wrong, right]
        self._late.append((minute, right))
        return [wrong]


def cut(connection: Connection, fault: Fault) -> None:
    """Strike a connection with a fault of ON_CONNECTION."""
    if fault.kind is FaultKind.MUTE:
        connection.mute(fault.seconds)
    elif fault.kind is FaultKind.HALF_OPEN:
        connection.play_dead(fault.seconds)
    else:
        connection.break_off()


def _channel(on: FaultTarget, message: Message) -> str | None:
    return message.channel if on is FaultTarget.DATA else None


def _with(message: Message, changed: Json) -> Message:
    return replace(message, body=message.body | changed)


def _wrong(bar: Json) -> Json:
    """Return a bar that could be: another close inside its range, and shares that never traded."""
    return {"c": bar["l"] if bar["c"] != bar["l"] else bar["h"], "v": _number(bar["v"]) + 100}


def _corrected_trade(message: Message) -> list[Message]:
    right = message.body
    wrong = right | {"p": _number(right["p"]) * 2}
    original = {f"o{name}": wrong[name] for name in ("i", "p", "s", "c")}
    corrected = {f"c{name}": right[name] for name in ("i", "p", "s", "c")}
    told = {"T": "c", **_named(right), **original, **corrected}
    return [replace(message, body=wrong), replace(message, channel="corrections", body=told)]


def _canceled_trade(message: Message) -> list[Message]:
    phantom = message.body | {"p": _number(message.body["p"]) * 2, "i": int(_number(message.body["i"])) * 10}
    told = {"T": "x", **_named(phantom), "i": phantom["i"], "p": phantom["p"], "s": phantom["s"], "a": "C"}
    return [message, replace(message, body=phantom), replace(message, channel="cancelErrors", body=told)]


def _named(trade: Json) -> Json:
    return {name: trade[name] for name in ("S", "x", "t", "z")}


def _bad(bar: Json, turn: int) -> Json:
    stamp = bar["t"]
    if turn % 4 == 3 and isinstance(stamp, Stamp):
        return {"t": Stamp(stamp.microseconds + HOUR * 1_000_000)}
    factor = (nan, -1.0, 100.0)[turn % 4]
    return {name: _number(bar[name]) * factor for name in PRICES}


def _with_unknown_status(message: Message) -> Message:
    data = message.body["data"]
    order = data["order"] if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(order, dict):
        return message
    return _with(message, {"data": data | {"order": order | {"status": "beamed_up"}}})


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else nan
