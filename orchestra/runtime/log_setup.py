"""Logs as the owner reads them: `time - LEVEL - message`, on disk and on the screen (S2-45).

Strangers' algorithms set up logging of their own; `restore` undoes what that did to ours.
"""

import logging
import sys
from functools import lru_cache
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from database.errors import ConfigError
from database.shelter import sheltered

FORMAT = "%(asctime)s - %(levelname)s - %(message)s"
MEGABYTE = 1024 * 1024
# Libraries that speak on our threads count as ours: a stranger's handler must not raise into them.
OWN_PACKAGES = ("database", "system_databse", "orchestra", "alpaca", "websockets")
QUIET = {"websockets": logging.WARNING}


class _OnDisk(RotatingFileHandler):
    @sheltered
    def handle(self, record: logging.LogRecord) -> bool:
        return bool(super().handle(record))


class _OnScreen(logging.StreamHandler[TextIO]):
    @sheltered
    def handle(self, record: logging.LogRecord) -> bool:
        return bool(super().handle(record))


class LogSetup:
    """Own the process's log handlers. Raises ConfigError when the log file cannot be written.

    Our own loggers write to them directly and not by way of the root logger, where strangers' handlers
    and filters are; the root has them too, for what strangers and libraries say.
    """

    def __init__(
        self,
        folder: Path,
        *,
        screen: TextIO | None = None,
        level: int = logging.INFO,
        screen_level: int = logging.INFO,
    ) -> None:
        self._level = level
        on_screen = _OnScreen(screen or sys.stderr)
        on_screen.addFilter(_is_for_the_screen)
        self._levels: dict[logging.Handler, int] = {_open_file(folder): logging.NOTSET, on_screen: screen_level}
        self._formatter = logging.Formatter(FORMAT)
        self._restore_handlers()

    def start(self) -> None:
        """Send every record of the process to our handlers."""
        self.restore()

    def restore(self) -> None:
        """Make logging ours again after `basicConfig`, `dictConfig`, `disable` and the like."""
        root = logging.getLogger()
        if root.manager.disable:
            logging.disable(logging.NOTSET)
        if root.level != self._level:
            root.setLevel(self._level)
        # A stranger's handler on the root serves its own turn only: raising, it would fail everybody who logs.
        if root.handlers != list(self._levels):
            root.handlers[:] = self._levels
        root.filters.clear()
        self._restore_handlers()
        self._restore_own_loggers()

    def stop(self) -> None:
        """Write out and take our handlers away."""
        own = [logging.getLogger(name) for name in OWN_PACKAGES]
        for logger in own:
            logger.propagate = True
        for handler in self._levels:
            for logger in (logging.getLogger(), *own):
                logger.removeHandler(handler)
            handler.close()

    def _restore_handlers(self) -> None:
        for handler, level in self._levels.items():
            if handler.level != level:
                handler.setLevel(level)
            if handler.formatter is not self._formatter:
                handler.setFormatter(self._formatter)

    def _restore_own_loggers(self) -> None:
        handlers = list(self._levels)
        for logger in _own_loggers(len(logging.root.manager.loggerDict)):
            is_top = logger.name in OWN_PACKAGES
            logger.disabled = False
            logger.propagate = not is_top
            level = QUIET.get(logger.name, logging.NOTSET)
            if logger.level != level:
                logger.setLevel(level)
            if logger.filters:
                logger.filters.clear()
            if logger.handlers != (handlers if is_top else []):
                logger.handlers[:] = handlers if is_top else []


@lru_cache(maxsize=1)
def _own_loggers(_number_of_loggers: int) -> tuple[logging.Logger, ...]:
    """Return our packages' loggers; looked up again whenever a logger has been added anywhere."""
    tops = [logging.getLogger(name) for name in OWN_PACKAGES]
    known = dict(logging.root.manager.loggerDict)
    below = [known[name] for name in known if name.split(".")[0] in OWN_PACKAGES and "." in name]
    return (*tops, *(logger for logger in below if isinstance(logger, logging.Logger)))


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
