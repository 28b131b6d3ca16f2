"""Where settings come from, what they may be called, which contradictions are refused, and that secrets stay secret."""

import logging
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from database.errors import ConfigError
from orchestra.runtime.settings import Mode, Settings, environment, load_settings

KEYS = {"ALPACA_API_KEY": "PKPUBLIC", "ALPACA_SECRET_KEY": "very-secret"}
LIVE = {"APP_MODE": "LIVE", "ALPACA_PAPER": "false", "LIVE_CONFIRM": "yes"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def put_env(root: Path, text: str, *, rights: int = 0o600) -> Path:
    path = root / ".env"
    path.write_text(text, encoding="utf-8")
    path.chmod(rights)
    return path


def from_environment(monkeypatch: pytest.MonkeyPatch, root: Path, values: dict[str, str]) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings(root)


@pytest.mark.requirement("S0-27")
def test_without_anything_the_defaults_hold(root: Path) -> None:
    settings = load_settings(root)
    assert settings.mode() is Mode.DEMO
    assert (settings.port, settings.data_feed, settings.algorithm_limit_seconds) == (5001, "iex", 5.0)
    assert not settings.has_keys


@pytest.mark.requirement("S0-21", "S2-51", "S4-38")
def test_environment_beats_env_file_beats_toml_beats_default(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "settings.toml").write_text(
        "port = 6001\ndata_feed = 'sip'\nalgorithm_limit_seconds = 2\n", encoding="utf-8"
    )
    put_env(root, "AUTOTRADER_PORT=6002\nAUTOTRADER_DATA_FEED=iex\n")
    monkeypatch.setenv("AUTOTRADER_PORT", "6003")
    settings = load_settings(root)
    assert (settings.port, settings.data_feed, settings.algorithm_limit_seconds) == (6003, "iex", 2.0)
    monkeypatch.delenv("AUTOTRADER_PORT")
    assert load_settings(root).port == 6002
    (root / ".env").unlink()
    assert (load_settings(root).port, load_settings(root).data_feed) == (6001, "sip")


@pytest.mark.parametrize(("stronger", "weaker"), [("PORT", "AUTOTRADER_PORT"), ("AUTOTRADER_PORT", "PORT")])
def test_environment_beats_the_env_file_under_any_name(
    root: Path, monkeypatch: pytest.MonkeyPatch, stronger: str, weaker: str
) -> None:
    put_env(root, f"{weaker}=6002\n")
    monkeypatch.setenv(stronger, "6003")
    assert load_settings(root).port == 6003


def test_key_of_the_environment_beats_the_one_of_the_env_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_env(root, "ALPACA_API_KEY=of-the-file\nALPACA_SECRET_KEY=of-the-file\n")
    settings = from_environment(monkeypatch, root, {"APCA_API_KEY_ID": "set", "APCA_API_SECRET_KEY": "set"})
    assert settings.alpaca_api_key is not None
    assert settings.alpaca_api_key.get_secret_value() == "set"


@pytest.mark.requirement("S0-26", "S2-51", "S3-18", "S1-28")
@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("ALPACA_API_KEY", "k", "alpaca_api_key", "k"),
        ("APCA_API_KEY_ID", "k", "alpaca_api_key", "k"),
        ("AUTOTRADER_ALPACA_API_KEY", "k", "alpaca_api_key", "k"),
        ("ALPACA_SECRET_KEY", "s", "alpaca_secret_key", "s"),
        ("ALPACA_API_SECRET", "s", "alpaca_secret_key", "s"),
        ("APCA_API_SECRET_KEY", "s", "alpaca_secret_key", "s"),
        ("AUTOTRADER_ALPACA_SECRET_KEY", "s", "alpaca_secret_key", "s"),
        ("ALPACA_PAPER", "true", "alpaca_paper", True),
        ("ALPACA_IS_PAPER", "False", "alpaca_paper", False),
        ("APP_MODE", "PAPER", "app_mode", "PAPER"),
        ("AUTOTRADER_MODE", "paper", "app_mode", "paper"),
        ("ELPYFI_MODE", "PAPER", "app_mode", "PAPER"),
        ("LIVE_CONFIRM", "yes", "live_confirm", "yes"),
        ("AUTOTRADER_ALPACA_BASE_URL", "http://127.0.0.1:5002", "alpaca_base_url", "http://127.0.0.1:5002"),
        (
            "APCA_API_BASE_URL",
            "https://paper-api.alpaca.markets",
            "apca_api_base_url",
            "https://paper-api.alpaca.markets",
        ),
        ("AUTOTRADER_DATA_FEED", "SIP", "data_feed", "sip"),
        ("ELPYFI_DATA_FEED", "sip", "data_feed", "sip"),
        ("AUTOTRADER_PORT", "6000", "port", 6000),
        ("ELPYFI_PORT", "6000", "port", 6000),
        ("PORT", "6000", "port", 6000),
        ("AUTOTRADER_ALGORITHM_LIMIT_SECONDS", "1.5", "algorithm_limit_seconds", 1.5),
        ("AUTOTRADER_KEPT_BACKTESTS", "12", "kept_backtests", 12),
        ("AUTOTRADER_KEPT_BAR_DAYS", "30", "kept_bar_days", 30),
        ("AUTOTRADER_BACKUP_DIR", "/media/stick", "backup_dir", Path("/media/stick")),
        ("API_KEYS", "one,two", "api_keys", "one,two"),
        ("ELPYFI_API_KEYS", "one,two", "api_keys", "one,two"),
        ("AUTOTRADER_API_KEYS", "one,two", "api_keys", "one,two"),
        ("CORS_ORIGINS", "https://a.example", "cors_origins", "https://a.example"),
        ("ELPYFI_CORS_ORIGINS", "https://a.example", "cors_origins", "https://a.example"),
        ("AUTOTRADER_DEV_NOAUTH", "1", "dev_noauth", True),
        ("PM_CLAUDE_SERVICE_STATUS", "database: up", "service_status", "database: up"),
        ("AUTOTRADER_SPACE_WEATHER_URL", "http://127.0.0.1:1/k.json", "space_weather_url", "http://127.0.0.1:1/k.json"),
        ("SOLAR_TEST_MODE", "1", "forced_k_index", 7.0),
        ("AUTOTRADER_SOLAR_TEST_MODE", "true", "forced_k_index", 7.0),
        ("SOLAR_TEST_MODE", "0", "forced_k_index", None),
    ],
)
@pytest.mark.parametrize("place", ["environment", "lower case", ".env", "toml"])
def test_every_name_is_understood_everywhere(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, expected: object, place: str
) -> None:
    if place == ".env":
        put_env(root, f"{name}={value}\n")
    elif place == "toml":
        (root / "settings.toml").write_text(f"{name} = '{value}'\n", encoding="utf-8")
    else:
        monkeypatch.setenv(name.lower() if place == "lower case" else name, value)
    found = getattr(load_settings(root), field)
    assert (found.get_secret_value() if isinstance(found, SecretStr) else found) == expected


