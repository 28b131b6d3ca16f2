"""Halt, stop entries, flatten and resume: a flag is set by this very thread, whatever the engine is doing."""

import logging
from uuid import uuid4

from flask import Blueprint

from database.errors import StorageError
from orchestra.api.answers import Refused, Reply, reply, time_text
from orchestra.api.api_context import ApiContext, peer
from orchestra.api.command_relay import Body
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import command_id, read_body, text_field
from orchestra.api.routes.pin import pin_field, require_pin
from orchestra.messages.commands import CancelOpenOrders, FlattenAll
from orchestra.messages.halt import SELLING_EVERYTHING, Halt, HaltKind

log = logging.getLogger(__name__)

CONFIRMATION = "FLATTEN"


def routes(api: ApiContext) -> Blueprint:
    """Return the routes that stop buying, sell everything, and let trading go on."""
    blueprint = Blueprint("safety", __name__)

    @blueprint.post(ROUTES["halt"])
    def halt() -> Reply:
        known = _halted(api, HaltKind.STOP_ALL)
        try:
            return api.relay.act(CancelOpenOrders(), shape=lambda values: {**known, **values}, late=known)
        except Refused:
            # The engine is going down: nothing is sent any more, and what works at the broker is not ours to count.
            return reply({**known, "canceled": None, "still_open": None})

    @blueprint.post(ROUTES["stop_entries"])
    def stop_entries() -> Reply:
        return reply(_halted(api, HaltKind.STOP_ENTRIES))

    @blueprint.post(ROUTES["flatten"])
    def flatten() -> Reply:
        body = read_body("confirm", "pin")
        if body.get("confirm") != CONFIRMATION:
            raise Refused(400, f"To sell everything, send {{'confirm': '{CONFIRMATION}', 'pin': ...}}.")
        require_pin(api, pin_field(body))
        _set_halt(api, HaltKind.STOP_ALL, SELLING_EVERYTHING)
        known = _told(api)
        return api.relay.act(
            FlattenAll(command_id() or uuid4().hex), shape=lambda values: {**known, **values}, late=known
        )

    @blueprint.post(ROUTES["resume"])
    def resume() -> Reply:
        require_pin(api, pin_field(read_body("pin")))
        api.parts.halt.clear()
        if api.parts.halt.halt is not None:
            raise Refused(409, "Trading was halted again in this very moment: resume once more if it is safe.")
        log.warning("Trading goes on: resumed by %s.", _name())
        return reply({"halted": False})

    return blueprint


def _halted(api: ApiContext, kind: HaltKind) -> Body:
    """Set the halt whatever else is wrong with the request, then say what is wrong, or what stands."""
    wrong: Refused | None = None
    reason = ""
    try:
        body = read_body("reason")
        reason = text_field(body, "reason") if body.get("reason") else ""
    except Refused as error:
        wrong = error
    _set_halt(api, kind, reason)
    if wrong:
        raise wrong
    return _told(api)


def _set_halt(api: ApiContext, kind: HaltKind, reason: str) -> None:
    # Set even when it is set: a resume that is on its way to the disk must not win over it.
    before = api.parts.halt.halt
    snapshot = api.parts.board.snapshot
    at = time_text(snapshot.market.now if snapshot else api.parts.clock.now())
    halt = Halt(str(at), _name(), reason, kind)
    try:
        api.parts.halt.set(halt)
    except StorageError as error:
        log.error("The halt stands, but it could not be stored and ends with this process: %s", error)  # noqa: TRY400
    if before is None or halt.is_beyond(before):
        log.warning("Halted by %s (%s): nothing is bought any more.", _name(), kind)


def _told(api: ApiContext) -> Body:
    halt = api.parts.halt.halt
    return {
        "halted": True,
        "at": halt.at if halt else None,
        "by": halt.by if halt else None,
        "reason": halt.reason if halt else "",
        "kind": str(halt.kind) if halt else str(HaltKind.STOP_ALL),
    }


def _name() -> str:
    return "this machine" if peer().is_loopback else peer().address
