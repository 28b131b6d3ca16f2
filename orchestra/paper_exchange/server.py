"""The offline Alpaca on a loopback port: REST, both WebSockets and the control port, in front of one exchange.

In: requests of any Alpaca client. Out: the exchange's answers. Thread: its own; one more for each connection.
"""

import threading

from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.wire.data_plan import DataPlan
from orchestra.paper_exchange.wire.faults import routes as faults
from orchestra.paper_exchange.wire.faults.board import FaultBoard
from orchestra.paper_exchange.wire.faults.rest_faults import RestFaults
from orchestra.paper_exchange.wire.http_server import ExchangeServer
from orchestra.paper_exchange.wire.request_budget import RateLimit, RequestBudget
from orchestra.paper_exchange.wire.rest.app import create_app, is_same
from orchestra.paper_exchange.wire.rest.market_data.blueprints import blueprints
from orchestra.paper_exchange.wire.sockets.hub import StreamHub
from orchestra.runtime.clock import SystemClock

POLL_SECONDS = 0.05
PAID = DataPlan()


class PaperExchangeServer:
    """Serve one exchange to clients that know key and secret. plan: their market-data subscription.

    rate_limit: whether more than 200 requests a minute are refused.
    """

    def __init__(
        self,
        exchange: PaperExchange,
        *,
        port: int = 0,
        key: str,
        secret: str,
        plan: DataPlan = PAID,
        rate_limit: RateLimit = RateLimit.OFF,
    ) -> None:
        self._exchange = exchange
        self.faults = FaultBoard()
        self._rest_faults = RestFaults(self.faults, lambda: exchange.now)
        self._hub = StreamHub(
            exchange,
            lambda given_key, given_secret: is_same(given_key, key) and is_same(given_secret, secret),
            board=self.faults,
            plan=plan,
        )
        self._app = create_app(
            exchange,
            key=key,
            secret=secret,
            budget=_budget(exchange, rate_limit),
            more=[faults.routes(self.faults), *blueprints(exchange, plan)],
        )
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


def _budget(exchange: PaperExchange, rate_limit: RateLimit) -> RequestBudget:
    if rate_limit is RateLimit.WALL:
        clock = SystemClock()
        return RequestBudget(lambda: clock.now().timestamp(), is_enforced=True)
    return RequestBudget(lambda: exchange.now, is_enforced=rate_limit is RateLimit.MARKET)