@pytest.mark.requirement("S1-28")
def test_names_of_other_programs_in_the_file_are_left_alone(root: Path) -> None:
    put_env(root, "ELPYFI_DATABASE_URL=postgres://x\nELPYFI_PORT=6000\nSOMETHING_ELSE=1\n")
    assert load_settings(root).port == 6000


@pytest.mark.requirement("S0-14", "S0-27")
@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ({}, Mode.DEMO),
        ({"APP_MODE": "DEMO"}, Mode.DEMO),
        ({"APP_MODE": "demo"}, Mode.DEMO),
        ({"ALPACA_PAPER": "true"}, Mode.DEMO),
        ({"ALPACA_API_KEY": "", "ALPACA_SECRET_KEY": ""}, Mode.DEMO),
        (KEYS, Mode.PAPER),
        (KEYS | {"ALPACA_PAPER": "true"}, Mode.PAPER),
        (KEYS | {"APP_MODE": "PAPER"}, Mode.PAPER),
        (KEYS | {"APP_MODE": "DEMO"}, Mode.DEMO),
        (KEYS | {"LIVE_CONFIRM": "yes"}, Mode.PAPER),
        (KEYS | {"APCA_API_BASE_URL": "https://paper-api.alpaca.markets"}, Mode.PAPER),
        (KEYS | {"SOLAR_TEST_MODE": "1"}, Mode.PAPER),
        (KEYS | LIVE, Mode.LIVE),
        (KEYS | LIVE | {"APP_MODE": "live", "LIVE_CONFIRM": "YES"}, Mode.LIVE),
        (KEYS | LIVE | {"APCA_API_BASE_URL": "https://api.alpaca.markets"}, Mode.LIVE),
        (KEYS | LIVE | {"SOLAR_TEST_MODE": "0"}, Mode.LIVE),
    ],
)
def test_mode_follows_from_keys_and_wishes(
    root: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], mode: Mode
) -> None:
    assert from_environment(monkeypatch, root, values).mode() is mode


