"""Start the kiosk: `./start_autotrader.sh --kiosk`. One plain sentence when there is no display or no browser."""

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from orchestra.kiosk import browser, page_server
from orchestra.kiosk.children import Child, RealChild
from orchestra.kiosk.display import display_there, scale_of
from orchestra.kiosk.screen_power import ScreenPower
from orchestra.kiosk.starting_page import StartingPage
from orchestra.kiosk.supervisor import LOOK_SECONDS, Means, Supervisor
from orchestra.kiosk.surroundings import (
    browser_on,
    environment,
    folder_for,
    port_of,
    preferences_of,
    session_of,
)
from orchestra.runtime.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]
REFUSED = 2
# What the script has set for this process alone.
OUR_OWN = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
NO_DISPLAY = (
    "There is no display to show the page on: start the kiosk in the desktop of the machine itself, not over SSH. "
    "To start it with the desktop, run './start_autotrader.sh service --kiosk --install'."
)
NO_BROWSER = "Chromium is missing: run 'sudo apt install chromium' and start again."
PAGE = "http://localhost:{port}/frontend/dashboard.html?kiosk"


def main(words: Sequence[str]) -> int:
    """Run the kiosk until it is stopped; return the exit code."""
    given, arguments = _read(words)
    variables = environment()
    session, found = session_of(variables), browser_on(variables.get("PATH"))
    if not session.is_there or found is None:
        print(NO_BROWSER if session.is_there else NO_DISPLAY, file=sys.stderr)
        return REFUSED
    stop = _Stop()
    inherited = {name: value for name, value in variables.items() if name not in OUR_OWN}
    folder = folder_for(variables)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start_browser(page: str, scale: float) -> Child:
        command = browser.command_line(found, profile=folder / "profile", page=page, scale=scale)
        return RealChild(command, inherited, is_heard=False)

    port = port_of(ROOT, variables, arguments)
    means = Means(
        clock=SystemClock(),
        page=PAGE.format(port=port),
        start_browser=start_browser,
        start_program=None if given.only_screen else partial(_start_program, arguments, inherited),
        ask=partial(page_server.ask, port),
        memory=browser.bytes_of_group,
        preferences=partial(preferences_of, ROOT, arguments),
        fitting_scale=scale_of(display_there(is_wayland=bool(session.wayland))),
        say=lambda sentence: print(sentence, flush=True),
    )
    return _run(Supervisor(means, StartingPage(ROOT, folder), ScreenPower(session)), means, stop)


class _Stop:
    """Whether somebody has asked for the end: Ctrl-C, or systemd."""

    def __init__(self) -> None:
        self.is_wanted = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, *_: object) -> None:
        self.is_wanted = True


def _run(supervisor: Supervisor, means: Means, stop: _Stop) -> int:
    code: int | None = None
    supervisor.begin()
    try:
        while code is None and not stop.is_wanted:
            code = supervisor.look_after()
            means.clock.sleep(LOOK_SECONDS / 2)
    finally:
        supervisor.end()
    return code or 0


def _start_program(arguments: Sequence[str], variables: Mapping[str, str]) -> Child:
    return RealChild([str(ROOT / "start_autotrader.sh"), *arguments], variables, is_heard=True)


def _read(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="start_autotrader.sh --kiosk",
        description="Show the page full screen on this machine's display, and run AutoTrader unless it runs already. "
        "What is not listed here is given to AutoTrader.",
        allow_abbrev=False,
    )
    # As it is called; the script has taken it away already.
    parser.add_argument("--kiosk", action="store_true", help="what this is about")
    parser.add_argument("--only-screen", action="store_true", help="never start AutoTrader, wait for its service")
    return parser.parse_known_args(list(words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
