"""The verb `service`: AutoTrader as a service of systemd, started with the machine and restarted when it ends.

In: the arguments the program is to be started with. Out: the unit, printed or written; of the display with --kiosk.
Thread: main.
"""

import os
import pwd
import sys
from collections.abc import Sequence
from pathlib import Path

from database.errors import ConfigError
from orchestra.run.data_directory import in_folder, in_house
from orchestra.run.terminal import Terminal
from orchestra.verbs.person.arguments import ROOT, parser_for

HELP = "print the systemd unit that runs AutoTrader as a service, or install it"
TEMPLATE = Path(__file__).with_name("autotrader.service")
UNIT = Path("/etc/systemd/system/autotrader.service")
NEXT = "Now run: sudo systemctl daemon-reload && sudo systemctl enable --now autotrader"
KIOSK_TEMPLATE = Path(__file__).with_name("autotrader-kiosk.service")
# Below the folder of the user's settings. The desktop starts what lies in autostart, be it labwc or X; the entry tells
# systemd which display there is, and has it start the kiosk, which it restarts from then on.
KIOSK_UNIT = Path("systemd/user/autotrader-kiosk.service")
KIOSK_START = Path("autostart/autotrader-kiosk.desktop")
DISPLAY_VARIABLES = "DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_SESSION_TYPE XDG_CURRENT_DESKTOP"
KIOSK_COMMANDS = (
    "systemctl --user daemon-reload",
    f"systemctl --user import-environment {DISPLAY_VARIABLES}",
    "systemctl --user restart autotrader-kiosk",
)
KIOSK_ENTRY = f"""[Desktop Entry]
Type=Application
Name=AutoTrader kiosk
Comment=Show AutoTrader full screen on this machine's display
Exec=sh -c "{"; ".join(KIOSK_COMMANDS)}"
Terminal=false
NoDisplay=true
"""
KIOSK_NEXT = "It starts with the next login at the desktop; to start it now: systemctl --user restart autotrader-kiosk"


def run(arguments: Sequence[str], screen: Terminal, *, unit: Path = UNIT, settings: Path | None = None) -> int:
    """Print the unit, or write it, and return 0; raises ConfigError when it cannot be written.

    settings: the folder of the user's settings, by default ~/.config.
    """
    parser = parser_for("service", f"Service: {HELP}. Set AutoTrader up first, with ./start_autotrader.sh.")
    parser.add_argument("--data-dir", metavar="DIR", help="folder of the databases; default: the project's own folders")
    parser.add_argument("--install", action="store_true", help=f"write it to {unit}, which needs sudo")
    parser.add_argument("--kiosk", action="store_true", help="the unit of the display instead, for your own desktop")
    parser.add_argument("more", nargs="*", help="after --: what the program is started with, such as -- --port 5001")
    given = parser.parse_args(arguments)
    if given.data_dir == "":
        raise ConfigError("--data-dir is empty: name the folder of the databases.")
    data_dir = Path(given.data_dir).absolute() if given.data_dir else None
    if given.kiosk:
        text = kiosk_text(ROOT, data_dir, given.more)
        screen.say(_installed(text, settings or Path.home() / ".config") if given.install else text.rstrip("\n"))
        return 0
    text = unit_text(ROOT, data_dir, given.more)
    if not given.install:
        screen.say(text.rstrip("\n"))
        return 0
    try:
        unit.write_text(text, encoding="utf-8")
        _make_env_file(ROOT)
        if data_dir and not data_dir.exists():
            # The service may write below, not beside: it could not make the folder itself.
            data_dir.mkdir(parents=True)
            os.chown(data_dir, ROOT.stat().st_uid, ROOT.stat().st_gid)
    except OSError as error:
        where = error.filename or unit
        raise ConfigError(
            f"{where} cannot be written ({error.strerror}): run 'sudo ./start_autotrader.sh service --install'."
        ) from error
    screen.say(f"{unit} is written. {NEXT}")
    return 0


def _make_env_file(root: Path) -> None:
    """Make `.env` where there is none: a service may write this file, and not the folder it would have to appear in."""
    path = root / ".env"
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        os.chown(path, root.stat().st_uid, root.stat().st_gid)


def unit_text(root: Path, data_dir: Path | None, more: Sequence[str], *, python: Path | None = None) -> str:
    """Return the unit of the project in `root`, run by the owner of that folder; python: of its own environment.

    Raises ConfigError for a path that no unit can hold.
    """
    where = ["--data-dir", str(data_dir)] if data_dir else []
    command = [str(python or Path(sys.executable)), str(root / "orchestrator.py"), *where, *more]
    # systemd skips what is not there when it begins with a minus.
    written = [f"-{path}" for path in sorted({*_written(root, data_dir), root / ".env"})]
    filled = {
        "@ROOT@": _escaped(str(root)),
        "@USER@": _owner(root),
        "@COMMAND@": " ".join(_quoted(word, is_command=True) for word in command),
        "@WRITTEN@": " ".join(_quoted(word) for word in written),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in filled.items():
        text = text.replace(name, value)
    return text


def kiosk_text(root: Path, data_dir: Path | None, more: Sequence[str]) -> str:
    """Return the unit of the display, which waits for the service; raises ConfigError for a path no unit can hold."""
    where = ["--data-dir", str(data_dir)] if data_dir else []
    command = [str(root / "start_autotrader.sh"), "--kiosk", "--only-screen", *where, *more]
    text = KIOSK_TEMPLATE.read_text(encoding="utf-8").replace("@ROOT@", _escaped(str(root)))
    return text.replace("@COMMAND@", " ".join(_quoted(word, is_command=True) for word in command))


def _installed(text: str, settings: Path) -> str:
    """Write the unit of the display, and what starts it with the desktop; return what to do next."""
    if os.geteuid() == 0:
        raise ConfigError("The kiosk belongs to the user of the desktop: run this without sudo, as that user.")
    try:
        for name, content in ((KIOSK_UNIT, text), (KIOSK_START, KIOSK_ENTRY)):
            (settings / name).parent.mkdir(parents=True, exist_ok=True)
            (settings / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written ({error.strerror}): correct its owner.") from error
    return f"{settings / KIOSK_UNIT} is written. {KIOSK_NEXT}"


def _written(root: Path, data_dir: Path | None) -> set[Path]:
    """Return the folders a run writes to: its data, and beside the code the pointer and the table of sessions."""
    return in_house(root, is_demo=False).folders | (in_folder(data_dir).folders if data_dir else set())


def _owner(root: Path) -> str:
    number = root.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _quoted(word: str, *, is_command: bool = False) -> str:
    """Return a word as systemd.syntax(7) and systemd.service(5) read it back unchanged."""
    inside = _escaped(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside.replace("$", "$$") if is_command else inside}"'


def _escaped(word: str) -> str:
    """Return a word in which systemd finds no specifier; raises ConfigError for a line's end."""
    if not word.isprintable():
        raise ConfigError(f"{word!r} cannot stand in a unit: use a name of visible characters.")
    return word.replace("%", "%%")
