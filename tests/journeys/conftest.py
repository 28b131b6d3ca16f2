"""Journeys run the whole program as its owner starts it, on a copy of the house."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.house import Chosen, Run
from tests.program import Program

MakeRun = Callable[..., Run]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the house, so that an owner's `.env` and databases have no part in the journey."""
    return Program(tmp_path_factory.mktemp("journeys")).house


@pytest.fixture
def make_run(house: Path, tmp_path: Path) -> MakeRun:
    """Return a maker of commands: files, algorithms, environment."""

    def make(*files: Path, algorithms: tuple[Chosen, ...] = (Chosen(),), name: str = "run", **environment: str) -> Run:
        return Run(house, tmp_path, files, algorithms, environment, name)

    return make
