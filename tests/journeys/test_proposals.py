"""An AI proposes at the terminal beside a running demo; the owner approves one on the page, and rejects another."""

import shutil
import signal
from pathlib import Path

import pytest

from tests.journeys.appliance import Appliance, opened
from tests.journeys.checks import assert_books_agree, assert_sound
from tests.journeys.house import stop
from tests.journeys.tab import Tab
from tests.journeys.test_control import OWN, command, create
from tests.program import Program


@pytest.fixture
def appliance(tmp_path: Path) -> Appliance:
    """Return a demo so slow that nothing expires here: a proposal waits for an hour of the market."""
    house = Program(tmp_path / "copy").house
    shutil.copy(OWN / "buys_once.py", house / "algorithm")
    return Appliance(house, tmp_path / "runs", (), (), more=("--speed", "20"))


@pytest.mark.requirement("S1-27", "S0-09")
def test_what_an_ai_proposes_is_ordered_when_its_owner_approves_it_and_not_before(appliance: Appliance) -> None:
    with opened(appliance) as (child, page):
        page.create_pin()
        with Tab(page) as tab:
            id_ = create(page, "KO")
            tab.wait(lambda: tab.shares(id_) == "10")
            wanted = ("propose", "--algorithm", str(id_), "--action", "sell", "--confidence", "0.7")
            assert "Proposed" in command(appliance, *wanted, "--shares", "4", "--reason", "news", "--symbol", "KO")
            tab.wait(lambda: bool(tab.state["proposals"]))
            tab.wait(lambda: [alert["kind"] for alert in tab.state["alerts"]] == ["signal.proposed"])
            [proposal] = tab.state["proposals"]
            assert (proposal["shares"], proposal["reason"], tab.shares(id_)) == ("4", "news", "10")
            status, answer = page.post(f"/signals/{proposal['id']}/approve")
            assert (status, answer["shares"]) == (200, "4"), answer
            assert page.post(f"/signals/{proposal['id']}/approve")[0] == 409
            tab.wait(lambda: tab.shares(id_) == "6" and not tab.state["proposals"] and not tab.state["alerts"])
            assert "Proposed" in command(appliance, *wanted, "--shares", "6", "--source", "manual")
            tab.wait(lambda: bool(tab.state["proposals"]))
            status, answer = page.post(f"/signals/{tab.state['proposals'][0]['id']}/reject", reason="not now")
            assert (status, answer["status"]) == (200, "REJECTED")
            signals = page.get("/api/signals?limit=2")[1]["signals"]
        assert [(each["source"], each["status"]) for each in signals] == [("manual", "REJECTED"), ("ai", "EXECUTED")]
        stop(child, signal.SIGINT)
        assert appliance.wait(child, 10) == 0, appliance.errors
    assert "Traceback" not in appliance.errors
    assert appliance.held_at_broker("KO") == 6
    assert_books_agree(appliance)
    assert_sound(appliance)
    assert "Nothing is broken" in command(appliance, "verify")
