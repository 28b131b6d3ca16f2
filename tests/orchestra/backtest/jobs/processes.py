"""Whether a process is over, for tests that kill some."""

import os
import select

WAIT_SECONDS = 60.0


def has_ended(process_id: int) -> bool:
    """Wait for a process to end, which one of the lowest priority does only when the machine has a moment."""
    try:
        process = os.pidfd_open(process_id)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], WAIT_SECONDS)[0])
    finally:
        os.close(process)
