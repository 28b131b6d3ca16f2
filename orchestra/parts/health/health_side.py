"""The health side of an engine: what it says of itself, read on its own thread every two seconds.

In: the parts of an engine. Out: EngineReadings, replaced as a whole, and what the last day was like. Thread: engine
writes; any thread reads `readings`.
"""

from collections import deque
from collections.abc import Callable

from orchestra.engine import Engine
from orchestra.messages.engine_readings import (
    BrokerReading,
    ClockReading,
    EngineReadings,
    KeepingReading,
    StreamReading,
    TrendPoint,
    TurnsReading,
)
from orchestra.messages.events import StreamName
from orchestra.runtime.clock import Clock, SystemClock

READ_SECONDS = 2.0
POINT_SECONDS = 600.0
POINTS_A_DAY = 144


class HealthSide:
    """Read an engine on each of its passes. resident: bytes of memory; keeping: how the files are kept."""

    def __init__(
        self,
        engine: Engine,
        *,
        resident: Callable[[], int],
        keeping: Callable[[], KeepingReading | None],
        steady: Clock | None = None,
    ) -> None:
        self._engine = engine
        self._resident = resident
        self._keeping = keeping
        self._steady = steady or SystemClock()
        self._began_at = self._read_at = self._steady.monotonic()
        self._points: deque[TrendPoint] = deque(maxlen=POINTS_A_DAY)
        self._minute = engine.books.minute
        self._latest: float | None = None
        self._most_bytes = 0
        self._point_at = self._began_at
        self.readings: EngineReadings | None = None
        engine.each_pass(self._pass, at_stop=lambda: None)

    def _pass(self) -> None:
        now = self._steady.monotonic()
        self._note_minute()
        if self.readings is not None and now < self._read_at + READ_SECONDS:
            return
        self._read_at = now
        self._note_memory(now)
        self.readings = self._read(now)

    def _note_minute(self) -> None:
        """Note how late a minute was done; where the exchange waits for us none is."""
        minute, clock = self._engine.books.minute, self._engine.world.clock
        if minute == self._minute:
            return
        self._minute = minute
        if not clock.is_simulated:
            late = clock.now().timestamp() - minute
            self._latest = late if self._latest is None else max(self._latest, late)

    def _note_memory(self, now: float) -> None:
        self._most_bytes = max(self._most_bytes, self._resident())
        if now < self._point_at and self._points:
            return
        self._point_at = now + POINT_SECONDS
        self._points.append(TrendPoint(now, self._most_bytes, self._latest))
        self._most_bytes, self._latest = 0, None

    def _read(self, now: float) -> EngineReadings:
        engine = self._engine
        world = engine.world
        return EngineReadings(
            at=now,
            began_at=self._began_at,
            is_market_open=world.calendar.is_open(int(world.clock.now().timestamp())),
            broker=self._broker(now),
            data=self._stream(StreamName.DATA, now),
            orders=self._stream(StreamName.ORDERS, now),
            clock=self._clock(),
            turns=self._turns(),
            keeping=self._keeping(),
            closed_gates=engine.closed_gates(),
            trend=tuple(self._points),
        )

    def _broker(self, now: float) -> BrokerReading:
        alpaca = self._engine.world.alpaca
        budget, answer = alpaca.budget, alpaca.answered.newest
        return BrokerReading(
            requests_left=budget.left if budget else None,
            paused_seconds=budget.paused_seconds if budget else 0.0,
            is_silent=self._engine.desk.is_broker_silent,
            answer=(now - answer[0], answer[1]) if answer else None,
        )

    def _stream(self, name: StreamName, now: float) -> StreamReading:
        streams = self._engine.streams
        since = streams.connected_since(name)
        is_data = name is StreamName.DATA
        return StreamReading(
            connected_seconds=None if since is None else now - since,
            trouble=streams.trouble(name),
            message_seconds=now - streams.last_frame_at if is_data and streams.last_frame_at else None,
            wanted=len(streams.subscriptions.symbols()) if is_data else 0,
            confirmed=len(streams.acknowledged) if is_data else 0,
        )

    def _clock(self) -> ClockReading | None:
        live = self._engine.live
        if live is None:
            return None
        measured = live.clock_gate.measured
        if measured is None:
            return ClockReading(None)
        return ClockReading(measured.ahead_seconds, measured.uncertain_seconds, measured.follows_time_server)

    def _turns(self) -> TurnsReading:
        engine = self._engine
        slowest = engine.runner.slowest
        records = engine.books.records
        told = None
        if slowest is not None and slowest[1] in records:
            record = records[slowest[1]]
            told = slowest[0], f"{record.ticker} {record.name}"
        return TurnsReading(engine.books.minute, told)
