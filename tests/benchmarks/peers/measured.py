"""What every engine prints of its run: one JSON line."""

import json
import resource
import time
from collections.abc import Sequence

# Entry minute, exit minute, entry price, exit price.
Trip = tuple[str, str, float, float]


def tell(*, bars: int, cpu_seconds: float, trips: Sequence[Trip], ready_at: float) -> None:
    """Print the figures. ready_at: CPU seconds of the process when its first bar could be played."""
    print(
        json.dumps(
            {
                "bars": bars,
                "cpu_seconds": cpu_seconds,
                "start_seconds": ready_at,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "trips": [[*trip[:2], round(trip[2], 4), round(trip[3], 4)] for trip in trips],
            }
        )
    )


def cpu() -> float:
    """Return the CPU seconds of this process, all threads."""
    return time.process_time()
