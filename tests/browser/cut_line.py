"""A wire between browser and server that a test can freeze, thaw and cut, whatever server stands behind it."""

import contextlib
import selectors
import socket
import threading


class CutLine:
    """Forward every connection to 127.0.0.1:target; `port` is the browser's side."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._flows = threading.Event()
        self._flows.set()
        self._open: set[socket.socket] = set()
        self._is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Let nothing through any more, in either direction; connections stay open."""
        self._flows.clear()

    def thaw(self) -> None:
        """Let everything through again, what waited first."""
        self._flows.set()

    def cut(self) -> None:
        """Break every connection there is."""
        for each in list(self._open):
            _close(each)

    def close(self) -> None:
        """Take the wire away."""
        self._is_closed = True
        self._flows.set()
        # A blocked accept returns only after a shutdown.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(browser)
            threading.Thread(target=self._carry, args=(browser,), daemon=True).start()

    def _carry(self, browser: socket.socket) -> None:
        self._flows.wait()
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            self._open.discard(browser)
            _close(browser)
            return
        server.settimeout(None)
        pair = {browser: server, server: browser}
        self._open.add(server)
        try:
            self._copy(pair)
        except (OSError, ValueError):
            return  # broken, or closed by `cut`
        finally:
            self._open -= pair.keys()
            for each in pair:
                _close(each)

    def _copy(self, pair: dict[socket.socket, socket.socket]) -> None:
        with selectors.DefaultSelector() as ready:
            for each in pair:
                ready.register(each, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    self._flows.wait()
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    data = source.recv(65536)
                    pair[source].sendall(data)
                    if not data:
                        return


def _close(wire: socket.socket) -> None:
    # The other side may have gone already.
    with contextlib.suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
    wire.close()
