"""The checker on real sessions: while they run, after a kill, resumed, and at their end, nothing is broken."""

from pathlib import Path

import pytest

from orchestra.verification.verify import verify_session
from tests.journeys.conftest import MakeRun
from tests.journeys.house import Chosen, Run, hurry, unhurried
from tests.journeys.made_days import HALF_DAY, TWO_DAYS, Recorded, write_days
from tests.journeys.test_kill import Killer

SYMBOLS = (Recorded("ACME"), Recorded("THIN", traded=0.3))


def has_fills(run: Run) -> bool:
    return bool(run.rows("SELECT 1 FROM sqlite_master WHERE name = 'fills'")) and bool(run.rows("SELECT 1 FROM fills"))


@pytest.mark.requirement("S2-47", "S2-48")
def test_a_session_is_sound_while_it_runs_after_a_kill_and_when_it_went_on(tmp_path: Path, make_run: MakeRun) -> None:
    file = write_days(tmp_path / "days.csv", (*TWO_DAYS, *HALF_DAY), SYMBOLS, seed=3)
    run = make_run(file, algorithms=(unhurried(tmp_path, "ACME"), Chosen(ticker="THIN")))
    child = run.start()
    looks = 0
    while child.poll() is None and looks < 10:
        Killer.wait(child, 0.02)
        if (run.data_dir / "system.db").exists() and has_fills(run):
            looks += 1
            assert verify_session(run.data_dir).findings == ()
    child.kill()
    child.wait()
    assert looks == 10
    assert verify_session(run.data_dir).findings == ()
    hurry(tmp_path)
    run.finish()
    report = verify_session(run.data_dir, secrets={"canary": "no such string"})
    assert report.findings == ()
    assert report.unchecked == ()
    assert report.counted["orders"] > 10
