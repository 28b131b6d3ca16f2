"""Commands of the owner on their way to the engine; the same id twice is the same command.

In: commands of request threads. Out: CommandGiven in the inbox, futures for who asked. Thread: any.
"""

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import takewhile

from orchestra.messages.commands import Answer, Command, CommandGiven, Refusal, refused
from orchestra.runtime.clock import Clock
from orchestra.runtime.inbox import Inbox

KEPT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Given:
    command: Command
    answer: "Future[Answer]"
    at: float


class CommandDesk:
    """Hand commands to the engine and keep what came of them for ten minutes."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self._lock = threading.Lock()
        self._given: dict[str, _Given] = {}
        self._is_closed = False

    def give(self, command: Command, *, command_id: str) -> "Future[Answer]":
        """Return the future of the command; a repeated id joins the first one, another command under it is refused."""
        with self._lock:
            self._forget_old()
            known = self._given.get(command_id)
            if known is not None:
                return known.answer if known.command == command else _settled("this id belongs to another command")
            if self._is_closed:
                return _settled("AutoTrader is stopping")
            answer: Future[Answer] = Future()
            self._given[command_id] = _Given(command, answer, self._clock.monotonic())
        self._inbox.put(CommandGiven(command, answer))
        return answer

    def find(self, command_id: str) -> "Future[Answer] | None":
        """Return the future of an id given in the last ten minutes."""
        with self._lock:
            self._forget_old()
            known = self._given.get(command_id)
            return known.answer if known else None

    def close(self) -> None:
        """Refuse what comes from now on and cancel what the engine will not come to any more."""
        with self._lock:
            self._is_closed = True
            waiting = [given.answer for given in self._given.values()]
        for answer in waiting:
            answer.cancel()

    def _forget_old(self) -> None:
        """Look from the oldest on, as far as they are too old: asking stays cheap however many there are."""
        oldest = self._clock.monotonic() - KEPT_SECONDS
        old = takewhile(lambda item: item[1].at < oldest, self._given.items())
        for command_id in [command_id for command_id, given in old if given.answer.done()]:
            del self._given[command_id]


def _settled(reason: str) -> "Future[Answer]":
    answer: Future[Answer] = Future()
    answer.set_result(refused(Refusal.CONFLICT, reason))
    return answer
