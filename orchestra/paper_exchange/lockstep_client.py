"""The engine's side of the handshake with an exchange that runs as another process.

In: `done` and `next_tick` calls. Out: what the exchange's control port answers. Thread: one session for each thread.
"""

import threading
from decimal import Decimal

import requests

from database.errors import ConfigError
from orchestra.messages.lockstep import Execution, Settlement, Tick
from system_databse.errors import BrokerUnavailable

TIMEOUT_SECONDS = 10
OUT_OF_STEP = 409


class LockStepClient:
    """Speak to the control port. Satisfies LockStep; both calls can be repeated safely."""

    def __init__(self, base_url: str, *, key: str = "demo", secret: str = "demo") -> None:  # noqa: S107 - no secret
        self._base_url = base_url
        self._headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}
        self._local = threading.local()
        self._minute = 0
        self._seen = 0

    def done(self, minute: int) -> Settlement:
        """Tell the exchange that the engine has committed and sent all it wants at `minute`.

        Says with it how much of this minute's news arrived here: only what arrived can be settled.
        Raises ConfigError when the two books belong to different runs, BrokerUnavailable when the exchange is gone.
        """
        if minute != self._minute:
            self._minute, self._seen = minute, 0
        body = self._request("POST", "/control/done", {"minute": minute, "seen": self._seen}).json()
        executions = tuple(
            Execution(
                execution_id=each["execution_id"],
                client_order_id=each["client_order_id"],
                symbol=each["symbol"],
                side=each["side"],
                qty=Decimal(each["qty"]),
                price=Decimal(each["price"]),
                cumulative_qty=Decimal(each["cumulative_qty"]),
                at=each["at"],
            )
            for each in body["executions"]
        )
        self._seen = body["news"]
        return Settlement(executions, is_settled=body["is_settled"], news=self._seen)

    def next_tick(self, after: int, wait_seconds: float) -> Tick | None:
        """Return the first tick later than `after`, or None when it did not come in time."""
        response = self._request("GET", f"/control/tick?after={after}&wait_seconds={wait_seconds}")
        if response.status_code == requests.codes.no_content:
            return None
        body = response.json()
        return Tick(
            minute=body["minute"],
            traded=frozenset(body["traded"]),
            sent=frozenset(body["sent"]),
            has_ended=body["has_ended"],
            told=None if body["told"] is None else frozenset(body["told"]),
        )

    def _request(self, method: str, path: str, body: dict[str, int] | None = None) -> requests.Response:
        session, url = self._session(), self._base_url + path
        try:
            response = session.request(method, url, json=body, timeout=TIMEOUT_SECONDS, headers=self._headers)
        except requests.RequestException as error:
            raise BrokerUnavailable(f"The exchange at {self._base_url} does not answer: start it again.") from error
        if response.status_code == OUT_OF_STEP:
            raise ConfigError(response.json()["message"])
        if not response.ok:
            raise BrokerUnavailable(f"The exchange refused {path} with {response.status_code}: {response.text.strip()}")
        return response

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
        session: requests.Session = self._local.session
        return session
