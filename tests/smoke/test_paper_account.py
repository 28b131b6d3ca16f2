"""The smoke script on the offline Alpaca: what it expects of the real one holds there, and nothing is left behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.orchestra.paper_exchange.child import Child
from tests.smoke.observation import Verdict, as_markdown, observed
from tests.source_tree import ROOT

SCRIPT = ROOT / "tests" / "smoke" / "paper_account.py"
HEADERS = {"APCA-API-KEY-ID": "demo", "APCA-API-SECRET-KEY": "demo"}
KEYS = {"ALPACA_API_KEY": "demo", "ALPACA_SECRET_KEY": "demo"}
PAPER = {"ALPACA_PAPER": "true"}


@pytest.fixture
def base_url() -> Iterator[str]:
    child = Child(None, None, "--seed", "11")
    yield child.base_url()
    child.finish(signal.SIGTERM)


def smoke(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_everything_expected_of_alpaca_is_seen_offline_and_nothing_is_left(base_url: str, tmp_path: Path) -> None:
    ended = smoke(tmp_path, "--yes", **KEYS, **PAPER, AUTOTRADER_ALPACA_BASE_URL=base_url)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads((tmp_path / "smoke.json").read_text(encoding="utf-8"))
    verdicts = {each["name"]: each["verdict"] for each in report["observations"]}
    assert verdicts["the id again after its order was canceled"] == Verdict.AS_EXPECTED
    assert verdicts["wash trade"] == verdicts["events of a fill"] == verdicts["cleaned up"] == Verdict.AS_EXPECTED
    assert {name for name, verdict in verdicts.items() if verdict == Verdict.NOT_SEEN} <= {
        "clock",
        "a symbol that is not tradable",
    }
    assert (tmp_path / "smoke.md").read_text(encoding="utf-8") == ended.stdout
    assert requests.get(f"{base_url}/v2/positions", headers=HEADERS, timeout=10).json() == []
    assert requests.get(f"{base_url}/v2/orders", headers=HEADERS, timeout=10).json() == []


def test_without_yes_nothing_is_placed(base_url: str, tmp_path: Path) -> None:
    ended = smoke(tmp_path, **KEYS, **PAPER, AUTOTRADER_ALPACA_BASE_URL=base_url)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "say --yes" in ended.stderr
    assert requests.get(f"{base_url}/v2/orders?status=all", headers=HEADERS, timeout=10).json() == []


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "The settings mean DEMO"),
        (
            KEYS | {"APP_MODE": "LIVE", "ALPACA_PAPER": "false", "LIVE_CONFIRM": "yes"},
            "The settings mean LIVE",
        ),
        (KEYS | {"ALPACA_PAPER": "false"}, "Live trading needs all of"),
        (KEYS | PAPER | {"AUTOTRADER_ALPACA_BASE_URL": "https://api.alpaca.markets"}, "names the live host"),
        (KEYS | PAPER | {"AUTOTRADER_ALPACA_BASE_URL": "http://127.0.0.1:9"}, "The broker did not answer"),
    ],
)
def test_anything_but_a_paper_account_is_refused(environment: dict[str, str], words: str, tmp_path: Path) -> None:
    ended = smoke(tmp_path, "--yes", **environment)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_keys_that_are_refused_are_told(base_url: str, tmp_path: Path) -> None:
    ended = smoke(tmp_path, "--yes", **KEYS | {"ALPACA_SECRET_KEY": "no"}, **PAPER, AUTOTRADER_ALPACA_BASE_URL=base_url)
    assert ended.returncode == 2
    assert "refuses the keys" in ended.stderr


def test_a_share_that_was_there_before_is_left_alone(base_url: str, tmp_path: Path) -> None:
    order = {"symbol": "F", "qty": "1", "side": "buy", "type": "limit", "limit_price": "1", "time_in_force": "day"}
    requests.post(f"{base_url}/v2/orders", json=order, headers=HEADERS, timeout=10)
    ended = smoke(tmp_path, "--yes", **KEYS, **PAPER, AUTOTRADER_ALPACA_BASE_URL=base_url)
    assert ended.returncode == 2
    assert "choose another --symbol" in ended.stderr


def test_a_difference_stands_out_in_the_report() -> None:
    text = as_markdown("PA1", [observed("one | id", "422", "200\n", is_right=False, is_vital=True)])
    assert "| one \\| id (vital) | 422 | 200  | **DIFFERENT** |" in text
