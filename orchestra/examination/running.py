"""The running engine: its line to the broker, its streams, its clock, its minutes, and what keeps it from buying.

In: what the engine said of itself. Out: diagnoses, one a line of the health screen. Thread: any; nothing is measured.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from orchestra.examination.gate_advice import advice_on
from orchestra.examination.wording import span
from orchestra.messages.diagnosis import Diagnoses, Diagnosis, bad, doubtful, well
from orchestra.messages.engine_readings import (
    BrokerReading,
    ClockReading,
    EngineReadings,
    StreamReading,
    TurnsReading,
)

NEW_YORK = ZoneInfo("America/New_York")
LARGEST_OFFSET_SECONDS = 2.0
SLOW_TURN_MS = 2000.0
LATE_SECONDS, DEAD_SECONDS = 15.0, 120.0
# Two minute bars that did not come.
SILENT_SECONDS = 150.0
SERVER_ERROR = 500
BY_ITSELF = "nothing to do: it connects again by itself; if it stays down, look at the network"


def examine_running(seen: EngineReadings, now: float) -> Diagnoses:
    """Yield how the engine is; now: steady seconds."""
    age = max(0.0, now - seen.at)
    yield from _gates(seen.closed_gates)
    yield _engine(seen.turns, age)
    yield _broker(seen.broker)
    yield _data(seen.data, is_market_open=seen.is_market_open)
    yield _stream("Order stream", seen.orders)
    yield _clock(seen.clock)


def _gates(reasons: tuple[str, ...]) -> Diagnoses:
    if not reasons:
        yield well("New positions", "may be opened")
    for reason in reasons:
        yield doubtful("New positions", f"blocked: {reason}", advice_on(reason))


def _engine(turns: TurnsReading, age: float) -> Diagnosis:
    minute = datetime.fromtimestamp(turns.minute, NEW_YORK).strftime("%a %H:%M") if turns.minute else None
    last = f"last minute {minute} New York" if minute else "no minute decided yet"
    if age > DEAD_SECONDS:
        return bad("Engine", f"no sign of life for {span(age)}, {last}", "restart AutoTrader, and report this")
    if age > LATE_SECONDS:
        return doubtful("Engine", f"{span(age)} behind, {last}", "wait a minute; restart AutoTrader if it stays so")
    if turns.slowest is None:
        return well("Engine", f"{last}, on time")
    milliseconds, whose = turns.slowest
    told = f"{last}, slowest turn {whose} {_length(milliseconds)}"
    if milliseconds > SLOW_TURN_MS:
        return doubtful("Engine", told, "mend that algorithm: after 5 s it is interrupted")
    return well("Engine", told)


def _length(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds:.0f} ms"


def _broker(line: BrokerReading) -> Diagnosis:
    told = f"last answer {span(line.answer[0])} ago" if line.answer else "not asked yet"
    if line.requests_left is not None:
        told += f", {line.requests_left} requests left this minute"
    if line.is_silent:
        return bad("Broker", f"does not answer, {told}", "look at the network; nothing is bought until it answers")
    if line.paused_seconds > 0:
        sentence = f"wants a pause, {span(line.paused_seconds)} are left"
        return doubtful("Broker", sentence, "nothing to do here: is another program using these keys?")
    if line.answer and line.answer[1] >= SERVER_ERROR:
        return doubtful("Broker", f"{told}, with an error ({line.answer[1]})", "look at Alpaca's status page")
    return well("Broker", told)


def _data(stream: StreamReading, *, is_market_open: bool) -> Diagnosis:
    if stream.is_idle:
        return well("Market data", "not connected, as no algorithm needs prices")
    found = _stream("Market data", stream)
    if stream.connected_seconds is None:
        return found
    heard = "no message yet" if stream.message_seconds is None else f"last message {span(stream.message_seconds)} ago"
    told = f"{found.sentence}, {heard}, {stream.confirmed} of {stream.wanted} symbols"
    if stream.confirmed < stream.wanted:
        return doubtful("Market data", told, "Alpaca's plan may allow fewer symbols: stop an algorithm")
    silence = stream.connected_seconds if stream.message_seconds is None else stream.message_seconds
    if is_market_open and stream.wanted and silence > SILENT_SECONDS:
        return doubtful("Market data", told, "nothing to do: a silent stream is asked, then connected again")
    return well("Market data", told)


def _stream(what: str, stream: StreamReading) -> Diagnosis:
    if stream.connected_seconds is None:
        return bad(what, f"down: {stream.trouble}" if stream.trouble else "not connected yet", BY_ITSELF)
    return well(what, f"connected for {span(stream.connected_seconds)}")


def _clock(clock: ClockReading | None) -> Diagnosis:
    if clock is None:
        return well("Clock", "the exchange inside AutoTrader owns the market's time")
    if clock.ahead_seconds is None:
        return doubtful("Clock", "not compared with the broker's yet", "wait a moment: it is asked again and again")
    side = "ahead of" if clock.ahead_seconds > 0 else "behind"
    told = f"{abs(clock.ahead_seconds):.1f} s {side} the broker's"
    if abs(clock.ahead_seconds) - clock.uncertain_seconds > LARGEST_OFFSET_SECONDS:
        return bad("Clock", told, "set this machine's clock: nothing is bought while it is more than 2 s off")
    if clock.follows_time_server is None:
        return well("Clock", f"{told}; nobody says whether it follows a time server")
    if not clock.follows_time_server:
        return doubtful("Clock", f"{told}, follows no time server", "run 'sudo timedatectl set-ntp true'")
    return well("Clock", f"{told}, follows a time server")
