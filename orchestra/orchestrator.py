"""main(): a verb, or a run that trades; one plain sentence when it cannot be. No trading decision here."""

import os
import signal
import sys
from pathlib import Path

if Path(sys.argv[0]).name == "orchestrator.py":
    # While the parts are being imported nothing is open yet: a stop ends the process at once.
    for _number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(_number, lambda *_: os._exit(0))

HOUSE = Path(__file__).resolve().parents[1]
# The root *instead of* this folder: `import api` must never find orchestra/api.
sys.path[:] = [str(HOUSE), *(entry for entry in sys.path if Path(entry).resolve() not in (HOUSE, HOUSE / "orchestra"))]

import logging
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from database.errors import AutoTraderError
from orchestra.run.command_line import read_arguments
from orchestra.run.terminal import Terminal
from orchestra.runtime.process.stop_switch import StoppedWhileStarting, StopSwitch
from orchestra.verbs.verb_list import VERBS, run_verb

FAILED = 1
REFUSED = 2
BROKEN_OFF = 3
RESTART_WANTED = 4
# A strategy may change the folder; relative names in the arguments are told from this one.
STARTED_IN = Path.cwd()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    0: done or stopped. 2: refused to start. 3: broken off, because a database or the broker cannot be trusted; these
    two come with one plain sentence. 4: ended by itself, to be started anew. A verb may end with a code of its own.
    """
    terminal = Terminal()
    switch = StopSwitch()
    switch.install()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and words[0] in VERBS:
            return run_verb(words[0], words[1:], terminal)
        given = read_arguments(words)
        with switch.importing():
            from orchestra.runtime.settings import load_settings

        settings = load_settings(is_insecure_env_allowed=given.is_insecure_env_allowed)
        # Imported only now: a verb, or what is refused, needs neither the broker's library nor the page.
        with switch.importing():
            from orchestra.trading_runs import Person, run

        return run(given, settings, Person(terminal, switch))
    except StoppedWhileStarting:
        return 0
    except AutoTraderError as error:
        if words and words[0] in VERBS:
            terminal.complain(str(error))
            return REFUSED
        what = "has stopped" if switch.is_engine_running else "cannot start"
        terminal.complain(f"AutoTrader {what}: {error}")
        return BROKEN_OFF if switch.is_engine_running else REFUSED


def run_program() -> NoReturn:
    """Run main and end the process, although strangers' algorithms may have left threads that never end."""
    try:
        code = main()
    except Exception:  # noqa: BLE001 - the outer end of the main thread
        traceback.print_exc()
        code = FAILED
    # A strategy may have closed or replaced what is flushed here.
    with suppress(AttributeError, OSError, ValueError):
        sys.stdout.flush()
    logging.shutdown()
    if code == RESTART_WANTED and not _is_service():
        from orchestra.runtime.process.start_anew import start_anew

        start_anew(HOUSE / "orchestrator.py", sys.argv[1:], STARTED_IN)
    os._exit(code)


def _is_service() -> bool:
    """Say whether systemd looks after this process, and starts it anew once it has ended."""
    from orchestra.runtime.settings import service_manager

    return service_manager().socket is not None


if __name__ == "__main__":
    run_program()
