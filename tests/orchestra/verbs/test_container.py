"""The container image, as far as it can be told without building it: base, user, volume, health, no secret inside."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra.api_server import ApiServer
from orchestra.messages.live_snapshot import Health, StreamHealth
from orchestra.run.command_line import read_arguments
from tests.orchestra.api.api_house import ApiHouse, made_snapshot
from tests.source_tree import ROOT

FILE = ROOT / "orchestra/verbs/Dockerfile"
IGNORED = FILE.with_name("Dockerfile.dockerignore")
PRIVATE = (
    ".env",
    "settings.toml",
    ".venv/bin/python",
    ".git/config",
    "logs/autotrader.log",
    "database/market.db",
    "database/.sessions-2026",
    "system_databse/system.db-wal",
    "system_databse/door.db",
    "system_databse/.data_dir",
    "system_databse/demo/door.db",
    "system_databse/backups/2026/door.db",
    "system_databse/backtests/1/result.json",
    "algorithm/__pycache__/sma_crossover.cpython-311.pyc",
    "tests/samples/day.csv",
)


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the file in order, lines joined, comments left out."""
    text = "\n".join(line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.strip().partition(" ") for line in lines) if word]


def given(name: str) -> list[str]:
    return [rest for word, rest in instructions() if word == name]


def is_sent(path: str) -> bool:
    """Say whether a file goes to the builder: the last pattern that fits it, or a folder above it, decides."""
    decided = True
    for line in IGNORED.read_text(encoding="utf-8").splitlines():
        pattern = re.escape(line.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if not line.startswith("#") and re.fullmatch(f"{pattern}(?:/.*)?", path):
            decided = line.startswith("!")
    return decided


@pytest.mark.requirement("S1-34")
def test_the_image_is_made_for_both_kinds_of_machine_from_one_named_python() -> None:
    assert given("FROM") == ["python:3.11-slim"], "an official image, and one that exists for arm64 and amd64"
    assert "--platform" not in FILE.read_text(encoding="utf-8")


@pytest.mark.requirement("S1-34", "S1-38")
def test_the_program_is_nobodys_root_and_writes_to_the_volume() -> None:
    [user] = given("USER")
    assert user not in ("root", "0")
    assert any(f"useradd --system --uid 10001 --home-dir /data --create-home {user}" in run for run in given("RUN"))
    names = [word for word, _ in instructions()]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name in ("RUN", "COPY"))
    assert given("VOLUME") == ["/data"]
    [entry] = given("ENTRYPOINT")
    python, program, *arguments = json.loads(entry)
    assert (python, program) == ("/autotrader/.venv/bin/python", "/autotrader/orchestrator.py")
    assert str(read_arguments(arguments).data_dir) == "/data"


@pytest.mark.requirement("S0-32", "S1-34")
def test_it_is_set_up_as_any_machine_is_in_one_environment() -> None:
    [setup] = [run for run in given("RUN") if "start_autotrader.sh" in run]
    script = (ROOT / "start_autotrader.sh").read_text(encoding="utf-8")
    steps = re.findall(r"&& (\w+)", setup)
    assert steps == ["prepare_venv", "prepare_frontend", "has_libraries"]
    assert all(f"\n{step}() {{" in script for step in steps)
    assert not [run for run in given("RUN") if "pip install" in run]


@pytest.mark.requirement("S1-34", "S1-38")
def test_no_secret_and_nothing_of_this_machine_is_in_it() -> None:
    assert [path for path in PRIVATE if is_sent(path)] == []
    told = " ".join(given("ENV") + given("ARG"))
    assert not re.search(r"(?i)key|secret|token|password|ALPACA|PIN", told.replace("PIP_NO_CACHE_DIR", ""))


def test_everything_the_program_is_made_of_is_in_it() -> None:
    tops = ("algorithm", "database", "frontend", "orchestra", "system_databse")
    kinds = {".py", ".sql", ".service", ".js", ".css", ".html", ".svg"}
    found = (path for top in tops for path in (ROOT / top).rglob("*") if path.suffix in kinds)
    files = [path.relative_to(ROOT).as_posix() for path in found]
    files += ["orchestrator.py", "requirements.txt", "start_autotrader.sh", "frontend/.npmrc"]
    assert len(files) > 500
    assert [path for path in files if not is_sent(path) and not path.startswith("frontend/vendor/")] == []


def look(port: int) -> int:
    """Run what the container's health is told by, against a server of ours; return its exit code."""
    [check] = given("HEALTHCHECK")
    _, option, script = json.loads(check.partition(" CMD ")[2])
    assert "http://127.0.0.1:5001/health" in script
    there = script.replace(":5001", f":{port}")
    return subprocess.run([sys.executable, option, there], capture_output=True, timeout=60, check=False).returncode


@pytest.mark.requirement("S0-30", "S1-34", "S1-38")
def test_the_containers_health_is_that_of_the_engine(tmp_path: Path) -> None:
    house = ApiHouse(tmp_path)
    server = ApiServer(house.parts, house.frontend, port=0)
    server.start()
    well = Health(lag_s=1.0, streams=StreamHealth(is_data_connected=True, is_orders_connected=True))
    house.board.replace(made_snapshot(health=well))
    assert look(server.port) == 0
    house.board.replace(made_snapshot(2, health=replace(well, lag_s=500.0)))
    assert look(server.port) != 0
    server.stop()
    house.close()
    assert look(server.port) != 0
