"""The owner at the terminal, beside a running demo: halt, resume, limit, flatten, each as a command of its own."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.appliance import Appliance, opened
from tests.journeys.checks import assert_books_agree, assert_sound
from tests.journeys.house import stop
from tests.journeys.page import PIN, Page
from tests.journeys.tab import Tab
from tests.program import Program

OWN = Path(__file__).parent / "algorithms"


@pytest.fixture
def appliance(tmp_path: Path) -> Appliance:
    house = Program(tmp_path / "copy").house
    shutil.copy(OWN / "buys_once.py", house / "algorithm")
    return Appliance(house, tmp_path / "runs", (), ())


def command(appliance: Appliance, *words: str) -> str:
    """Run a verb as a person does, beside the program."""
    finished = subprocess.run(
        [sys.executable, str(appliance.house / "orchestrator.py"), *words, "--data-dir", appliance.name],
        cwd=appliance.folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(appliance.folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, ""), finished.stderr
    return finished.stdout


def create(page: Page, ticker: str) -> int:
    status, body = page.post("/api/algorithms", name="buys_once", ticker=ticker, initial_capital=5_000, params={})
    assert status == 201, body
    return int(body["id"])


def is_denied_by(tab: Tab, gate: str, id_: int) -> None:
    """Wait for it: in a day's last minutes its end denies everything, until the next day begins."""
    tab.wait(lambda: (tab.algorithms.get(id_, {}).get("decision") or {}).get("gate") == gate)


@pytest.mark.requirement("S2-18", "S2-38")
def test_the_terminal_controls_a_running_demo_and_a_restart_changes_nothing(appliance: Appliance) -> None:
    with opened(appliance) as (child, page):
        page.create_pin()
        with Tab(page) as tab:
            bought = create(page, "KO")
            tab.wait(lambda: tab.shares(bought) == "10")
            assert "All stopped" in command(appliance, "halt", "--reason", "lunch")
            tab.wait(lambda: tab.state["is_halted"])
            assert (tab.state["halt"]["by"], tab.state["halt"]["reason"]) == ("the command line", "lunch")
            is_denied_by(tab, "HALTED", create(page, "PEP"))
            assert "halted since" in command(appliance, "resume")
            tab.wait(lambda: not tab.state["is_halted"])
            assert "max_position_shares" in command(appliance, "limits", "set", "max_position_shares", "9")
            is_denied_by(tab, "MAX_POSITION", create(page, "MCD"))
            assert "Everything is being sold" in command(appliance, "flatten", "--yes")
            tab.wait(lambda: tab.shares(bought) == "0")
        child.kill()
        child.wait()
    assert appliance.held_at_broker("KO") == 0
    with opened(appliance, page.cookie) as (child, again):
        with Tab(again) as tab:
            tab.wait(lambda: bool(tab.algorithms))
            assert tab.state["halt"]["reason"] == "everything is being sold"
            assert again.get("/api/limits")[1]["limits"] == [
                {"name": "max_position_shares", "value": "9", "algorithm_id": None}
            ]
            assert again.post("/resume", pin=PIN) == (200, {"halted": False})
            # It sold all it had by the owner's word, and is free to ask again; the limit still stands.
            is_denied_by(tab, "MAX_POSITION", create(again, "KO"))
        stop(child, signal.SIGINT)
        assert appliance.wait(child, 10) == 0, appliance.errors
    assert "Traceback" not in appliance.errors
    assert_sound(appliance)
    assert_books_agree(appliance)
