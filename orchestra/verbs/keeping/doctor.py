"""The verb `doctor`: a line for everything that has to be right on a machine that trades, and what to do about it.

In: the machine, a data directory that may be in use, with --online the broker. Out: lines. Thread: main.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from database.errors import ConfigError
from orchestra.run.data_directory import DataDirectory
from orchestra.run.terminal import Terminal
from orchestra.runtime.clock import Clock, SystemClock
from orchestra.runtime.settings import Mode, Settings, load_settings
from orchestra.verbs.examination.diagnosis import Diagnoses, Diagnosis, State, bad, doubtful, well
from orchestra.verbs.examination.directory import Surroundings, examine_directory, examine_env
from orchestra.verbs.examination.machine import Machine, examine_machine
from orchestra.verbs.examination.network import AskedAccount, examine_account, examine_port
from orchestra.verbs.examination.trading import examine_trading
from orchestra.verbs.keeping.which_directory import add_directory, directory_of
from orchestra.verbs.person.arguments import ROOT, parser_for, writable

HELP = "look at everything that has to be right on a machine that trades"
SOMETHING_IS_BAD = 1


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Print a line for each thing looked at and return 0, or 1 when something is bad; raises ConfigError."""
    parser = parser_for(
        "doctor", f"Doctor: {HELP}. Changes nothing. Ends with {SOMETHING_IS_BAD} when something is bad."
    )
    add_directory(parser)
    parser.add_argument(
        "--online", action="store_true", help="ask the broker too: are the keys taken, is the time right"
    )
    parser.add_argument("--json", metavar="OUT.json", help="write the same there")
    given = parser.parse_args(arguments)
    out = writable(given.json)
    doctor = Doctor(ROOT, directory_of(given), SystemClock(), is_online=given.online)
    found = list(doctor.examine())
    width = max(len(diagnosis.what) for diagnosis in found)
    screen.say("\n".join([*(diagnosis.to_text(width) for diagnosis in found), "", _verdict(found)]))
    if out is not None:
        out.write_text(json.dumps([asdict(diagnosis) for diagnosis in found], indent=2) + "\n", encoding="utf-8")
    return SOMETHING_IS_BAD if any(diagnosis.state is State.BAD for diagnosis in found) else 0


def open_account(settings: Settings, mode: Mode, clock: Clock) -> AskedAccount:
    """Return the line to the broker's account; the broker's library is loaded only for it, which takes seconds."""
    account: AskedAccount = import_module("orchestra.verbs.examination.broker_line").line_to(settings, mode, clock)
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


def _verdict(found: list[Diagnosis]) -> str:
    states = [diagnosis.state for diagnosis in found]
    if State.BAD in states:
        return f"{states.count(State.BAD)} of {len(found)} are bad."
    if State.WARN in states:
        return f"Nothing is bad; {states.count(State.WARN)} of {len(found)} deserve a look."
    return f"All {len(found)} are well."
