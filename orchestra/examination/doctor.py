"""The doctor: looks at everything that has to be right on a machine that trades, one diagnosis after the other.

In: the machine, a data directory that may be in use, when wanted the broker. Out: diagnoses. Thread: any.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from database.errors import ConfigError
from orchestra.examination.directory import Surroundings, examine_directory, examine_env
from orchestra.examination.machine import Machine, examine_machine
from orchestra.examination.network import AskedAccount, examine_account, examine_port
from orchestra.examination.trading import examine_trading
from orchestra.messages.diagnosis import Diagnoses, Diagnosis, bad, doubtful, well
from orchestra.run.data_directory import DataDirectory
from orchestra.runtime.clock import Clock
from orchestra.runtime.settings import Mode, Settings, load_settings


def open_account(settings: Settings, mode: Mode, clock: Clock) -> AskedAccount:
    """Return the line to the broker's account; the broker's library is loaded only for it, which takes seconds."""
    account: AskedAccount = import_module("orchestra.examination.broker_line").line_to(settings, mode, clock)
    return account


class Doctor:
    """Looks at one project on one machine; what it asks can be somebody else's."""

    def __init__(
        self,
        root: Path,
        where: DataDirectory,
        clock: Clock,
        *,
        is_online: bool = False,
        machine: Machine | None = None,
        around: Surroundings | None = None,
        account: Callable[[Settings, Mode, Clock], AskedAccount] = open_account,
    ) -> None:
        self._root = root
        self._where = where
        self._clock = clock
        self._is_online = is_online
        self._machine = machine or Machine()
        self._around = around or Surroundings()
        self._account = account

    def examine(self) -> Iterator[Diagnosis]:
        """Yield everything that is looked at."""
        now = self._clock.now()
        settings, mode, settled = self._settings()
        yield from examine_machine(self._machine, self._root)
        yield examine_env(self._root / ".env")
        yield settled
        if settings.solar_test_mode and mode is not None:
            yield doubtful("space weather", "SOLAR_TEST_MODE invents a storm", "remove it when the test is over")
        yield from examine_directory(self._where, self._around, now=now)
        yield from examine_trading(self._where, now=now, is_market_real=not self._where.exchange.exists())
        yield examine_port(settings.port)
        yield from self._keys(settings, mode)

    def _settings(self) -> tuple[Settings, Mode | None, Diagnosis]:
        """Return the settings, as far as they can be read, and how they are."""
        settings = Settings.model_construct()
        try:
            settings = load_settings(self._root, is_insecure_env_allowed=True)
            mode = settings.mode()
        except ConfigError as error:
            told, _, advice = str(error).rstrip(".").partition(": ")
            return settings, None, bad("settings", told, advice)
        return settings, mode, well("settings", f"{mode} would run")

    def _keys(self, settings: Settings, mode: Mode | None) -> Diagnoses:
        if mode in (None, Mode.DEMO):
            yield well("keys", "none are used")
        elif not self._is_online:
            yield doubtful("keys", "not tried", "add --online to ask the broker")
        elif mode is not None:
            yield from examine_account(self._account(settings, mode, self._clock), self._clock.now)
