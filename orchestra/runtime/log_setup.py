"""Logs as the owner reads them: `time - LEVEL - message`, on disk and on the screen (S2-45).

Strangers' algorithms set up logging of their own; `restore` undoes what that did to ours.
"""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from database.errors import ConfigError
from database.shelter import sheltered

FORMAT = "%(asctime)s - %(levelname)s - %(message)s"
MEGABYTE = 1024 * 1024
OWN_PACKAGES = ("database", "system_databse", "orchestra", "alpaca")


class _OnDisk(RotatingFileHandler):
    @sheltered
    def handle(self, record: logging.LogRecord) -> bool:
        return bool(super().handle(record))


class _OnScreen(logging.StreamHandler[TextIO]):
    @sheltered
    def handle(self, record: logging.LogRecord) -> bool:
        return bool(super().handle(record))


class LogSetup:
    """Own the process's log handlers. Raises ConfigError when the log file cannot be written."""

    def __init__(self, folder: Path, *, level: int = logging.INFO, screen_level: int = logging.INFO) -> None:
        self._level = level
        on_screen = _OnScreen(sys.stderr)
        on_screen.addFilter(_is_for_the_screen)
        self._levels: dict[logging.Handler, int] = {_open_file(folder): logging.NOTSET, on_screen: screen_level}
        self._formatter = logging.Formatter(FORMAT)
        self._restore_handlers()

    def start(self) -> None:
        """Send every record of the process to our handlers."""
        root = logging.getLogger()
        root.setLevel(self._level)
        for handler in self._levels:
            root.addHandler(handler)
        logging.getLogger("websockets").setLevel(logging.WARNING)

    def restore(self) -> None:
        """Undo `basicConfig(force=True)`, `dictConfig`, `logging.disable` and the like; cheap when nothing was done."""
        root = logging.getLogger()
        if root.manager.disable:
            logging.disable(logging.NOTSET)
        if root.level != self._level:
            root.setLevel(self._level)
        for handler in self._levels:
            if handler not in root.handlers:
                root.addHandler(handler)
        self._restore_handlers()
        if logging.getLogger(__name__).disabled:
            self._enable_own_loggers()

    def stop(self) -> None:
        """Write out and take our handlers away."""
        for handler in self._levels:
            logging.getLogger().removeHandler(handler)
            handler.close()

    def _restore_handlers(self) -> None:
        for handler, level in self._levels.items():
            if handler.level != level:
                handler.setLevel(level)
            if handler.formatter is not self._formatter:
                handler.setFormatter(self._formatter)

    @staticmethod
    def _enable_own_loggers() -> None:
        for name, logger in logging.root.manager.loggerDict.items():
            if isinstance(logger, logging.Logger) and name.split(".")[0] in OWN_PACKAGES:
                logger.disabled = False


def _open_file(folder: Path) -> _OnDisk:
    path = folder / "orchestrator.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _OnDisk(path, maxBytes=10 * MEGABYTE, backupCount=5, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"The log {path} cannot be written ({error.strerror}): correct its owner or rights."
        ) from error


def _is_for_the_screen(record: logging.LogRecord) -> bool:
    """Keep alpaca-py's own words for the file: the engine says in one line when a stream breaks."""
    return not record.name.startswith("alpaca.")


log = logging.getLogger(__name__)
