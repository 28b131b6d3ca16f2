"""What the blueprints share: the parts, and what is built of them once."""

from dataclasses import dataclass

from flask import g, request

from orchestra.api.api_parts import ApiLimits, ApiParts
from orchestra.api.auth.lockout import Lockout
from orchestra.api.auth.login import Login
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.pin_keeper import PinKeeper
from orchestra.api.auth.sessions import Session, Sessions
from orchestra.api.command_relay import CommandRelay
from orchestra.api.feed.state_json import State, state_of
from orchestra.api.tickers import Tickers
from orchestra.api.wire.gate import PEER_KEY


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The parts of one API."""

    parts: ApiParts
    limits: ApiLimits
    pins: PinKeeper
    login: Login
    sessions: Sessions
    relay: CommandRelay
    tickers: Tickers

    @classmethod
    def of(cls, parts: ApiParts, limits: ApiLimits) -> "ApiContext":
        """Build what the blueprints share."""
        pins = PinKeeper(parts.system, parts.door)
        return cls(
            parts=parts,
            limits=limits,
            pins=pins,
            login=Login(pins, Lockout(parts.door), parts.clock),
            sessions=Sessions(parts.door, parts.clock),
            relay=CommandRelay(parts.commands, wait_seconds=limits.command_seconds),
            tickers=Tickers(parts.lookups, parts.clock),
        )

    def state(self) -> State:
        """Return the state of the screens as JSON."""
        parts = self.parts
        return state_of(parts.board.snapshot, mode=parts.mode, version=parts.version, halt=parts.halt.halt)


def peer() -> Peer:
    """Return who sent this request."""
    found: Peer = request.environ[PEER_KEY]
    return found


def session() -> Session | None:
    """Return the session of this request."""
    found: Session | None = g.get("session")
    return found
