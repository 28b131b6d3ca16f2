"""The mode switch: what the page may set up, written into `.env`, and a start anew that takes it up.

In: wishes of an owner whose PIN was asked. Out: files, a request to start anew; ConfigError in one plain sentence, and
then nothing is changed. Thread: a request's. No trading state is written: the other mode's folder is at rest.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from database.errors import ConfigError
from database.sqlite_store import SqliteStore
from orchestra.messages.setup import AccountLook, Keys, ModeWish, Standing, masked
from orchestra.run import run_identity
from orchestra.run.run_identity import RunIdentity
from orchestra.run.settings_sources import names_of, settings_sources
from orchestra.run.switching import env_file
from orchestra.run.switching.handover import Handover
from orchestra.run.switching.home_of_mode import home_of
from orchestra.runtime.clock import Clock
from orchestra.runtime.network.own_addresses import own_addresses
from orchestra.runtime.settings import Mode, load_settings
from system_databse.control.limit import Limit, LimitName
from system_databse.door.door_store import DoorStore

log = logging.getLogger(__name__)

FIELDS = {
    "ALPACA_API_KEY": "alpaca_api_key",
    "ALPACA_SECRET_KEY": "alpaca_secret_key",
    "ALPACA_PAPER_API_KEY": "paper_api_key",
    "ALPACA_PAPER_SECRET_KEY": "paper_secret_key",
    "APP_MODE": "app_mode",
    "ALPACA_PAPER": "alpaca_paper",
    "LIVE_CONFIRM": "live_confirm",
}
LAN = "AUTOTRADER_LAN"
OLD_HOST = "APCA_API_BASE_URL"
NEEDS_KEYS = "There are no keys of a paper account yet: enter them."


@dataclass(frozen=True, slots=True)
class Running:
    """What runs now. ties: options of the command line that make it this mode's, and would come back at a start."""

    root: Path
    mode: Mode
    port: int
    ties: tuple[str, ...]
    is_lan: bool


@dataclass(frozen=True, slots=True)
class InUse:
    """What the switch needs of a run once it is open. start_anew: asks the engine to end, for that reason."""

    system: SqliteStore
    door: DoorStore
    clock: Clock
    start_anew: Callable[[str], None]


