"""The lockout: failed logins slow a source down, and can never lock the owner out (reliability.md 4.3).

In: sources, moments of the machine's clock. Out: how long to wait. Thread: any, one login at a time.
Each source has five free tries, then waits of 30 s to 15 min. A hundred failures of the network without a success
close the door to the network for as long as nobody succeeds: a browser that has logged in before still may, and this
machine itself only ever waits.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from orchestra.api.auth.peer import Peer
from system_databse.door import lockout_rows
from system_databse.door.door_store import DoorStore
from system_databse.door.lockout_rows import Tries

FREE_TRIES = 5
WAITS_S = (30, 60, 120, 240, 480, 900)
QUIET = timedelta(hours=1)
NETWORK = "network"
NETWORK_FAILURES = 100
LONGEST_WAIT = timedelta(seconds=WAITS_S[-1])


class Lockout:
    """Count failures in door.db: a restart refills nobody's budget."""

    def __init__(self, door: DoorStore) -> None:
        self._door = door

    def wait_seconds(self, peer: Peer, now: datetime, *, is_trusted: bool = False) -> int:
        """Return for how long this source may not try; 0: it may."""
        with self._door.reader() as connection:
            own = lockout_rows.load(connection, peer.source)
            network = lockout_rows.load(connection, NETWORK)
        is_closed = not peer.is_loopback and not is_trusted and network.failures >= NETWORK_FAILURES
        return max(wait_of(own, now), WAITS_S[-1] if is_closed else 0)

    def charge(self, peer: Peer, now: datetime) -> int:
        """Count a failure before the PIN is looked at, and return the tries left; `settle` takes it back.

        Done first, so that neither a crash nor a second request at the same time gives a free try.
        """
        with self._door.transaction() as connection:
            tries = after_failure(lockout_rows.load(connection, peer.source), now)
            lockout_rows.store(connection, peer.source, tries)
            if not peer.is_loopback:
                network = lockout_rows.load(connection, NETWORK)
                counted = replace(network, failures=network.failures + 1, last_failed_at=now)
                lockout_rows.store(connection, NETWORK, counted)
        return max(0, FREE_TRIES - tries.failures)

    def settle(self, peer: Peer) -> None:
        """Forget the failures of a source that knew the PIN; any success opens the door to the network again."""
        with self._door.transaction() as connection:
            lockout_rows.clear(connection, peer.source)
            lockout_rows.clear(connection, NETWORK)


def faded(tries: Tries, now: datetime) -> Tries:
    """Return the failures halved for each quiet hour since the last one."""
    if tries.last_failed_at is None or now <= tries.last_failed_at:
        return tries
    hours = int((now - tries.last_failed_at) / QUIET)
    return replace(tries, failures=tries.failures >> min(hours, 64))


def after_failure(tries: Tries, now: datetime) -> Tries:
    """Return the failures after one more, and the wait that it earns."""
    failures = faded(tries, now).failures + 1
    over = failures - FREE_TRIES
    wait = timedelta(seconds=WAITS_S[min(over, len(WAITS_S) - 1)]) if over >= 0 else timedelta(0)
    return Tries(failures, now, now + wait if wait else None)


def wait_of(tries: Tries, now: datetime) -> int:
    """Return the whole seconds left to wait, never more than the longest wait: the clock may have been set back."""
    if tries.locked_until is None or tries.locked_until <= now:
        return 0
    left = min(tries.locked_until - now, LONGEST_WAIT)
    return -int(-left.total_seconds() // 1)
