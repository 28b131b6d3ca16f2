"""Deadlines of connections: whoever sends half a request, or reads half an answer, is hung up on.

In: connections and until when they may take. Out: those too late are shut down, which wakes their thread.
Thread: reaper. No socket gets a timeout of its own: a WebSocket with one may write part of a frame.
"""

import contextlib
import socket
import threading

from orchestra.runtime.clock import Clock

PERIOD_SECONDS = 0.5


class Reaper:
    """Hang up on connections that are late. period_seconds: how often it looks."""

    def __init__(self, clock: Clock, *, period_seconds: float = PERIOD_SECONDS) -> None:
        self._clock = clock
        self._period_seconds = period_seconds
        self._lock = threading.Lock()
        self._deadlines: dict[socket.socket, float] = {}
        self._stop = threading.Event()

    def expect(self, connection: socket.socket, seconds: float) -> None:
        """Give the connection that many seconds from now."""
        with self._lock:
            self._deadlines[connection] = self._clock.monotonic() + seconds

    def release(self, connection: socket.socket) -> None:
        """Give it all the time it wants: it is a WebSocket, or we are the ones who are working."""
        with self._lock:
            self._deadlines.pop(connection, None)

    def reap(self) -> None:
        """Hang up on everybody who is late."""
        now = self._clock.monotonic()
        with self._lock:
            late = [connection for connection, deadline in self._deadlines.items() if deadline <= now]
            for connection in late:
                del self._deadlines[connection]
        for connection in late:
            hang_up(connection)

    def run(self) -> None:
        """Reap until `stop`; the thread of the reaper."""
        while not self._stop.wait(self._period_seconds):
            self.reap()

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()


def hang_up(connection: socket.socket) -> None:
    """End a connection in both directions; the thread that reads it sees the end at once."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
