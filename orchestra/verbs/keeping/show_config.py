"""The verb `show-config`: every setting, where it comes from, what would run, and on which files.

In: environment, `.env`, settings.toml. Out: lines for the owner; secrets are told as set or not set. Thread: main.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from database.errors import ConfigError
from orchestra.run.data_directory import DataDirectory, in_folder
from orchestra.run.settings_sources import ShownSetting, settings_sources, shown_settings, unknown_names
from orchestra.run.switching.home_of_mode import home_of
from orchestra.run.terminal import Terminal
from orchestra.runtime.settings import Mode, load_settings
from orchestra.verbs.person.arguments import ROOT, folder, parser_for, writable

HELP = "show every setting, where it comes from, and what would run"
CONTRADICTION = 1


@dataclass(frozen=True, slots=True)
class ShownConfiguration:
    """What is set. mode: what would run, None where contradiction says why nothing would. files: by what they are."""

    settings: list[ShownSetting]
    unknown: list[str]
    mode: str | None
    contradiction: str | None
    files: dict[str, str]


def run(arguments: Sequence[str], screen: Terminal) -> int:
    """Print the settings and return 0, or 1 when nothing could run on them; raises ConfigError."""
    parser = parser_for("show-config", f"Show-config: {HELP}. Ends with 1 when nothing could run on them.")
    parser.add_argument("--data-dir", metavar="DIR", help="the folder that would be named to the run as well")
    parser.add_argument("--json", metavar="OUT.json", help="write the same there")
    given = parser.parse_args(arguments)
    out = writable(given.json)
    shown = configuration(ROOT, None if given.data_dir is None else folder(given.data_dir, "--data-dir"))
    screen.say("\n".join(_lines(shown)))
    if out is not None:
        out.write_text(json.dumps(asdict(shown), indent=2) + "\n", encoding="utf-8")
    return CONTRADICTION if shown.contradiction else 0


def configuration(root: Path, data_dir: Path | None = None) -> ShownConfiguration:
    """Return what is set for the project in `root`; raises ConfigError for files that cannot be read."""
    sources = settings_sources(root)
    mode, contradiction = _mode(root)
    where = in_folder(data_dir) if data_dir else home_of(root, mode or Mode.PAPER)
    return ShownConfiguration(
        settings=shown_settings(sources),
        unknown=unknown_names(sources),
        mode=mode,
        contradiction=contradiction,
        files={"settings": _state(root / ".env"), "more settings": _state(root / "settings.toml")} | _files(where),
    )


def _mode(root: Path) -> tuple[Mode | None, str | None]:
    try:
        return load_settings(root).mode(), None
    except ConfigError as error:
        return None, str(error)


def _files(where: DataDirectory) -> dict[str, str]:
    files = {"bars": where.market, "trades": where.system, "PIN and halt": where.door}
    files |= {"offline exchange": where.exchange, "logs": where.logs, "lock": where.lock}
    return {what: _state(path) for what, path in files.items()}


def _state(path: Path) -> str:
    return f"{path}" if path.exists() else f"{path} (not there yet)"


def _lines(shown: ShownConfiguration) -> Iterator[str]:
    names = max(len(setting.name) for setting in shown.settings)
    values = max(len(setting.value) for setting in shown.settings)
    for setting in shown.settings:
        yield f"{setting.name:<{names}}  {setting.value:<{values}}  {setting.source}"
    yield from (f"{name} is not known and has no effect: check how it is spelled." for name in shown.unknown)
    yield ""
    yield f"Mode: {shown.mode}" if shown.contradiction is None else f"Nothing would run: {shown.contradiction}"
    yield ""
    width = max(map(len, shown.files))
    yield from (f"{what:<{width}}  {path}" for what, path in shown.files.items())
