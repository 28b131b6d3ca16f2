"""The browser of a wall panel: its flags, and how much memory it takes with all its processes.

In: a profile folder, a page, a scale. Out: a command line; bytes. Thread: main.
"""

from pathlib import Path

FLAGS = (
    "--kiosk",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    # Whatever ended the last run: no bubble that asks to restore pages.
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--noerrdialogs",
    "--disable-infobars",
    # A finger may neither zoom the page nor swipe it away.
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--touch-events=enabled",
    # Nothing is loaded from outside the appliance.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,InterestFeedContentSuggestions",
    "--check-for-update-interval=31536000",
    # A small computer: one page in one process, little on the memory card.
    "--renderer-process-limit=1",
    "--js-flags=--max-old-space-size=256",
    "--disk-cache-size=33554432",
    "--media-cache-size=1048576",
    # Wayland where the session has it, X11 elsewhere.
    "--ozone-platform-hint=auto",
)
PROCESSES = Path("/proc")


def command_line(browser: str, *, profile: Path, page: str, scale: float) -> list[str]:
    """Return how the browser is started on a page. scale: dots a CSS px."""
    return [browser, *FLAGS, f"--force-device-scale-factor={scale:g}", f"--user-data-dir={profile}", page]


def bytes_of_group(leader: int, processes: Path = PROCESSES) -> int:
    """Return the memory of a process and those it started, what they share counted once."""
    return sum(_proportional(folder) for folder in processes.glob("[0-9]*") if _group(folder) == leader)


def _group(folder: Path) -> int | None:
    """Return the process group, the third field behind the name, which may hold anything."""
    try:
        fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return int(fields[2])
    except (OSError, ValueError, IndexError):
        return None


def _proportional(folder: Path) -> int:
    try:
        lines = (folder / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
