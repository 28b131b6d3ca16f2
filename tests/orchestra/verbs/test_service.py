"""The unit that runs AutoTrader as a service: what systemd reads, and where it is written."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.runtime.process.start_marks import LOOP_SECONDS, LOOP_STARTS
from orchestra.runtime.process.stop_switch import HARD_LIMIT_SECONDS
from orchestra.signals.strategy_runner import LAST_TURN_SECONDS
from orchestra.verbs.service import kiosk_text, run, unit_text
from tests.orchestra.verbs.screen import Screen
from tests.source_tree import ROOT


def settings_of(text: str) -> dict[str, str]:
    lines = (line for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@pytest.mark.requirement("S2-47", "S0-30", "S1-38")
def test_unit_restarts_a_program_that_ends_or_hangs() -> None:
    unit = settings_of(unit_text(ROOT, None, []))
    assert (unit["Type"], unit["WatchdogSec"], unit["Restart"]) == ("notify", "90", "always")
    assert float(unit["StartLimitIntervalSec"]) == LOOP_SECONDS
    assert int(unit["StartLimitBurst"]) == LOOP_STARTS, "the last start systemd makes is the one in safe mode"
    assert int(unit["TimeoutStopSec"]) > HARD_LIMIT_SECONDS
    assert int(unit["WatchdogSec"]) > LAST_TURN_SECONDS + 30, "a minute that takes its time is no hang"


def test_unit_confines_strangers_code() -> None:
    unit = settings_of(unit_text(ROOT, Path("/srv/trader data"), []))
    assert (unit["NoNewPrivileges"], unit["ProtectSystem"]) == ("yes", "strict")
    assert unit["RestrictAddressFamilies"] == "AF_INET AF_INET6 AF_UNIX"
    assert unit["CapabilityBoundingSet"] == ""
    written = shlex.split(unit["ReadWritePaths"])
    assert "-/srv/trader data" in written
    assert f"-{ROOT / 'logs'}" in written
    assert f"-{ROOT}" not in written, "the code itself is not to be written"


def test_unit_starts_the_program_with_what_was_asked_for() -> None:
    words = ["--port", "5005", "--algorithm", 'odd "name" 100% $HOME\\x']
    command = settings_of(unit_text(ROOT, Path("/srv/d"), words, python=Path("/p/python")))["ExecStart"]
    assert command.startswith(f'"/p/python" "{ROOT}/orchestrator.py" "--data-dir" "/srv/d" "--port" "5005"')
    assert command.endswith('"odd \\"name\\" 100%% $$HOME\\\\x"')


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here to ask")
@pytest.mark.parametrize("data_dir", [None, "data with a space and 50%"])
def test_systemd_accepts_the_unit(data_dir: str | None, tmp_path: Path) -> None:
    where = tmp_path / data_dir if data_dir else None
    unit = tmp_path / "autotrader.service"
    unit.write_text(unit_text(ROOT, where, ["--port", "5001"], python=Path("/bin/true")), encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    told = [line for line in (checked.stdout + checked.stderr).splitlines() if "autotrader" in line]
    assert told == []
    assert checked.returncode == 0, checked.stderr


def test_unit_is_printed_unless_it_is_to_be_installed(tmp_path: Path) -> None:
    screen, unit = Screen(), tmp_path / "autotrader.service"
    assert run(["--data-dir", "there", "--", "--port", "5005"], screen, unit=unit) == 0
    assert "Type=notify" in screen.said()
    assert not unit.exists()
    assert f'"--data-dir" "{Path.cwd() / "there"}" "--port" "5005"' in screen.output.getvalue()


def test_installed_unit_is_what_would_be_printed(tmp_path: Path) -> None:
    screen, unit = Screen(), tmp_path / "autotrader.service"
    data = tmp_path / "a" / "b"
    assert run(["--install", "--data-dir", str(data)], screen, unit=unit) == 0
    assert unit.read_text(encoding="utf-8") == unit_text(ROOT, data, [])
    assert data.stat().st_uid == ROOT.stat().st_uid
    assert "systemctl enable --now autotrader" in screen.output.getvalue()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--install"], "run 'sudo ./start_autotrader.sh service --install'"),
        (["--data-dir", ""], "--data-dir is empty"),
        (["--data-dir", "a\nExecStart=/bin/sh"], "cannot stand in a unit"),
        (["--", "--port\n"], "cannot stand in a unit"),
    ],
)
def test_what_cannot_be_is_refused_in_words(arguments: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words):
        run(arguments, Screen(), unit=tmp_path / "gone" / "autotrader.service")


def test_the_kiosk_is_a_unit_of_its_own_that_restarts_and_never_starts_a_second_program() -> None:
    unit = settings_of(kiosk_text(ROOT, Path("/srv/trader data"), ["--port", "5005"]))
    start = f'"{ROOT}/start_autotrader.sh" "--kiosk" "--only-screen" "--data-dir" "/srv/trader data" "--port" "5005"'
    assert unit["ExecStart"] == start
    assert (unit["Restart"], unit["StartLimitIntervalSec"]) == ("always", "0")
    assert unit["PartOf"] == "graphical-session.target"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here to ask")
def test_systemd_accepts_the_unit_of_the_kiosk(tmp_path: Path) -> None:
    unit = tmp_path / "autotrader-kiosk.service"
    unit.write_text(kiosk_text(ROOT, tmp_path / "with 50%", []), encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert [line for line in (checked.stdout + checked.stderr).splitlines() if "autotrader" in line] == []


def test_the_kiosk_is_printed_or_put_where_the_desktop_starts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    assert run(["--kiosk"], screen, settings=tmp_path) == 0
    assert "--only-screen" in screen.output.getvalue()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert run(["--kiosk", "--install"], screen, settings=tmp_path) == 0
    unit = (tmp_path / "systemd/user/autotrader-kiosk.service").read_text(encoding="utf-8")
    entry = (tmp_path / "autostart/autotrader-kiosk.desktop").read_text(encoding="utf-8")
    assert unit == kiosk_text(ROOT, None, [])
    assert "import-environment DISPLAY WAYLAND_DISPLAY" in entry
    assert entry.splitlines()[0] == "[Desktop Entry]"
    assert "systemctl --user restart autotrader-kiosk" in screen.output.getvalue()


def test_the_kiosk_is_not_installed_for_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(ConfigError, match="without sudo"):
        run(["--kiosk", "--install"], Screen(), settings=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_start_command_prints_the_unit(tmp_path: Path) -> None:
    program = [sys.executable, str(ROOT / "orchestrator.py"), "service"]
    printed = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert printed.stdout.startswith("# AutoTrader as a service of systemd.")
    assert str(ROOT / "orchestrator.py") in printed.stdout
