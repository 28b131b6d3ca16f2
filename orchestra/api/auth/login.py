"""One try with a PIN: may this source try, is it right, what does that cost.

In: digits and a peer. Out: a LoginResult. Thread: any request thread; one try at a time.
"""

import logging
from dataclasses import dataclass

from orchestra.api.auth.lockout import Lockout
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.pin_keeper import PinKeeper
from orchestra.api.auth.turnstile import TurnedAway, Turnstile
from orchestra.runtime.clock import Clock

log = logging.getLogger(__name__)

BUSY_WAIT_S = 2


@dataclass(frozen=True, slots=True)
class LoginResult:
    """What came of a try. wait_s > 0: it was not looked at."""

    is_right: bool
    tries_left: int = 0
    wait_s: int = 0


class Login:
    """Try PINs for request threads."""

    def __init__(self, pins: PinKeeper, lockout: Lockout, clock: Clock) -> None:
        self._pins = pins
        self._lockout = lockout
        self._clock = clock
        self._turnstile = Turnstile()

    def attempt(self, pin: str, peer: Peer, *, is_trusted: bool = False) -> LoginResult:
        """Try the PIN. is_trusted: the browser has logged in before, so a closed door to the network is open to it."""
        try:
            with self._turnstile.passage():
                return self._attempt(pin, peer, is_trusted=is_trusted)
        except TurnedAway:
            return LoginResult(is_right=False, wait_s=BUSY_WAIT_S)

    def digest(self, pin: str) -> str | None:
        """Return the digest of a new PIN, None when too many are waiting."""
        try:
            with self._turnstile.passage():
                return self._pins.digest(pin)
        except TurnedAway:
            return None

    def _attempt(self, pin: str, peer: Peer, *, is_trusted: bool) -> LoginResult:
        wait_s = self._lockout.wait_seconds(peer, self._clock.now(), is_trusted=is_trusted)
        if wait_s:
            return LoginResult(is_right=False, wait_s=wait_s)
        tries_left = self._lockout.charge(peer, self._clock.now())
        if self._pins.is_right(pin):
            self._lockout.settle(peer)
            return LoginResult(is_right=True)
        log.warning("A login from %s failed: wrong PIN.", peer.address)
        return LoginResult(is_right=False, tries_left=tries_left)
