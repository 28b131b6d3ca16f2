"""What the tests of the whole program share."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.one_account_alpaca import OneAccountAlpaca
from tests.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture
def alpaca() -> Iterator[OneAccountAlpaca]:
    with OneAccountAlpaca() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
