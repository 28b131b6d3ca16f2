"""One raw WebSocket: a bounded queue, a thread that writes it, one that hears pings.

In: frames of the hub, what the log holds. Out: frames to the other side. Thread: the request's reads, one of its own
writes. Whoever reads too slowly is sent away with a reason; it can come back with the id of its last event.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from orchestra.api.streams.selection import Selection
from orchestra.api.wire.web_socket import BoundedWebSocket, text_frame
from orchestra.runtime.clock import Clock

MOST_WAITING = 1000
MOST_AT_ONCE = 64 * 1024
# A reader says "ping" now and then; one that talks all the time is no reader.
MOST_MESSAGES_A_MINUTE = 120
MINUTE_SECONDS = 60.0
PATIENCE_SECONDS = 10.0
PING, PONG = "ping", "pong"


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Why a socket is closed: a code of RFC 6455, or one of ours from 4000 on, and a sentence of 123 bytes at most."""

    code: int
    reason: str


TOO_SLOW = Goodbye(4408, "You read too slowly: 1000 events wait. Come back with ?after=<id of your last event>.")
NOT_ALLOWED = Goodbye(4401, "Your session or key has ended.")
TOO_LOUD = Goodbye(1008, "A stream is read: say 'ping' now and then, and nothing else.")
STOPPING = Goodbye(1001, "AutoTrader stops.")
UNREADABLE = Goodbye(1011, "The event log cannot be read now.")


class StreamSocket:
    """Queue, write, hear. principal: whose it is; cursor: the id of the last event that it has, or that it missed."""

    def __init__(self, web_socket: BoundedWebSocket, selection: Selection, *, principal: str, clock: Clock) -> None:
        self.principal = principal
        self.selection = selection
        self.cursor = 0
        self._web_socket = web_socket
        self._clock = clock
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._goodbye: Goodbye | None = None
        self._hang_up_at: float | None = None
        self._heard: deque[float] = deque(maxlen=MOST_MESSAGES_A_MINUTE)

    @property
    def goodbye(self) -> Goodbye | None:
        """Return why it is being closed, None while it is not."""
        return self._goodbye

    def offer(self, kind: str, frame: bytes, *, id_: int | None = None) -> bool:
        """Queue an event if it is wanted and not known; False when that was one too many. Never waits."""
        if id_ is not None:
            if id_ <= self.cursor:
                return True
            self.cursor = id_
        return not self.selection.takes(kind) or self.put(frame)

    def put(self, frame: bytes) -> bool:
        """Queue a frame; False when that was one too many."""
        with self._changed:
            if self._goodbye is not None:
                return True
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(frame)
                self._changed.notify_all()
                return True
        self.say_goodbye(TOO_SLOW)
        return False

    def wait_for_room(self, frames: int, seconds: float) -> None:
        """Wait until so many frames can be queued, or it is being closed; so long at most."""
        with self._changed:
            self._changed.wait_for(lambda: self._goodbye or len(self._waiting) + frames <= MOST_WAITING, seconds)

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """Have it closed with a reason, which comes instead of what still waits."""
        with self._changed:
            if self._goodbye is None:
                self._goodbye = goodbye
                self._hang_up_at = self._clock.monotonic() + PATIENCE_SECONDS
                self._waiting.clear()
                self._changed.notify_all()

    def hang_up_if_late(self, now: float) -> None:
        """End a connection whose other side does not even take the goodbye. now: steady seconds."""
        if self._hang_up_at is not None and now >= self._hang_up_at:
            self._web_socket.hang_up()

    def serve(self, catch_up: Callable[["StreamSocket"], Iterator[bytes]]) -> None:
        """Serve until the end. catch_up: yields what comes before the queue, on the writer's thread."""
        writer = threading.Thread(target=self._write, args=(catch_up,), name="stream-writer", daemon=True)
        writer.start()
        try:
            while self._goodbye is None and (message := self._web_socket.wait()) is not None:
                self._hear(message)
        finally:
            self.say_goodbye(STOPPING)
            writer.join()

    def _hear(self, message: str | bytes) -> None:
        now = self._clock.monotonic()
        self._heard.append(now)
        if len(self._heard) == MOST_MESSAGES_A_MINUTE and now - self._heard[0] < MINUTE_SECONDS:
            self.say_goodbye(TOO_LOUD)
        elif message == PING:
            self.put(text_frame(PONG))

    def _write(self, catch_up: Callable[["StreamSocket"], Iterator[bytes]]) -> None:
        try:
            for frames in takewhile(lambda _frames: self._goodbye is None, catch_up(self)):
                self._web_socket.send_frames(frames)
            while frames := self._next():
                self._web_socket.send_frames(frames)
            if self._goodbye is not None:
                self._web_socket.close(self._goodbye.code, self._goodbye.reason)
        except OSError:
            pass
        finally:
            self._web_socket.hang_up()

    def _next(self) -> bytes:
        """Return what waits, as much as is written in one go; nothing once it is time to go."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._goodbye)
            frames: list[bytes] = []
            size = 0
            while self._waiting and size < MOST_AT_ONCE:
                frames.append(self._waiting.popleft())
                size += len(frames[-1])
            self._changed.notify_all()
            return b"".join(frames)
