"""The log keeps its form whatever strangers do to logging."""

import io
import logging
import logging.config
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from database.errors import ConfigError
from orchestra.runtime import log_setup
from orchestra.runtime.log_setup import LogSetup

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - (INFO|WARNING|ERROR) - .+")
OURS = logging.getLogger("orchestra.engine")


class Logged:
    def __init__(self, folder: Path) -> None:
        self.screen = io.StringIO()
        self.setup = LogSetup(folder, screen=self.screen, screen_level=logging.WARNING)
        self.path = folder / "orchestrator.log"
        self.setup.start()

    @property
    def lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Logged]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    logged = Logged(tmp_path / "logs")
    yield logged
    logged.setup.stop()
    logging.disable(logging.NOTSET)
    root.handlers[:], root.filters[:] = handlers, []
    root.setLevel(level)


@pytest.mark.requirement("S2-45", "S2-85", "S4-16", "S4-41")
def test_every_line_has_the_owners_form(logged: Logged) -> None:
    OURS.info("one")
    OURS.debug("too fine")
    logging.getLogger("stranger").warning("two %d", 2)
    assert [line.split(" - ", 1)[1] for line in logged.lines] == ["INFO - one", "WARNING - two 2"]
    assert all(LINE.fullmatch(line) for line in logged.lines)
    assert [line.split(" - ", 1)[1] for line in logged.screen.getvalue().splitlines()] == ["WARNING - two 2"]


def test_alpaca_pys_own_words_stay_off_the_screen(logged: Logged) -> None:
    logging.getLogger("alpaca.data.live.websocket").error("restarting connection")
    logging.getLogger("websockets.client").info("too fine")
    assert len(logged.lines) == 1
    assert logged.screen.getvalue() == ""


def replace_all() -> None:
    logging.basicConfig(force=True, level=logging.CRITICAL, handlers=[logging.NullHandler()])


def configure(**more: object) -> Callable[[], None]:
    return lambda: logging.config.dictConfig({"version": 1, "root": {"level": "ERROR", "handlers": []}, **more})


def quieten_our_handlers() -> None:
    ours = (handler for handler in logging.getLogger().handlers if type(handler).__module__.startswith("orchestra"))
    for handler in ours:
        handler.setLevel(logging.CRITICAL)
        handler.setFormatter(logging.Formatter("strange %(message)s"))


@pytest.mark.parametrize(
    "mischief",
    [
        replace_all,
        configure(),
        configure(disable_existing_loggers=True),
        configure(incremental=True),
        quieten_our_handlers,
        logging.shutdown,
        lambda: logging.disable(logging.CRITICAL),
        logging.getLogger().handlers.clear,
        lambda: logging.getLogger().setLevel(logging.CRITICAL),
        lambda: logging.getLogger().setLevel(logging.DEBUG),
        lambda: setattr(OURS, "disabled", True),
        lambda: logging.getLogger("orchestra").setLevel(logging.CRITICAL),
        lambda: setattr(logging.getLogger("orchestra"), "propagate", False),
        lambda: logging.getLogger().addFilter(lambda _record: False),
        lambda: OURS.addFilter(lambda _record: False),
    ],
)
def test_after_a_turn_our_lines_are_as_before(logged: Logged, mischief: Callable[[], None]) -> None:
    OURS.info("before")
    mischief()
    logged.setup.restore()
    OURS.info("after")
    OURS.debug("too fine")
    OURS.error("seen")
    assert [line.split(" - ", 1)[1] for line in logged.lines] == ["INFO - before", "INFO - after", "ERROR - seen"]
    assert logged.screen.getvalue().endswith(" - ERROR - seen\n")


@pytest.mark.requirement("S2-79")
def test_handlers_of_strangers_do_not_pile_up(logged: Logged) -> None:
    for _ in range(100):
        logging.getLogger().addHandler(logging.StreamHandler(io.StringIO()))
        OURS.addHandler(logging.StreamHandler(io.StringIO()))
        logged.setup.restore()
    assert len(logging.getLogger().handlers) == 2
    assert OURS.handlers == []
    OURS.info("once")
    assert len(logged.lines) == 1


def test_stop_takes_our_handlers_away(logged: Logged) -> None:
    logged.setup.stop()
    OURS.warning("nobody")
    assert logged.lines == []


@pytest.mark.requirement("S2-79")
def test_log_is_rotated_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_setup, "MEGABYTE", 100)
    setup = LogSetup(tmp_path, screen=io.StringIO())
    setup.start()
    for number in range(2_000):
        OURS.info("line %04d", number)
    setup.stop()
    files = sorted(tmp_path.glob("orchestrator.log*"))
    assert len(files) == 6
    assert sum(path.stat().st_size for path in files) <= 6 * 1_000
    assert (tmp_path / "orchestrator.log").read_text(encoding="utf-8").endswith("line 1999\n")


@pytest.mark.parametrize("obstacle", ["file for a folder", "folder for the file"])
def test_log_that_cannot_be_written_is_refused(tmp_path: Path, obstacle: str) -> None:
    if obstacle == "file for a folder":
        (tmp_path / "logs").write_text("", encoding="utf-8")
    else:
        (tmp_path / "logs" / "orchestrator.log").mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot be written"):
        LogSetup(tmp_path / "logs")
