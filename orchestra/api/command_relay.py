"""Acts of the owner: handed to the engine, waited for, answered; never done twice under one id.

In: commands of request threads. Out: HTTP answers. Thread: any request thread.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from itertools import takewhile
from uuid import uuid4

from orchestra.api.answers import Refused, Reply, plain, reply
from orchestra.api.request_body import command_id
from orchestra.messages.commands import Answer, Command, Refusal
from orchestra.runtime.owner.command_desk import CommandDesk

STATUS = {Refusal.INVALID: 400, Refusal.NOT_FOUND: 404, Refusal.CONFLICT: 409}

Body = dict[str, object]
Shape = Callable[[Mapping[str, object]], Body]


def as_it_is(values: Mapping[str, object]) -> Body:
    """Return the engine's answer as the body."""
    return {name: plain(value) for name, value in values.items()}


class CommandRelay:
    """Give commands to the engine. wait_seconds: how long a request waits before it is told to ask again."""

    def __init__(self, desk: CommandDesk, *, wait_seconds: float) -> None:
        self._desk = desk
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._shapes: dict[str, tuple[int, Shape]] = {}

    def act(self, command: Command, *, status: int = 200, shape: Shape = as_it_is, late: Body | None = None) -> Reply:
        """Answer with what came of the command; 202 and its id when that takes too long.

        status, shape: of a success. late: what is known already, told with the 202.
        """
        identifier = command_id() or uuid4().hex
        future = self._desk.give(command, command_id=identifier)
        self._remember(identifier, status, shape)
        try:
            answer = future.result(self._wait_seconds)
        except TimeoutError:
            return reply({"command_id": identifier, **(late or {})}, 202)
        except CancelledError:
            raise Refused(503, "AutoTrader is stopping: nothing was done.") from None
        return reply(*_answered(answer, status, shape))

    def result(self, identifier: str) -> Reply:
        """Answer with what came of an earlier act, wrapped as {status, body}."""
        future = self._desk.find(identifier)
        with self._lock:
            known = self._shapes.get(identifier)
        if future is None or known is None:
            raise Refused(404, "No act of the last ten minutes has this id.")
        if not future.done():
            return reply({"status": "pending"}, 202)
        body, status = _settled(future, *known)
        return reply({"status": status, "body": body})

    def _remember(self, identifier: str, status: int, shape: Shape) -> None:
        with self._lock:
            # In the order they were given, so that those which the desk has forgotten come first.
            for forgotten in list(takewhile(lambda known: self._desk.find(known) is None, self._shapes)):
                del self._shapes[forgotten]
            self._shapes.setdefault(identifier, (status, shape))


def _settled(future: "Future[Answer]", status: int, shape: Shape) -> tuple[Body, int]:
    try:
        return _answered(future.result(0), status, shape)
    except CancelledError:
        return {"error": "AutoTrader stopped before it was done."}, 503


def _answered(answer: Answer, status: int, shape: Shape) -> tuple[Body, int]:
    if answer.refusal is not None:
        return {"error": answer.reason}, STATUS[answer.refusal]
    return shape(answer.values), status
