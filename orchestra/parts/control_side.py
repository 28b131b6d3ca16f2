"""The controls' side of a run: what other processes have written into door.db, and what a halt asks of the orders.

In: the halt and the wishes in door.db. Out: the halt switch set or cleared, wishes carried out once, entries canceled.
Thread: engine. The command line halts a running program by way of the disk; whoever halts here is heard without it.
"""

import json
import logging
from collections.abc import Iterable
from concurrent.futures import Future
from decimal import Decimal, InvalidOperation
from typing import Any

from database.errors import StorageError
from database.timestamps import parse_iso
from orchestra.api.stored_halt import KEY, halt_of
from orchestra.engine import Engine
from orchestra.messages.commands import Answer, Command, CommandGiven, FlattenAll, Propose, SetLimit
from orchestra.messages.halt import HaltKind
from orchestra.risk.halt_switch import HaltSwitch
from system_databse.control.limit import LimitName
from system_databse.door.door_store import DoorStore
from system_databse.door.wish_rows import FLATTEN, LIMIT, PROPOSE, Wish
from system_databse.order import Purpose
from system_databse.signals.signal_status import OWNER_WAITS
from system_databse.trading_signal import Action, Source

log = logging.getLogger(__name__)

HALTED = "HALTED"
UNREADABLE = "door.db cannot be read, and somebody may have halted in it"


class ControlSide:
    """Watch door.db for the engine: on each pass, and whenever the order path asks whether it may go on."""

    def __init__(self, engine: Engine, door: DoorStore, halt: HaltSwitch) -> None:
        self._engine = engine
        self._door = door
        self._halt = halt
        self._watch = door.watch()
        self._stored: str | None = None
        self._wishes: list[Wish] = []
        self._is_unreadable = False
        halt.look = self.look
        engine.close_gates_by(self.reasons)
        engine.each_pass(self.run_due, at_stop=self._watch.close)

    def reasons(self) -> Iterable[str]:
        """Return why nothing may be bought: a halt that cannot be seen could stand."""
        return [UNREADABLE] if self._is_unreadable else []

    def look(self) -> None:
        """Take over the halt of another process, or that it has taken one back; costs nothing while nobody writes."""
        try:
            self._read()
        except StorageError as error:
            self._watch.look_again()
            if not self._is_unreadable:
                log.error("Nothing is bought until door.db can be read again: %s", error)  # noqa: TRY400 - says all
            self._is_unreadable = True
        else:
            self._is_unreadable = False

    def run_due(self) -> None:
        """Do what is due on a pass of the loop."""
        self.look()
        wishes, self._wishes = self._wishes, []
        for wish in wishes:
            self._carry_out(wish)
        halt = self._halt.halt
        if halt and halt.kind is HaltKind.STOP_ALL:
            self._cancel_entries()

    def _read(self) -> None:
        since = self._halt.steady()
        if not self._watch.has_changed():
            return
        text, self._wishes = self._door.control(KEY), self._door.wishes()
        if text is not None:
            self._halt.adopt(halt_of(text))
        elif self._stored is not None and not self._is_forgotten(self._stored, since):
            # A thread of this process is changing the halt right now: what the disk will say is not decided yet.
            self._watch.look_again()
            return
        self._stored = text

    def _is_forgotten(self, text: str, since: int | None) -> bool:
        return since is not None and self._halt.forget(halt_of(text), since=since)

    def _cancel_entries(self) -> None:
        for order in self._engine.books.open_orders():
            if order.purpose is Purpose.ENTRY and order.is_working and order.cancel_wanted_at is None:
                self._engine.desk.cancel(order, HALTED)

    def _carry_out(self, wish: Wish) -> None:
        """Carry out a wish that nobody has taken up yet; a refusal is written down for whoever asks."""
        wishes = self._engine.owner.wishes
        if wishes.is_taken(wish.id):
            return
        log.warning("%s asks for '%s'.", wish.by, wish.act)
        answer = self._too_late(wish) or self._answer(command_of(wish))
        if answer:
            wishes.refuse(wish.id, answer)

    def _too_late(self, wish: Wish) -> str | None:
        """Return why it is not taken up: a proposal of before a long crash would be told as if it were new."""
        clock = self._engine.world.clock
        is_old = not clock.is_simulated and clock.now() - parse_iso(wish.at) >= OWNER_WAITS
        return "It was proposed more than an hour ago." if wish.act == PROPOSE and is_old else None

    def _answer(self, command: Command | None) -> str | None:
        """Return why it was refused, None when it was carried out."""
        if command is None:
            return "This AutoTrader does not understand it."
        future: Future[Answer] = Future()
        self._engine.owner.front.on_command(CommandGiven(command, future))
        answer = future.result(0)
        return answer.reason if answer.refusal else None


def command_of(wish: Wish) -> Command | None:
    """Return what is to be done for a wish, None for one that makes no sense."""
    if wish.act == FLATTEN:
        return FlattenAll(wish.id)
    read = {LIMIT: _limit, PROPOSE: _proposal}.get(wish.act)
    try:
        return read(json.loads(wish.body), wish.id) if read else None
    except (ValueError, KeyError, TypeError, InvalidOperation, RecursionError):
        return None


def _limit(body: Any, wish_id: str) -> Command | None:
    value, algorithm_id = body["value"], body["algorithm_id"]
    if not (algorithm_id is None or isinstance(algorithm_id, int)):
        return None
    return SetLimit(LimitName(body["name"]), None if value is None else Decimal(value), algorithm_id, wish_id)


def _proposal(body: Any, wish_id: str) -> Command | None:
    """Read a proposal; whether it can be carried out its counter says."""
    algorithm_id, confidence, metadata = body["algorithm_id"], body["confidence"], body["metadata"]
    if type(algorithm_id) is not int or not isinstance(metadata, dict):
        return None
    return Propose(
        algorithm_id,
        Action(body["action"]),
        Decimal(str(body["shares"])),
        confidence=None if confidence is None else float(confidence),
        reason=str(body["reason"]),
        source=Source(body["source"]),
        metadata=metadata,
        wish_id=wish_id,
    )