@pytest.mark.parametrize(
    "values",
    [
        {"APP_MODE": "PAPER"},
        {"APP_MODE": "LIVE"},
        {"APP_MODE": "BACKTEST"},
        {"APP_MODE": "nonsense"},
        LIVE,
        {"ALPACA_API_KEY": "k"},
        {"ALPACA_SECRET_KEY": "s"},
        KEYS | {"APP_MODE": "BACKTEST"},
        KEYS | {"ALPACA_PAPER": "false"},
        KEYS | {"APP_MODE": "LIVE"},
        KEYS | {"APP_MODE": "PAPER", "ALPACA_PAPER": "false"},
        KEYS | {"APP_MODE": "DEMO", "ALPACA_PAPER": "false"},
        KEYS | LIVE | {"LIVE_CONFIRM": "no"},
        KEYS | LIVE | {"LIVE_CONFIRM": ""},
        KEYS | LIVE | {"ALPACA_PAPER": "true"},
        KEYS | {"APCA_API_BASE_URL": "https://api.alpaca.markets"},
        KEYS | LIVE | {"APCA_API_BASE_URL": "https://paper-api.alpaca.markets"},
        KEYS | LIVE | {"SOLAR_TEST_MODE": "1"},
    ],
)
def test_contradiction_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    settings = from_environment(monkeypatch, root, values)
    with pytest.raises(ConfigError) as caught:
        settings.mode()
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "http"),
        ("ALPACA_PAPER", "maybe"),
        ("AUTOTRADER_DATA_FEED", "bloomberg"),
        ("AUTOTRADER_ALGORITHM_LIMIT_SECONDS", "0"),
        ("AUTOTRADER_ALGORITHM_LIMIT_SECONDS", "soon"),
        ("AUTOTRADER_KEPT_BACKTESTS", "0"),
        ("AUTOTRADER_KEPT_BAR_DAYS", "0"),
        ("AUTOTRADER_SPACE_WEATHER_URL", "file:///etc/passwd"),
        ("SOLAR_TEST_MODE", "7"),
        ("AUTOTRADER_ALPACA_BASE_URL", "somewhere"),
        ("AUTOTRADER_ALPACA_BASE_URL", "http://127.0.0.1:5002/v2"),
    ],
)
def test_value_that_cannot_be_used_is_named(root: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        from_environment(monkeypatch, root, {name: value})


@pytest.mark.parametrize("text", ["port = ", "[[[", "port = 1\nport = 2"])
def test_broken_toml_is_refused(root: Path, text: str) -> None:
    (root / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"settings\.toml"):
        load_settings(root)


def test_env_file_in_no_known_coding_is_refused(root: Path) -> None:
    put_env(root, "").write_bytes(b"ALPACA_API_KEY=\xff\xfe\x00")
    with pytest.raises(ConfigError, match="mend"):
        load_settings(root)


@pytest.mark.requirement("S0-22", "S4-04")
@pytest.mark.parametrize("rights", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_env_file_that_others_can_read_is_refused_unless_allowed(root: Path, rights: int) -> None:
    put_env(root, "ALPACA_API_KEY=k\nALPACA_SECRET_KEY=s\n", rights=rights)
    with pytest.raises(ConfigError, match=r"chmod 600 \.env"):
        load_settings(root)
    assert load_settings(root, is_insecure_env_allowed=True).has_keys


@pytest.mark.parametrize("rights", [0o600, 0o400])
def test_env_file_of_its_owner_alone_is_read(root: Path, rights: int) -> None:
    put_env(root, "ALPACA_API_KEY=k\nALPACA_SECRET_KEY=s\nOTHER=left alone\n", rights=rights)
    assert load_settings(root).has_keys


@pytest.mark.requirement("S0-22", "S4-47")
def test_secret_shows_nowhere(root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    settings = from_environment(monkeypatch, root, {"ALPACA_API_KEY": "PKPUBLIC", "ALPACA_SECRET_KEY": "very-secret"})
    logging.getLogger("test").warning("%s %r", settings, settings)
    shown = [str(settings), repr(settings), settings.model_dump_json(), f"{settings.model_dump()}", caplog.text]
    assert not [text for text in shown if "very-secret" in text or "PKPUBLIC" in text]
    assert settings.has_keys


def test_environment_is_the_processs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", "1")
    assert environment()["SOMETHING"] == "1"
    assert environment() is os.environ
