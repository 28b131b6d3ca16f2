"""The set-up over HTTP: which account and mode, whether keys open something, another mode, the page in the network.

Keys come in a body and go into `.env`; no answer, event or log line holds them.
"""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from database.errors import ConfigError
from orchestra.api.answers import Refused, Reply, reply
from orchestra.api.api_context import ApiContext, session
from orchestra.api.api_parts import SetupControl
from orchestra.api.protocol import ROUTES
from orchestra.api.request_body import flag_field, money_field, read_body
from orchestra.api.routes.pin import pin_field, require_pin
from orchestra.messages.setup import Keys, ModeWish
from system_databse.algorithm_record import AlgorithmStatus

PAPER, LIVE, DEMO = "PAPER", "LIVE", "DEMO"
KEY = re.compile(r"[A-Za-z0-9+/_=.-]{8,128}")
NOT_HERE = "This run cannot be set up from its page."
CHANGED = "a change of mode"


def routes(api: ApiContext) -> Blueprint:
    """Return the routes of the set-up."""
    blueprint = Blueprint("setup", __name__)

    @blueprint.get(ROUTES["setup"])
    def show() -> Reply:
        return reply(_control(api).standing().to_values())

    @blueprint.post(ROUTES["check_keys"])
    def check() -> Reply:
        body = read_body("key", "secret", "mode")
        api.fresh_pins.require(session())
        keys, mode = _keys(body), _mode(body, PAPER, LIVE)
        return reply(_asked(lambda: _control(api).look(keys, mode)).to_values())

    @blueprint.post(ROUTES["mode"])
    def change() -> Reply:
        body = read_body("mode", "key", "secret", "most_dollars", "pin")
        wish = _wish(body)
        control = _control(api)
        if reason := _why_not_leave(api):
            raise Refused(409, reason)
        if wish.mode == LIVE:
            # Real money asks for the PIN itself, however fresh the session is.
            require_pin(api, pin_field(body))
        else:
            api.fresh_pins.require(session())
        _asked(lambda: control.switch(wish))
        return _restarting(control, {"mode": wish.mode})

    @blueprint.post(ROUTES["lan"])
    def lan() -> Reply:
        is_on = flag_field(read_body("is_on"), "is_on")
        api.fresh_pins.require(session())
        control = _control(api)
        _asked(lambda: control.set_lan(is_on=is_on))
        return _restarting(control, {"is_on": is_on})

    return blueprint


def _control(api: ApiContext) -> SetupControl:
    if api.parts.setup is None:
        raise Refused(409, NOT_HERE)
    return api.parts.setup


def _asked(question: Any) -> Any:
    """Return the answer; what cannot be is a conflict, told in its own words."""
    try:
        return question()
    except ConfigError as error:
        raise Refused(409, str(error)) from error


def _restarting(control: SetupControl, body: Mapping[str, object]) -> Reply:
    """Answer first, then start anew."""
    response: Response
    response, status = reply({**body, "is_restarting": True})
    response.call_on_close(lambda: control.start_anew(CHANGED))
    return response, status


def _wish(body: Mapping[str, Any]) -> ModeWish:
    mode = _mode(body, DEMO, PAPER, LIVE)
    keys = _keys(body) if body.get("key") is not None or mode == LIVE else None
    return ModeWish(mode, keys, money_field(body, "most_dollars") if mode == LIVE else None)


def _mode(body: Mapping[str, Any], *known: str) -> str:
    mode = body.get("mode")
    if mode not in known:
        raise Refused(400, f"'mode' must be one of {', '.join(known)}.")
    return str(mode)


def _keys(body: Mapping[str, Any]) -> Keys:
    key, secret = body.get("key"), body.get("secret")
    for value, name in ((key, "key"), (secret, "secret")):
        if not isinstance(value, str) or not KEY.fullmatch(value.strip()):
            # What was typed is not repeated: it may be a key with a slip in it.
            raise Refused(400, f"The {name} does not look like one of Alpaca's: 8 to 128 letters, digits and signs.")
    return Keys(str(key).strip(), str(secret).strip())


def _why_not_leave(api: ApiContext) -> str | None:
    """Return why the mode cannot be left: with real money, nobody would watch what is held."""
    snapshot = api.parts.board.snapshot
    if api.parts.mode != LIVE or snapshot is None:
        return None
    busy = [
        card.record.ticker
        for card in snapshot.algorithms
        if card.record.status is not AlgorithmStatus.STOPPED and (card.figures.shares or card.working)
    ]
    if not busy:
        return None
    return (
        f"Algorithms hold shares or orders for real money ({', '.join(sorted(set(busy)))}), and nobody would watch "
        "them. Stop these algorithms first, selling or keeping their shares."
    )
