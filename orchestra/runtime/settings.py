"""Settings: environment > `.env` > `settings.toml` > defaults. The only reader of the environment.

Names are prefixed AUTOTRADER_; the names other tools use are accepted as aliases (domain C20, C22).
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from database.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
# A storm of class G3, with which solar_flare begins to buy.
TEST_K_INDEX = 7.0


class Mode(StrEnum):
    """Which world the process trades in."""

    DEMO = "DEMO"
    PAPER = "PAPER"
    LIVE = "LIVE"
    BACKTEST = "BACKTEST"


def _lower_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _names(*names: str) -> AliasChoices:
    return AliasChoices(*names, *(name.lower() for name in names))


class Settings(BaseSettings):
    """Everything an owner may set; unknown names in the files are left alone."""

    model_config = SettingsConfigDict(
        env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    alpaca_api_key: SecretStr | None = Field(
        default=None, validation_alias=_names("ALPACA_API_KEY", "APCA_API_KEY_ID", "AUTOTRADER_ALPACA_API_KEY")
    )
    alpaca_secret_key: SecretStr | None = Field(
        default=None,
        validation_alias=_names(
            "ALPACA_SECRET_KEY", "ALPACA_API_SECRET", "APCA_API_SECRET_KEY", "AUTOTRADER_ALPACA_SECRET_KEY"
        ),
    )
    # The paper account's keys while real money is traded: the page puts them back when the owner returns to paper.
    paper_api_key: SecretStr | None = Field(default=None, validation_alias=_names("ALPACA_PAPER_API_KEY"))
    paper_secret_key: SecretStr | None = Field(default=None, validation_alias=_names("ALPACA_PAPER_SECRET_KEY"))
    alpaca_paper: bool | None = Field(default=None, validation_alias=_names("ALPACA_PAPER", "ALPACA_IS_PAPER"))
    app_mode: str | None = Field(default=None, validation_alias=_names("APP_MODE", "AUTOTRADER_MODE", "ELPYFI_MODE"))
    live_confirm: str = Field(default="", validation_alias=_names("LIVE_CONFIRM"))
    # Another Alpaca-compatible server, for trading and data alike.
    alpaca_base_url: str | None = Field(
        default=None, pattern=r"^https?://[^/]+$", validation_alias=_names("AUTOTRADER_ALPACA_BASE_URL")
    )
    # The old SDKs' name for the trading host: it only has to agree with the mode.
    apca_api_base_url: str | None = Field(default=None, validation_alias=_names("APCA_API_BASE_URL"))
    data_feed: Annotated[Literal["iex", "sip"], BeforeValidator(_lower_case)] = Field(
        default="iex", validation_alias=_names("AUTOTRADER_DATA_FEED", "ELPYFI_DATA_FEED")
    )
    port: int = Field(default=5001, ge=1, le=65535, validation_alias=_names("AUTOTRADER_PORT", "ELPYFI_PORT", "PORT"))
    # Whether the page may be seen in the network; from there it reads and halts only.
    lan: bool = Field(default=False, validation_alias=_names("AUTOTRADER_LAN"))
    algorithm_limit_seconds: float = Field(
        default=5.0, gt=0, validation_alias=_names("AUTOTRADER_ALGORITHM_LIMIT_SECONDS")
    )
    # Results of backtests; the oldest go first.
    kept_backtests: int = Field(default=200, ge=1, le=10_000, validation_alias=_names("AUTOTRADER_KEPT_BACKTESTS"))

    # A second place for backups, on another disk if there is one.
    backup_dir: Path | None = Field(default=None, validation_alias=_names("AUTOTRADER_BACKUP_DIR"))
    # How many days of minute bars stay when the disk is nearly full.
    kept_bar_days: int = Field(default=90, ge=1, le=100_000, validation_alias=_names("AUTOTRADER_KEPT_BAR_DAYS"))

    # Whom to tell when nobody looks: addresses as Apprise writes them, separated by spaces.
    notify_urls: SecretStr | None = Field(default=None, validation_alias=_names("AUTOTRADER_NOTIFY_URLS"))
    # Pinged by finished passes of the engine, in the way of healthchecks.io.
    heartbeat_url: SecretStr | None = Field(default=None, validation_alias=_names("AUTOTRADER_HEARTBEAT_URL"))
    heartbeat_minutes: float = Field(
        default=5.0, ge=1, le=1440, validation_alias=_names("AUTOTRADER_HEARTBEAT_MINUTES")
    )

    # Keys of other programs that read, beside those the owner makes on the page: a list parted by commas.
    api_keys: SecretStr | None = Field(
        default=None, validation_alias=_names("AUTOTRADER_API_KEYS", "ELPYFI_API_KEYS", "API_KEYS")
    )
    # Whoever asks at this machine reads without a key; never while the network may see the page.
    dev_noauth: bool = Field(default=False, validation_alias=_names("AUTOTRADER_DEV_NOAUTH"))
    # Pages elsewhere that may read with a key, as browsers name them, parted by commas.
    cors_origins: str = Field(
        default="http://localhost:3000",
        validation_alias=_names("AUTOTRADER_CORS_ORIGINS", "ELPYFI_CORS_ORIGINS", "CORS_ORIGINS"),
    )
    # What a manager of services says of those it runs: noted in the log, and nothing waits for it.
    service_status: str = Field(default="", validation_alias=_names("PM_CLAUDE_SERVICE_STATUS"))
    # Where the planetary K-index is looked up while an algorithm asks for it; either of NOAA's two products.
    space_weather_url: str = Field(
        default="https://services.swpc.noaa.gov/json/planetary_k_index_1m.json",
        pattern=r"^https?://[^/]+/",
        validation_alias=_names("AUTOTRADER_SPACE_WEATHER_URL"),
    )
    # A storm of K-index 7 that never ends and takes no network; never with real money.
    solar_test_mode: bool = Field(
        default=False, validation_alias=_names("SOLAR_TEST_MODE", "AUTOTRADER_SOLAR_TEST_MODE")
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put settings.toml below the environment and `.env`."""
        return env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls), init_settings

    @property
    def has_keys(self) -> bool:
        """Say whether both Alpaca keys are set."""
        return self.alpaca_api_key is not None and self.alpaca_secret_key is not None

    @property
    def forced_k_index(self) -> float | None:
        """Return the K-index of the test mode, None without it."""
        return TEST_K_INDEX if self.solar_test_mode else None

    def mode(self) -> Mode:
        """Return the mode these settings ask for (domain C20); contradictions raise ConfigError."""
        asked = (self.app_mode or "").upper()
        if asked and asked not in (Mode.DEMO, Mode.PAPER, Mode.LIVE):
            raise ConfigError(f"APP_MODE={self.app_mode} is not known: use DEMO, PAPER or LIVE.")
        if (self.alpaca_api_key is None) != (self.alpaca_secret_key is None):
            raise ConfigError("Only one of ALPACA_API_KEY and ALPACA_SECRET_KEY is set: set both, or neither for DEMO.")
        if not self.has_keys:
            return self._mode_without_keys(asked)
        mode = Mode.LIVE if self._wants_live(asked) else Mode.DEMO if asked == Mode.DEMO else Mode.PAPER
        self._require_host_of(mode)
        if mode is Mode.LIVE and self.solar_test_mode:
            raise ConfigError(
                "SOLAR_TEST_MODE invents a storm, and real money would trade on it: "
                "remove it from .env, settings.toml or the environment."
            )
        return mode

    def _require_host_of(self, mode: Mode) -> None:
        host = self.apca_api_base_url
        if host and mode is not Mode.DEMO and ("paper-api" in host) != (mode is Mode.PAPER):
            raise ConfigError(f"APCA_API_BASE_URL={host} contradicts mode {mode}: remove it or change the mode.")

    def _mode_without_keys(self, asked: str) -> Mode:
        if asked in (Mode.PAPER, Mode.LIVE):
            raise ConfigError(f"APP_MODE={asked} needs ALPACA_API_KEY and ALPACA_SECRET_KEY: put them into .env.")
        return Mode.DEMO

    def _wants_live(self, asked: str) -> bool:
        wishes = (asked == Mode.LIVE, self.alpaca_paper is False, self.live_confirm.lower() == "yes")
        if all(wishes):
            return True
        if asked == Mode.LIVE or self.alpaca_paper is False:
            raise ConfigError(
                "Live trading needs all of APP_MODE=LIVE, ALPACA_PAPER=false and LIVE_CONFIRM=yes: "
                "set all three, or set ALPACA_PAPER=true for paper trading."
            )
        return False


