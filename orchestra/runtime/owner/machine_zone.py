"""The time zone this machine is set to, as the system's own link to its time zone says.

In: /etc/localtime. Out: a name such as Europe/Berlin. Thread: any.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

NEW_YORK = "America/New_York"
LOCALTIME = Path("/etc/localtime")
ZONES = "zoneinfo/"


def machine_zone(link: Path = LOCALTIME) -> str:
    """Return the machine's time zone; New York where it does not say, or says only UTC, as nobody's clock does."""
    try:
        name = link.resolve().as_posix().partition(ZONES)[2]
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return NEW_YORK
    return NEW_YORK if name.rpartition("/")[2] in ("", "UTC", "UCT", "Universal", "Zulu") else name
