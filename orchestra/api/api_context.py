"""What the blueprints share: the parts, and what is built of them once."""

from dataclasses import dataclass

from flask import g, request

from orchestra.api.api_parts import ApiLimits, ApiParts
from orchestra.api.auth.fresh_pin import FreshPins
from orchestra.api.auth.lockout import Lockout
from orchestra.api.auth.login import Login
from orchestra.api.auth.peer import Peer
from orchestra.api.auth.pin_keeper import PinKeeper
from orchestra.api.auth.readers.call_limit import CallLimit
from orchestra.api.auth.readers.reader_keys import Reader, ReaderKeys
from orchestra.api.auth.sessions import Session, Sessions
from orchestra.api.auth.watchers import Watchers
from orchestra.api.command_relay import CommandRelay
from orchestra.api.feed.state_json import State, state_of
from orchestra.api.kept_answers import KeptAnswers
from orchestra.api.symbols.asset_list import AssetList
from orchestra.api.symbols.tickers import Tickers
from orchestra.api.wire.gate import PEER_KEY
from orchestra.messages.live_snapshot import LiveSnapshot
from system_databse.history.trip_history import TripHistory

# A turn may last 5 s; a screen that shows figures of half a minute ago says so.
ENGINE_LATE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The parts of one API."""

    parts: ApiParts
    limits: ApiLimits
    pins: PinKeeper
    login: Login
    sessions: Sessions
    watchers: Watchers
    fresh_pins: FreshPins
    reader_keys: ReaderKeys
    reader_calls: CallLimit
    relay: CommandRelay
    kept_answers: KeptAnswers
    tickers: Tickers
    assets: AssetList
    trips: TripHistory

    @classmethod
    def of(cls, parts: ApiParts, limits: ApiLimits) -> "ApiContext":
        """Build what the blueprints share."""
        pins = PinKeeper(parts.system, parts.door)
        sessions = Sessions(parts.door, parts.clock)
        return cls(
            parts=parts,
            limits=limits,
            pins=pins,
            login=Login(pins, Lockout(parts.door), parts.clock),
            sessions=sessions,
            watchers=Watchers(sessions, parts.door, parts.clock),
            fresh_pins=FreshPins(parts.clock),
            reader_keys=ReaderKeys(parts.door, parts.clock, parts.readers),
            reader_calls=CallLimit(),
            relay=CommandRelay(parts.commands, wait_seconds=limits.command_seconds),
            kept_answers=KeptAnswers(parts.clock),
            tickers=Tickers(parts.lookups, parts.clock),
            assets=AssetList(parts.lookups, parts.clock),
            trips=TripHistory(parts.system),
        )

    def is_locked_hour(self) -> bool:
        """Say whether the owner wants acts to need the PIN at this hour."""
        snapshot = self.parts.board.snapshot
        return snapshot is not None and snapshot.preferences.is_locked_at(self.parts.clock.now())

    def state(self) -> State:
        """Return the state of the screens as JSON."""
        parts = self.parts
        snapshot = parts.board.snapshot
        state = state_of(snapshot, mode=parts.mode, version=parts.version, halt=parts.halt.halt)
        if snapshot is not None:
            state["health"]["is_engine_late"] = self._is_late(snapshot)
        state["preferences"]["is_locked_hour"] = self.is_locked_hour()
        return state

    def _is_late(self, snapshot: LiveSnapshot) -> bool:
        """Say whether the engine, which makes a snapshot each second, has made none for long."""
        return bool(snapshot.taken_at) and self.parts.clock.monotonic() - snapshot.taken_at > ENGINE_LATE_SECONDS


def peer() -> Peer:
    """Return who sent this request."""
    found: Peer = request.environ[PEER_KEY]
    return found


def session() -> Session | None:
    """Return the session of this request."""
    found: Session | None = g.get("session")
    return found


def reader() -> Reader | None:
    """Return the program whose key came with this request."""
    found: Reader | None = g.get("reader")
    return found
