"""The offline Alpaca on a loopback port: REST, both WebSockets and the control port, in front of one exchange.

In: requests of any Alpaca client. Out: the exchange's answers. Thread: its own; one more for each connection.
"""

import threading

from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.faults import routes as faults
from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.rest_faults import RestFaults
from orchestra.paper_exchange.wire.http_server import ExchangeServer
from orchestra.paper_exchange.wire.rest.app import create_app, is_same
from orchestra.paper_exchange.wire.sockets.hub import StreamHub

POLL_SECONDS = 0.05


class PaperExchangeServer:
    """Serve one exchange to clients that know key and secret."""

    def __init__(self, exchange: PaperExchange, *, port: int = 0, key: str, secret: str) -> None:
        self._exchange = exchange
        self.faults = FaultBoard()
        self._rest_faults = RestFaults(self.faults, lambda: exchange.now)
        self._hub = StreamHub(
            lambda given_key, given_secret: is_same(given_key, key) and is_same(given_secret, secret), self.faults
        )
        self._app = create_app(exchange, key=key, secret=secret, more=[faults.routes(self.faults)])
        self.faults.heal_with(self._rest_faults.heal)
        self._hub.on_minute(self._rest_faults.minute_began)
        self._port = port
        self._server: ExchangeServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Listen and return the base URL, e.g. `http://127.0.0.1:40123`. port 0 takes any free one.

        Raises OSError when the port is taken.
        """
        self._server = ExchangeServer(
            self._app, self._port, faults=self._rest_faults, socket_server_of=self._hub.server_of
        )
        self._exchange.attach(self._hub)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="exchange", daemon=True
        )
        self._thread.start()
        return f"http://127.0.0.1:{self._server.port}"

    def stop(self) -> None:
        """Stop listening, say goodbye to the streams and end every connection. The exchange itself stays open."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._rest_faults.heal()
        self._hub.close()
        self._thread.join()
        self._server.server_close()
        self._server.hang_up()
        self._server = self._thread = None
