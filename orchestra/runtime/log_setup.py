"""Logs as the owner reads them: `time - LEVEL - message`, on disk and on the screen (S2-45).

Strangers' algorithms set up logging of their own; `restore` undoes what that did to ours.
"""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

FORMAT = "%(asctime)s - %(levelname)s - %(message)s"
MEGABYTE = 1024 * 1024
OWN_PACKAGES = ("database", "system_databse", "orchestra", "alpaca")


class LogSetup:
    """Own the process's log handlers."""

    def __init__(self, folder: Path, *, level: int = logging.INFO, screen_level: int = logging.INFO) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._level = level
        on_disk = RotatingFileHandler(
            folder / "orchestrator.log", maxBytes=10 * MEGABYTE, backupCount=5, encoding="utf-8"
        )
        on_screen = logging.StreamHandler(sys.stderr)
        on_screen.setLevel(screen_level)
        on_screen.addFilter(_is_for_the_screen)
        self._handlers: list[logging.Handler] = [on_disk, on_screen]
        for handler in self._handlers:
            handler.setFormatter(logging.Formatter(FORMAT))

    def start(self) -> None:
        """Send every record of the process to our handlers."""
        root = logging.getLogger()
        root.setLevel(self._level)
        for handler in self._handlers:
            root.addHandler(handler)
        logging.getLogger("websockets").setLevel(logging.WARNING)

    def restore(self) -> None:
        """Undo `basicConfig(force=True)`, `dictConfig`, `logging.disable` and the like; cheap when nothing was done."""
        root = logging.getLogger()
        if root.manager.disable:
            logging.disable(logging.NOTSET)
        if root.level > self._level:
            root.setLevel(self._level)
        for handler in self._handlers:
            if handler not in root.handlers:
                root.addHandler(handler)
        if logging.getLogger(__name__).disabled:
            self._enable_own_loggers()

    def stop(self) -> None:
        """Write out and take our handlers away."""
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()

    @staticmethod
    def _enable_own_loggers() -> None:
        for name, logger in logging.root.manager.loggerDict.items():
            if isinstance(logger, logging.Logger) and name.split(".")[0] in OWN_PACKAGES:
                logger.disabled = False


def _is_for_the_screen(record: logging.LogRecord) -> bool:
    """Keep alpaca-py's own words for the file: the engine says in one line when a stream breaks."""
    return not record.name.startswith("alpaca.")


log = logging.getLogger(__name__)
