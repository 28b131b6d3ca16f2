"""A good session to damage: one replay of made-up days, run once, copied for every test."""

import shutil
from pathlib import Path

import pytest

from tests.journeys.house import Chosen, Run
from tests.journeys.made_days import TWO_DAYS, Recorded, write_days
from tests.orchestra.verification.patient import Patient
from tests.program import Program

SYMBOLS = (Recorded("ACME"), Recorded("THIN", traded=0.3))


@pytest.fixture(scope="session")
def session_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the house."""
    return Program(tmp_path_factory.mktemp("verified")).house


@pytest.fixture(scope="session")
def good_session(session_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data directory of a finished replay of two algorithms over two days."""
    folder = tmp_path_factory.mktemp("good")
    file = write_days(folder / "days.csv", TWO_DAYS, SYMBOLS, seed=1)
    run = Run(session_house, folder, (file,), tuple(Chosen(ticker=recorded.symbol) for recorded in SYMBOLS))
    run.finish()
    return run.data_dir


@pytest.fixture
def patient(good_session: Path, tmp_path: Path) -> Patient:
    """Return a copy of the good session, to be damaged."""
    return Patient(Path(shutil.copytree(good_session, tmp_path / "session")))
