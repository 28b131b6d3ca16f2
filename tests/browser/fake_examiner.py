"""An examiner that found what the test says."""

import threading
from collections.abc import Sequence

from orchestra.messages.diagnosis import Diagnosis, bad, doubtful, well
from orchestra.messages.engine_readings import TrendPoint
from orchestra.messages.health_report import HealthReport

GATE = "this machine's clock is 5 s ahead of the exchange's: check the time"
LINES = (
    well("New positions", "may be opened"),
    well("Engine", "last minute Fri 10:31 New York, slowest turn AAPL sma_crossover 12 ms"),
    well("Broker", "last answer 4 s ago, 143 requests left this minute"),
    well("Market data", "connected for 3 h 10 min, last message 12 s ago, 5 of 5 symbols"),
    well("Order stream", "connected for 3 h 10 min"),
    well("Clock", "0.1 s ahead of the broker's, follows a time server"),
    well("Disk", "12,300 MB free, 16 MB held in reserve, 120 MB written a day"),
    well("Memory", "AutoTrader holds 212 MB"),
    doubtful(
        "Browser",
        "Chromium on this machine holds 812 MB",
        "reload this page; restart the display if it stays above 700 MB",
    ),
    well("Temperature", "61 °C"),
    well("Backup", "12 min old, the next in 3 min if there is anything new"),
    well("Databases", "trades 2.1 MB, bars 45 MB, sessions 0.1 MB; found whole 14 h 5 min ago"),
    well("Program", "version 0.1.0, PAPER, running for 3 d 4 h"),
)
TROUBLE = (
    doubtful("New positions", f"blocked: {GATE}", "set this machine's clock"),
    bad("Clock", "5.0 s ahead of the broker's", "set this machine's clock: nothing is bought beyond 2 s"),
)
DOCTOR = (well("Python", "version 3.11.7"), doubtful(".env", "can be read by others", "run 'chmod 600 .env'"))


class FakeExaminer:
    """Lines and a trend for the screen; `asked` counts how often; the doctor waits for `may_end`."""

    def __init__(self) -> None:
        self.lines: Sequence[Diagnosis] = LINES
        self.trend: tuple[TrendPoint, ...] = tuple(
            TrendPoint(index * 600.0, 200_000_000 + index % 7 * 3_000_000, 2.1 + index % 5 / 10) for index in range(100)
        )
        self.doctor: Sequence[Diagnosis] = DOCTOR
        self.asked = 0
        self.may_end = threading.Event()
        self.may_end.set()

    def report(self) -> HealthReport:
        self.asked += 1
        return HealthReport(60_000.0, tuple(self.lines), self.trend)

    def examine(self) -> Sequence[Diagnosis]:
        self.may_end.wait(10)
        return self.doctor
