"""Halt and resume: the flag is set by this very thread, whatever the engine is doing."""

import logging

from flask import Blueprint

from database.errors import StorageError
from orchestra.api.answers import Refused, Reply, reply, time_text
from orchestra.api.api_context import ApiContext, peer
from orchestra.api.command_relay import Body
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import read_body
from orchestra.api.routes.pin import pin_field
from orchestra.messages.commands import CancelOpenOrders
from orchestra.messages.halt import Halt

log = logging.getLogger(__name__)


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the halt."""
    blueprint = Blueprint("safety", __name__)

    @blueprint.post(ROUTES["halt"])
    def halt() -> Reply:
        _set_halt(api)
        read_body()
        known = _halted(api)
        try:
            return api.relay.act(CancelOpenOrders(), shape=lambda values: {**known, **values}, late=known)
        except Refused:
            # The engine is going down: nothing is sent any more, and what works at the broker is not ours to count.
            return reply({**known, "canceled": None, "still_open": None})

    @blueprint.post(ROUTES["resume"])
    def resume() -> Reply:
        result = api.login.attempt(pin_field(read_body("pin")), peer(), is_trusted=True)
        if result.wait_s:
            raise Refused(429, f"Too many wrong PINs: wait {result.wait_s} seconds.", wait_s=result.wait_s)
        if not result.is_right:
            # The tries tell it from a session that has ended.
            raise Refused(401, "The PIN is wrong.", tries_left=result.tries_left)
        api.parts.halt.clear()
        if api.parts.halt.halt is not None:
            raise Refused(409, "Trading was halted again in this very moment: resume once more if it is safe.")
        log.warning("Trading goes on: resumed by %s.", _name())
        return reply({"halted": False})

    return blueprint


def _set_halt(api: ApiContext) -> None:
    # Set even when it is set: a resume that is on its way to the disk must not win over it.
    is_first = api.parts.halt.halt is None
    snapshot = api.parts.board.snapshot
    at = time_text(snapshot.market.now if snapshot else api.parts.clock.now())
    try:
        api.parts.halt.set(Halt(str(at), _name()))
    except StorageError as error:
        log.error("The halt stands, but it could not be stored and ends with this process: %s", error)  # noqa: TRY400
    if is_first:
        log.warning("Halted by %s: nothing is bought any more.", _name())


def _halted(api: ApiContext) -> Body:
    halt = api.parts.halt.halt
    return {"halted": True, "at": halt.at if halt else None, "by": halt.by if halt else None}


def _name() -> str:
    return "this machine" if peer().is_loopback else peer().address