def load_settings(root: Path = ROOT, *, is_insecure_env_allowed: bool = False) -> Settings:
    """Read the settings of the project in `root`; raises ConfigError in one plain sentence."""
    env_file = root / ".env"
    if env_file.exists() and not is_insecure_env_allowed:
        _refuse_readable_secrets(env_file)
    settings_class = _bound_to(root)
    try:
        return settings_class(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings' own argument
    except ValidationError as error:
        raise ConfigError(_plain(error)) from error
    except (ValueError, OSError) as error:
        raise ConfigError(f"The settings in {root} cannot be read ({error}): mend .env or settings.toml.") from error


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """What systemd lends a service. socket: where it listens; folder: in memory, and outlives the process."""

    socket: str | None
    folder: Path | None


def service_manager() -> ServiceManager:
    """Return what the service manager has put into the environment (sd_notify(3), RuntimeDirectory=)."""
    folder = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return ServiceManager(os.environ.get("NOTIFY_SOCKET") or None, Path(folder) if folder else None)


def environment() -> Mapping[str, str]:
    """Return the process's environment, for child processes."""
    return os.environ


def _bound_to(root: Path) -> type[Settings]:
    """Return the settings class that reads the settings.toml of `root`."""

    class SettingsOfRoot(Settings):
        model_config = SettingsConfigDict(toml_file=root / "settings.toml")

    return SettingsOfRoot


def _refuse_readable_secrets(env_file: Path) -> None:
    status = env_file.stat()
    if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigError(
            f"{env_file} can be read by others: run 'chmod 600 .env' as its owner, or start with --insecure-env."
        )


def _plain(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "a setting"
    return f"{name} is not usable ({first['msg']}): correct it in the environment, .env or settings.toml."
