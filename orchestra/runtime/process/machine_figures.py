"""What the machine tells of itself beside the process: how hot it is, how much memory its browser holds.

In: /sys and /proc. Out: figures, None where nobody tells. Thread: any.
"""

import re
from pathlib import Path

ZONES = Path("/sys/class/thermal")
PROCESSES = Path("/proc")
BROWSERS = frozenset({"chromium", "chromium-browse", "chrome", "chrome_crashpad"})
# Pages that several processes share are counted once: a browser is many processes.
SHARE = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
KILOBYTE = 1024
# A sensor that is broken or not there says such things.
BELIEVED_DEGREES = range(-40, 151)


def temperature(zones: Path = ZONES) -> float | None:
    """Return the hottest sensor in degrees Celsius, None on a machine without one."""
    found = [degrees for zone in sorted(zones.glob("thermal_zone*")) if (degrees := _degrees(zone)) is not None]
    return max(found, default=None)


def browser_bytes(processes: Path = PROCESSES) -> int | None:
    """Return the memory of the Chromium on this machine, None where none runs or its owner does not let us look."""
    sizes = [size for folder in processes.glob("[0-9]*") if (size := _size_of_browser(folder)) is not None]
    return sum(sizes) or None


def _degrees(zone: Path) -> float | None:
    try:
        degrees = int((zone / "temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
    return degrees if int(degrees) in BELIEVED_DEGREES else None


def _size_of_browser(process: Path) -> int | None:
    """Return one process's part, None when it is no browser's or has just ended."""
    try:
        if (process / "comm").read_text(encoding="utf-8", errors="replace").strip() not in BROWSERS:
            return None
        return _kilobytes(process / "smaps_rollup", SHARE) or _kilobytes(process / "status", RESIDENT)
    except OSError:
        return None


def _kilobytes(file: Path, pattern: re.Pattern[str]) -> int | None:
    try:
        found = pattern.search(file.read_text(encoding="ascii", errors="replace"))
    except PermissionError:
        return None
    return int(found[1]) * KILOBYTE if found else None
