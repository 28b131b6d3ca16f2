"""Room on the disk: how much there is, and how little is too little (reliability, section 2.9).

In: a folder. Out: bytes. Thread: any.
"""

import shutil
from pathlib import Path

# Below this old bars are thrown away; below the last of it nothing is bought any more.
LOW_BYTES = 500_000_000
LAST_BYTES = 100_000_000


def free_bytes(folder: Path) -> int:
    """Return how much the disk of a folder still takes."""
    return shutil.disk_usage(folder).free
