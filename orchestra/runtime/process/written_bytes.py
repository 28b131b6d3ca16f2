"""How much this process has had written to the disk: what wears a memory card out.

In: the kernel's account of the process. Out: megabytes a day. Thread: any.
"""

from pathlib import Path

ACCOUNT = Path("/proc/self/io")
DAY_SECONDS = 86_400.0


def written_bytes(account: Path = ACCOUNT) -> int | None:
    """Return how many bytes were sent to the disk since the process began, None where nobody counts."""
    try:
        lines = dict(line.split(": ", 1) for line in account.read_text(encoding="ascii").splitlines())
        return int(lines["write_bytes"])
    except (OSError, ValueError, KeyError):
        return None


def megabytes_a_day(written: int, seconds: float) -> float:
    """Return the pace of so many bytes in so many seconds; 0 before the first second."""
    return written / 1e6 * DAY_SECONDS / seconds if seconds >= 1 else 0.0