class ModeSwitch:
    """Set up this machine. look: what a pair of keys opens, raises ConfigError; addresses: of this machine now."""

    def __init__(
        self,
        running: Running,
        look: Callable[[Keys, Mode], AccountLook],
        *,
        addresses: Callable[[], tuple[str, ...]] = own_addresses,
    ) -> None:
        self._running = running
        self._look = look
        self._addresses = addresses
        self._in_use: InUse | None = None
        self._lock = threading.Lock()

    def attach(self, in_use: InUse) -> None:
        """Take over what the run has opened."""
        self._in_use = in_use

    def standing(self) -> Standing:
        """Return how this machine is set up now."""
        active, paper = self._kept()
        addresses = [f"http://{address}:{self._running.port}" for address in self._addresses()]
        return Standing(
            mode=self._running.mode,
            key=masked(active.key) if active else None,
            has_paper_keys=paper is not None,
            obstacle=self._obstacle(),
            is_lan=self._running.is_lan,
            addresses=tuple(addresses),
        )

    def look(self, keys: Keys, mode: str) -> AccountLook:
        """Return what the keys open; raises ConfigError."""
        return self._look(keys, Mode(mode))

    def switch(self, wish: ModeWish) -> None:
        """Check, prepare the other folder, write `.env`; the start anew is asked for apart."""
        with self._lock:
            mode = Mode(wish.mode)
            if obstacle := self._obstacle():
                raise ConfigError(obstacle)
            values = self._values(mode, wish.keys)
            account = ""
            if mode is not Mode.DEMO:
                account = self._look(_pair(values, "ALPACA_API_KEY", "ALPACA_SECRET_KEY"), mode).account_number
            self._prepare(mode, account, wish)
            self._write(values, dropped=self._other_names(), expected=mode)
            log.warning("The owner changes the mode from %s to %s.", self._running.mode, mode)

    def set_lan(self, *, is_on: bool) -> None:
        """Let the page be seen in the network from the next start on, or not."""
        with self._lock:
            self._require_not_in_environment({LAN: "lan"})
            if "--lan" in self._running.ties and not is_on:
                raise ConfigError("AutoTrader was started with --lan: start it without.")
            self._write({LAN: "yes" if is_on else None}, dropped=(), expected=None)
            log.warning("The owner opens the page to the network." if is_on else "The page is for this machine alone.")

    def start_anew(self, reason: str) -> None:
        """Have the program end and begin again."""
        if self._in_use:
            self._in_use.start_anew(reason)

    def _obstacle(self) -> str:
        ties = [tie for tie in self._running.ties if tie != "--lan"]
        if ties:
            return (
                f"AutoTrader was started with {' and '.join(ties)}, which belongs to {self._running.mode} alone: "
                "start it without, then change the mode here."
            )
        try:
            self._require_not_in_environment(FIELDS)
        except ConfigError as error:
            return str(error)
        return ""

    def _require_not_in_environment(self, fields: Mapping[str, str]) -> None:
        environment = settings_sources(self._running.root)[0].values
        names = [name for field in fields.values() for name in names_of(field) if environment.get(name.lower())]
        if names:
            raise ConfigError(
                f"{names[0]} is set in the environment, which counts more than .env: take it out there first."
            )

    def _kept(self) -> tuple[Keys | None, Keys | None]:
        """Return the keys in force, and those of the paper account."""
        settings = load_settings(self._running.root, is_insecure_env_allowed=True)
        active = _keys(settings.alpaca_api_key, settings.alpaca_secret_key)
        parked = _keys(settings.paper_api_key, settings.paper_secret_key)
        is_live = self._running.mode is Mode.LIVE
        return active, parked or (None if is_live else active)

    def _values(self, mode: Mode, given: Keys | None) -> dict[str, str | None]:
        _, paper = self._kept()
        if mode is Mode.PAPER:
            paper = given or paper
            if paper is None:
                raise ConfigError(NEEDS_KEYS)
        if mode is Mode.LIVE and given is None:
            raise ConfigError("Going live needs the keys of the live account: enter them.")
        active, parked = (given, paper) if mode is Mode.LIVE else (paper, None)
        return {
            "ALPACA_API_KEY": active.key if active else None,
            "ALPACA_SECRET_KEY": active.secret if active else None,
            # Kept while real money is traded, so that going back asks for no keys.
            "ALPACA_PAPER_API_KEY": parked.key if parked else None,
            "ALPACA_PAPER_SECRET_KEY": parked.secret if parked else None,
            "APP_MODE": str(mode),
            "ALPACA_PAPER": "false" if mode is Mode.LIVE else "true",
            "LIVE_CONFIRM": "yes" if mode is Mode.LIVE else None,
        }

    def _prepare(self, mode: Mode, account: str, wish: ModeWish) -> None:
        if self._in_use is None:
            raise ConfigError("AutoTrader is still starting: try again in a moment.")
        limits = [Limit(name, wish.most_dollars) for name in FIRST_LIMITS] if wish.most_dollars is not None else []
        identity = RunIdentity(account, mode)
        if mode is self._running.mode:
            run_identity.require(self._in_use.system, identity)
            return
        handover = Handover(self._in_use.system, self._in_use.door, identity, limits)
        handover.into(home_of(self._running.root, mode), self._in_use.clock.now())

    def _other_names(self) -> tuple[str, ...]:
        """Return the other spellings of what is written, and the old name of a host that would contradict it."""
        return (OLD_HOST, *(name for field in FIELDS.values() for name in names_of(field)))

    def _write(self, values: Mapping[str, str | None], *, dropped: tuple[str, ...], expected: Mode | None) -> None:
        path = self._running.root / ".env"
        before = env_file.read(path)
        env_file.write(path, env_file.rewritten(before, values, dropped=dropped))
        try:
            settings = load_settings(self._running.root, is_insecure_env_allowed=True)
            if expected and settings.mode() is not expected:
                raise ConfigError(f"With settings.toml as it is, {expected} would not be the mode: look there.")
        except ConfigError:
            env_file.write(path, before)
            raise


# They bind from the first order on, whatever the first algorithm is.
FIRST_LIMITS = (LimitName.MAX_TRADE_VALUE, LimitName.MAX_POSITION_VALUE)


def _pair(values: Mapping[str, str | None], key: str, secret: str) -> Keys:
    return Keys(values[key] or "", values[secret] or "")


def _keys(key: object, secret: object) -> Keys | None:
    if key is None or secret is None:
        return None
    return Keys(key.get_secret_value(), secret.get_secret_value())  # type: ignore[attr-defined]  # both are SecretStr
