"""What systemd is told: the program is ready, it is alive, it is ending.

In: the socket that systemd names. Out: datagrams (sd_notify(3)). Thread: main; nothing here waits or fails.
"""

import contextlib
import socket


class ServiceNotifier:
    """Tell the service manager how the program is; without one, nobody. address: NOTIFY_SOCKET."""

    def __init__(self, address: str | None) -> None:
        # A leading @ stands for the zero byte of a socket that has no file.
        self._address = address.replace("@", "\0", 1) if address and address.startswith("@") else address
        self._socket: socket.socket | None = None
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    @property
    def is_heard(self) -> bool:
        """Say whether there is a service manager."""
        return self._socket is not None

    def ready(self, status: str) -> None:
        """Tell that the start is over; status: one line for `systemctl status`."""
        self._tell("READY=1", f"STATUS={status}")

    def still_starting(self, seconds: float, status: str) -> None:
        """Ask for that much more time to start in."""
        self._tell(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}", f"STATUS={status}")

    def alive(self) -> None:
        """Tell that the engine has finished a minute or an idle pass. Without it, systemd ends and restarts us."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Tell that the end has begun."""
        self._tell("STOPPING=1", "STATUS=Stopping")

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _tell(self, *lines: str) -> None:
        if self._socket is None or self._address is None:
            return
        # A manager that is gone or busy must not keep a trader from trading; a ping that is lost comes again.
        with contextlib.suppress(OSError):
            self._socket.sendto("\n".join(lines).encode(), self._address)
