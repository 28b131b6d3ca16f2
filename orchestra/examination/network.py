"""The port of the page, and whether the broker takes the keys.

In: a port, an account. Out: diagnoses. Thread: main.
"""

import http.client
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from orchestra.messages.diagnosis import Diagnoses, Diagnosis, bad, doubtful, well
from system_databse.errors import BrokerError, BrokerRejected

LOOPBACK = "127.0.0.1"
WAIT_SECONDS = 3.0
MOST_BYTES = 65_536
LARGEST_OFFSET_SECONDS = 2.0


class AskedAccount(Protocol):
    """The questions to the broker that need no more than keys."""

    def account(self) -> dict[str, Any]:
        """Return the account."""

    def clock(self) -> datetime:
        """Return the exchange's time."""


def examine_port(port: int) -> Diagnosis:
    """Return whether the port of the page is free, ours, or somebody else's."""
    line = http.client.HTTPConnection(LOOPBACK, port, timeout=WAIT_SECONDS)
    try:
        line.request("GET", "/health", headers={"Host": f"{LOOPBACK}:{port}"})
        answer = json.loads(line.getresponse().read(MOST_BYTES))
    except ConnectionRefusedError:
        return well("port", f"{port} is free")
    except (OSError, http.client.HTTPException, ValueError):
        answer = None
    finally:
        line.close()
    if not isinstance(answer, dict) or answer.get("app") != "autotrader":
        advice = f"see who with 'ss -ltnp sport = :{port}', or choose another with --port"
        return bad("port", f"{port} is in use by another program", advice)
    told = f"{port} is AutoTrader's own page, {answer.get('mode')}, {answer.get('status')}"
    if answer.get("status") == "degraded":
        return doubtful("port", told, "look at the page, which says what is wrong")
    return well("port", told)


def examine_account(account: AskedAccount, now: Callable[[], datetime]) -> Diagnoses:
    """Yield whether the broker takes the keys, and whether its clock agrees with ours."""
    try:
        row = account.account()
        before = now()
        theirs = account.clock()
        after = now()
    except BrokerRejected as error:
        yield bad("keys", f"the broker refuses them ({error.status})", "make new ones at Alpaca and put them into .env")
        return
    except BrokerError as error:
        yield doubtful("keys", f"the broker did not answer ({error})", "look at the network, and try again")
        return
    yield well("keys", f"taken by account {row.get('account_number')}, {row.get('status')}")
    blocked = [name for name in ("trading_blocked", "account_blocked", "transfers_blocked") if row.get(name) is True]
    if blocked:
        yield bad("account", f"Alpaca says {', '.join(blocked)}", "ask Alpaca")
    # Asked at some moment between before and after.
    ahead = (before - theirs).total_seconds(), (after - theirs).total_seconds()
    least = max(ahead[0], -ahead[1], 0.0)
    if least > LARGEST_OFFSET_SECONDS:
        yield bad(
            "broker's clock", f"at least {least:.1f} seconds from ours", "set this machine's clock: nothing is bought"
        )
    else:
        yield well("broker's clock", "agrees with ours")
