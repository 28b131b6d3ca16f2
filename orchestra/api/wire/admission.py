"""How many connections there may be, and from where (reliability.md 5.2).

In: connections as they come and go. Out: yes, or why not. Thread: accept, and each connection's own.
"""

import socket
import threading

from orchestra.api.api_parts import ApiLimits
from orchestra.api.auth.peer import is_loopback_address
from orchestra.api.wire.token_bucket import TokenBuckets


class Admission:
    """Count connections. A crowd from the network never takes the places of the machine's own screen."""

    def __init__(self, limits: ApiLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._open: dict[socket.socket, str] = {}
        self._rate = TokenBuckets(burst=limits.lan_burst, per_second=1)
        self._rate_of_all = TokenBuckets(burst=2 * limits.lan_burst, per_second=5)

    def enter(self, connection: socket.socket, address: str, now: float) -> bool:
        """Let a new connection in, or say no."""
        with self._lock:
            if len(self._open) >= self._limits.connections:
                return False
            if not is_loopback_address(address) and not self._has_room(address, now):
                return False
            self._open[connection] = address
            return True

    def leave(self, connection: socket.socket) -> None:
        """Give the place of a connection to another one."""
        with self._lock:
            self._open.pop(connection, None)

    @property
    def open(self) -> list[socket.socket]:
        """Return every connection that is open."""
        with self._lock:
            return list(self._open)

    def _has_room(self, address: str, now: float) -> bool:
        limits = self._limits
        away = [other for other in self._open.values() if not is_loopback_address(other)]
        if len(away) >= limits.connections - limits.loopback_connections:
            return False
        if away.count(address) >= limits.lan_connections:
            return False
        return self._rate.take(address, now) and self._rate_of_all.take("all", now)
