"""The verb `show-config`: what it shows is what the program would use, and no secret is shown."""

import json
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.runtime.settings import load_settings
from orchestra.verbs.keeping.show_config import ShownConfiguration, configuration, run
from tests.orchestra.verbs.screen import Screen

KEYS = "ALPACA_API_KEY=PK0123456789\nALPACA_SECRET_KEY=verysecretindeed\n"


def project(folder: Path, *, env: str = "", toml: str = "", rights: int = 0o600) -> Path:
    if env:
        (folder / ".env").write_text(env, encoding="utf-8")
        (folder / ".env").chmod(rights)
    if toml:
        (folder / "settings.toml").write_text(toml, encoding="utf-8")
    return folder


def shown(configured: ShownConfiguration, name: str) -> tuple[str, str]:
    return next((each.value, each.source) for each in configured.settings if each.name == name)


def test_without_any_setting_the_demo_would_run_on_defaults(tmp_path: Path) -> None:
    configured = configuration(project(tmp_path))
    assert (configured.mode, configured.contradiction) == ("DEMO", None)
    assert {each.source for each in configured.settings} == {"default"}
    assert shown(configured, "AUTOTRADER_PORT") == ("5001", "default")
    assert "/demo/" in configured.files["trades"]


def test_secrets_are_only_said_to_be_set(tmp_path: Path) -> None:
    configured = configuration(project(tmp_path, env=KEYS))
    assert configured.mode == "PAPER"
    assert shown(configured, "ALPACA_SECRET_KEY") == ("set", ".env")
    assert "verysecretindeed" not in str(configured)
    assert "PK0123456789" not in str(configured)


def test_a_login_in_an_address_is_kept_back(tmp_path: Path) -> None:
    configured = configuration(project(tmp_path, env="AUTOTRADER_ALPACA_BASE_URL=http://me:secret@localhost:1\n"))
    assert shown(configured, "AUTOTRADER_ALPACA_BASE_URL") == ("http://…@localhost:1", ".env")


@pytest.mark.parametrize(
    ("environment", "env", "toml", "port", "source"),
    [
        ({"AUTOTRADER_PORT": "6001"}, "PORT=6002\n", "port = 6003\n", "6001", "environment"),
        ({"PORT": "6001"}, "AUTOTRADER_PORT=6002\n", "", "6001", "environment, as PORT"),
        ({}, "PORT=6002\n", "AUTOTRADER_PORT = 6003\n", "6002", ".env, as PORT"),
        ({}, "ELPYFI_PORT=6002\nPORT=6004\n", "", "6002", ".env, as ELPYFI_PORT"),
        ({}, "PORT=\n", "autotrader_port = 6003\n", "6003", "settings.toml"),
        ({}, "", "port = 6003\n", "6003", "settings.toml, as PORT"),
    ],
)
def test_the_source_that_is_named_is_the_one_that_counts(
    environment: dict[str, str],
    env: str,
    toml: str,
    port: str,
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    root = project(tmp_path, env=env, toml=toml)
    assert shown(configuration(root), "AUTOTRADER_PORT") == (port, source)
    assert str(load_settings(root).port) == port


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ("ALPACA_API_KEY=PK0123456789\n", "Only one of"),
        ("APP_MODE=PAPER\n", "needs ALPACA_API_KEY"),
        ("APP_MODE=HOPE\n", "is not known"),
        (KEYS + "APP_MODE=LIVE\n", "Live trading needs all of"),
        ("AUTOTRADER_PORT=99999\n", "AUTOTRADER_PORT is not usable"),
    ],
)
def test_a_contradiction_is_told_in_words_beside_the_settings(env: str, words: str, tmp_path: Path) -> None:
    configured = configuration(project(tmp_path, env=env))
    assert configured.mode is None
    assert words in str(configured.contradiction)


def test_a_readable_env_file_is_why_nothing_would_run(tmp_path: Path) -> None:
    configured = configuration(project(tmp_path, env=KEYS, rights=0o644))
    assert "chmod 600" in str(configured.contradiction)
    assert shown(configured, "ALPACA_API_KEY") == ("set", ".env")


def test_a_name_that_means_nothing_is_pointed_out(tmp_path: Path) -> None:
    configured = configuration(project(tmp_path, env="ALPACA_SECRET=x\nEDITOR=vi\n", toml="autotrader_prot = 1\n"))
    in_files = [name for name in configured.unknown if not name.endswith("in environment")]
    assert in_files == ["ALPACA_SECRET in .env", "AUTOTRADER_PROT in settings.toml"]


@pytest.mark.parametrize("name", [".env", "settings.toml"])
def test_a_file_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe = \xf1")
    with pytest.raises(ConfigError, match=f"{name} cannot be read"):
        configuration(tmp_path)


def test_the_verb_prints_every_setting_and_ends_as_a_run_would(tmp_path: Path) -> None:
    screen, out = Screen(), tmp_path / "out.json"
    code = run(["--data-dir", str(tmp_path), "--json", str(out)], screen)
    values = json.loads(out.read_text(encoding="utf-8"))
    assert code == (0 if values["contradiction"] is None else 1)
    said = "\n".join(screen.said())
    assert all(setting["name"] in said for setting in values["settings"])
    assert f"{tmp_path / 'system.db'} (not there yet)" in said
