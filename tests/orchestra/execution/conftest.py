"""What the tests of the order path share."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestra.execution.order_path import OrderPath, fresh_path

MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory where there is one: campaigns open and close thousands of files."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture
def path(tmp_path: Path) -> Iterator[OrderPath]:
    path = fresh_path(tmp_path)
    yield path
    path.store.close()
