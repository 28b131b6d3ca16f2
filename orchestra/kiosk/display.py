"""The display: how many dots it has, how large they are, and how large the page has to be drawn on it (ui.md 3).

In: what xrandr, wlr-randr or the kernel say. Out: a scale. Thread: main.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

# A target of 48 CSS px shall be nine millimetres of glass.
TARGET_PX, TARGET_MM = 48, 9.0
STEPS = (1.0, 1.25, 1.5, 1.75, 2.0)
ASK_SECONDS = 5.0
KERNEL = Path("/sys/class/drm")
# Narrower than this, 720 dots are the five-inch display; its seven-inch sister is 88 mm wide.
FIVE_INCH_MM = 75

X11_OUTPUT = re.compile(r"^\S+ connected (?:primary )?(\d+)x(\d+)\+\d+\+\d+.*?(?: (\d+)mm x (\d+)mm)?$", re.MULTILINE)
WAYLAND_MODE = re.compile(r"^\s+(\d+)x(\d+) px, .*current", re.MULTILINE)
WAYLAND_SIZE = re.compile(r"Physical size: (\d+)x(\d+) mm")


@dataclass(frozen=True, slots=True)
class Display:
    """A display. width, height: dots; width_mm, height_mm: of its glass, 0 where it does not tell."""

    width: int
    height: int
    width_mm: int = 0
    height_mm: int = 0


def scale_of(display: Display | None) -> float:
    """Return how large the page is to be drawn; 1.0 where nothing is known of the display."""
    if display is None:
        return 1.0
    short, long = sorted((display.width, display.height))
    short_mm = min(display.width_mm, display.height_mm)
    if (short, long) == (480, 800):
        return 1.0
    if (short, long) == (720, 1280):
        return 2.0 if 0 < short_mm < FIVE_INCH_MM else 1.5
    if (short, long) == (1080, 1920):
        return 1.5
    if short_mm >= 30:
        wanted = short / short_mm * TARGET_MM / TARGET_PX
        return min(STEPS, key=lambda step: abs(step - wanted))
    return 1.0 if short < 720 else 1.5 if short < 1440 else 2.0


def display_there(*, is_wayland: bool) -> Display | None:
    """Ask for the display that is connected, None when nobody knows."""
    if is_wayland and (found := read_wayland(_told("wlr-randr"))):
        return found
    return read_x11(_told("xrandr", "--current")) or read_kernel(KERNEL)


def read_x11(text: str) -> Display | None:
    """Return the first connected output of xrandr's list."""
    found = X11_OUTPUT.search(text)
    return Display(*(int(number or 0) for number in found.groups())) if found else None


def read_wayland(text: str) -> Display | None:
    """Return the first output of wlr-randr's list that is on."""
    mode = WAYLAND_MODE.search(text)
    if mode is None:
        return None
    size = WAYLAND_SIZE.search(text)
    millimetres = (int(size[1]), int(size[2])) if size else (0, 0)
    return Display(int(mode[1]), int(mode[2]), *millimetres)


def read_kernel(folder: Path) -> Display | None:
    """Return the first connected output that the kernel knows, at its preferred mode."""
    for status in sorted(folder.glob("card*-*/status")):
        try:
            modes = status.with_name("modes").read_text(encoding="ascii").splitlines()
            is_connected = status.read_text(encoding="ascii").strip() == "connected"
        except (OSError, UnicodeDecodeError):
            continue
        found = re.match(r"(\d+)x(\d+)", modes[0]) if modes and is_connected else None
        if found:
            return Display(int(found[1]), int(found[2]))
    return None


def _told(*command: str) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=ASK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout
