"""Answers to acts that the engine has no part in, kept for ten minutes: the same id twice is the same act.

In: acts of request threads. Out: HTTP answers. Thread: any request thread, one act after the other; they are short.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import TTLCache

from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.request_body import command_id
from orchestra.runtime.clock import Clock

KEPT_SECONDS = 600
MOST_KEPT = 500

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Kept:
    asked: object
    body: Body
    status: int


class KeptAnswers:
    """Do each act once for each Idempotency-Key; one that was refused has done nothing and may be tried again."""

    def __init__(self, clock: Clock) -> None:
        self._lock = threading.Lock()
        self._kept: TTLCache[str, _Kept] = TTLCache(MOST_KEPT, KEPT_SECONDS, clock.monotonic)

    def once(self, asked: object, act: Callable[[], tuple[Body, int]]) -> Reply:
        """Answer with what came of the act. asked: what is wanted; something else under the same id is refused."""
        identifier = command_id()
        with self._lock:
            known = self._kept.get(identifier) if identifier else None
            if known is None:
                known = _Kept(asked, *act())
                if identifier:
                    self._kept[identifier] = known
            elif known.asked != asked:
                raise Refused(409, "This id belongs to another act.")
        return reply(known.body, known.status)

    def result(self, identifier: str) -> Reply | None:
        """Answer with what came of an earlier act, wrapped as {status, body}; None for an id that is not known."""
        with self._lock:
            known = self._kept.get(identifier)
        return None if known is None else reply({"status": known.status, "body": known.body})
