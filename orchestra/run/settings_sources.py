"""Where each setting comes from: what the environment, `.env` and settings.toml say, name by name.

In: the files of a project. Out: every setting with value and source, secrets as set or not set. Thread: main.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import AliasChoices, SecretStr
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, TomlConfigSettingsSource

from database.errors import ConfigError
from orchestra.runtime.settings import ROOT, Settings

OURS = ("autotrader_", "alpaca_", "apca_", "elpyfi_")
# In https://name:password@host.
LOGIN = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class SettingsSource:
    """One place that settings come from, and what it says by lower-case name."""

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting, fit to be shown. source: where it is set and under which name, or `default`."""

    name: str
    value: str
    source: str


def settings_sources(root: Path = ROOT) -> tuple[SettingsSource, ...]:
    """Return the sources of a project, the strongest first; raises ConfigError for what cannot be read."""
    return (
        SettingsSource("environment", _texts(EnvSettingsSource(Settings).env_vars)),
        SettingsSource(".env", _lower(env_file_values(root / ".env"))),
        SettingsSource("settings.toml", _toml_values(root / "settings.toml")),
    )


def env_file_values(path: Path) -> dict[str, str]:
    """Return what a `.env` file sets, nothing for one that is missing; raises ConfigError when it cannot be read."""
    try:
        return _texts(DotEnvSettingsSource(Settings, env_file=path, case_sensitive=True).env_vars)
    except (OSError, ValueError) as error:
        raise ConfigError(_unreadable(path)) from error


def shown_settings(sources: tuple[SettingsSource, ...]) -> list[ShownSetting]:
    """Return every setting as it stands, whether or not the values make sense together."""
    return [_shown(field, sources) for field in Settings.model_fields]


def unknown_names(sources: tuple[SettingsSource, ...]) -> list[str]:
    """Return names that look like ours and mean nothing: most likely a slip of the pen."""
    known = {name.lower() for field in Settings.model_fields for name in names_of(field)}
    found = ((name, source.name) for source in sources for name in sorted(source.values))
    return [f"{name.upper()} in {source}" for name, source in found if name.startswith(OURS) and name not in known]


def _shown(field: str, sources: tuple[SettingsSource, ...]) -> ShownSetting:
    names = names_of(field)
    is_secret = SecretStr in getattr(Settings.model_fields[field].annotation, "__args__", ())
    for source in sources:
        for name in names:
            value = source.values.get(name.lower())
            if value:
                told = "set" if is_secret else LOGIN.sub("//…@", value)
                return ShownSetting(names[0], told, source.name + (f", as {name}" if name != names[0] else ""))
    default = Settings.model_fields[field].default
    return ShownSetting(names[0], "not set" if default in (None, "") else str(default), "default")


def names_of(field: str) -> tuple[str, ...]:
    """Return the names of a setting, the preferred one first."""
    alias = Settings.model_fields[field].validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [field]
    upper = [str(choice) for choice in choices if str(choice).isupper()]
    return tuple(dict.fromkeys([*upper, field.upper()]))


def _toml_values(path: Path) -> dict[str, str]:
    try:
        data = TomlConfigSettingsSource(Settings, path).toml_data
    except (OSError, ValueError) as error:
        raise ConfigError(_unreadable(path)) from error
    return _lower({name: str(value) for name, value in data.items()})


def _unreadable(path: Path) -> str:
    return f"{path} cannot be read: correct its permissions, or what it says."


def _lower(values: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in values.items()}


def _texts(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
