"""Whether this machine's clock follows a time server, as the kernel knows it.

In: nothing. Out: yes, no, or nobody knows. Thread: any. It is what `timedatectl show -p NTPSynchronized` tells too,
without a process and without D-Bus (adjtimex(2); systemd's ntp_synced() reads the same field).
"""

import ctypes
import sys

# A clock nobody corrects gets this much of an error within hours, in microseconds (NTP_PHASE_LIMIT of the kernel).
UNSYNCHRONISED_MICROSECONDS = 16_000_000


class _Timex(ctypes.Structure):
    """The beginning of struct timex on 64-bit Linux; the kernel writes more than is read here."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    )


def follows_time_server() -> bool | None:
    """Return whether the clock is kept right from outside; None where the system does not tell."""
    if sys.platform != "linux":
        return None
    asked = _Timex()
    try:
        # modes stays 0: only read. It returns the state of the clock, or -1.
        if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked)) < 0:
            return None
    except (OSError, AttributeError):
        return None
    return bool(asked.maxerror < UNSYNCHRONISED_MICROSECONDS)
