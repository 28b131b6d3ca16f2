"""The front office: every command of the owner gets one handler and one answer, whatever state trading is in.

In: CommandGiven out of the inbox. Out: answers. Thread: engine, between minutes and while a minute is settled.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from database.errors import AutoTraderError, StorageError, StorageUnavailable
from orchestra.messages.commands import Answer, CommandGiven, Refusal, refused
from orchestra.office.stop_counter import Pending
from orchestra.runtime.clock import Clock
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.plain_text import plain_line

log = logging.getLogger(__name__)

# Who asked over HTTP waits ten seconds, and shall hear how far it came.
LONGEST_WAIT_SECONDS = 8.0
LONGEST_REASON = 300
NOT_STORED = "The disk takes no writes now, so nothing was done: try again in a moment."
STOPPING = "AutoTrader is stopping."

Handlers = Mapping[type, Callable[[Any], Answer | Pending]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    pending: Pending
    future: "Future[Answer]"
    until: float


class FrontOffice:
    """Act on commands at once; an answer that depends on the broker may wait eight seconds, and nobody else with it.

    after_command: called when a command has changed something.
    """

    def __init__(self, handlers: Handlers, clock: Clock, *, after_command: Callable[[], None]) -> None:
        self._handlers = handlers
        self._clock = clock
        self._after_command = after_command
        self._waiting: list[_Waiting] = []

    def on_command(self, given: CommandGiven) -> None:
        """Carry a command out. Our own errors are answers; only a database that fails ends the engine."""
        if not given.answer.set_running_or_notify_cancel():
            return
        outcome: Answer | Pending = refused(Refusal.CONFLICT, "AutoTrader has stopped on an error: see its log.")
        try:
            outcome = self._outcome(given)
        except StorageUnavailable:
            outcome = refused(Refusal.CONFLICT, NOT_STORED)
            raise
        finally:
            self._settle(outcome, given.answer)
        self._after_command()

    def run_due(self) -> None:
        """Give the answers that need not wait any longer."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if each.pending.is_ready() or self._clock.monotonic() >= each.until:
                each.future.set_result(each.pending.answer())
            else:
                self._waiting.append(each)

    def close(self, inbox: Inbox) -> None:
        """Answer what waits with what is known, and refuse what the engine will not come to any more."""
        for each in self._waiting:
            each.future.set_result(each.pending.answer())
        self._waiting = []
        while (message := inbox.take(0)) is not None:
            if isinstance(message, CommandGiven) and message.answer.set_running_or_notify_cancel():
                message.answer.set_result(refused(Refusal.CONFLICT, STOPPING))

    def _outcome(self, given: CommandGiven) -> Answer | Pending:
        name = type(given.command).__name__
        try:
            outcome = self._handlers[type(given.command)](given.command)
        except StorageError:
            raise
        except AutoTraderError as error:
            outcome = refused(Refusal.CONFLICT, str(error))
        if isinstance(outcome, Answer) and outcome.refusal:
            log.info("%s was refused: %s", name, plain_line(outcome.reason, longest=LONGEST_REASON))
        else:
            log.info("%s was carried out.", name)
        return outcome

    def _settle(self, outcome: Answer | Pending, future: "Future[Answer]") -> None:
        if isinstance(outcome, Answer):
            future.set_result(outcome)
        elif outcome.is_ready():
            future.set_result(outcome.answer())
        else:
            self._waiting.append(_Waiting(outcome, future, self._clock.monotonic() + LONGEST_WAIT_SECONDS))
