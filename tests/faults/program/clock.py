"""F11: a machine's clock that is wrong, set and set again, under the engine's own minute loop; 400 calendar days."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from database.calendar_manager import MarketCalendar
from orchestra.messages.events import StopRequested
from orchestra.messages.lockstep import Tick
from orchestra.runtime.inbox import Inbox
from orchestra.runtime.minute_loop import MinuteLoop
from tests.faults.tally import Plan, Tally

# Both clock changes, every holiday and half day of a year lie in there.
FIRST_DAY, DAYS = date(2026, 1, 2), 400
NEW_YORK = ZoneInfo("America/New_York")
MINUTE, DAY = 60, 86_400
JUMPS_SECONDS = (1.0, -1.0, 3_600.0, -3_600.0, -86_400.0, 37.0, -240.0)
JUMPS_A_DAY = 2
# Nothing says so but the broker's calendar, on the day itself.
EARLY_CLOSE = 0.05
HALF_PAST_NINE, FOUR = (9, 30), (16, 0)


class SetClock:
    """The machine's clock: real seconds pass for everybody, and what it shows is set by whoever likes."""

    is_simulated = False

    def __init__(self, seconds: float) -> None:
        self.true_seconds = seconds
        self.wrong_by = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(max(self.true_seconds + self.wrong_by, 0.0), UTC)

    def monotonic(self) -> float:
        return self.true_seconds

    def sleep(self, seconds: float) -> None:
        self.true_seconds += seconds


@dataclass(slots=True)
class OneDay:
    """A day's jumps, and what the loop did in it."""

    clock: SetClock
    jumps: list[tuple[float, float]]
    until: float
    runs: list[tuple[int, float]] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    known_close: float | None = None
    announced_at: float = 0.0


class Waiting(Inbox):
    """Every wait of the loop lets that much time pass, and sets the clock when it is time for it."""

    def __init__(self, day: OneDay) -> None:
        super().__init__()
        self._day = day

    def take(self, wait_seconds: float) -> object | None:
        day = self._day
        # An idle wait is a second in the program and may be longer here: nothing happens in it.
        day.clock.true_seconds += max(wait_seconds, 0.001)
        while day.jumps and day.clock.true_seconds >= day.jumps[0][0]:
            day.clock.wrong_by = day.jumps.pop(0)[1]
        return StopRequested("the day is over") if day.clock.true_seconds >= day.until else None


def clock(plan: Plan) -> Tally:
    """Set the clock forward, back, by a day and to 1970, over 400 days with their changes and short sessions (F11)."""
    tally = Tally("F11 clock (days)", "clock", runs_again=plan.runs)
    calendar, cursor = MarketCalendar(), 0
    step = max(1, DAYS // plan.runs)
    for number in range(0, DAYS, step):
        day, chance = FIRST_DAY + timedelta(days=number), Random(f"{plan.seed} {number}")
        played = _play(day, calendar, chance, cursor)
        tally.add(plan.seed, (f"{day}: {found}" for found in _judged(played, calendar, cursor)))
        cursor = max([cursor, *(minute for minute, _ in played.runs)])
        tally.note("minutes run", len(played.runs))
        tally.note("minutes missed", len(played.missed))
    return tally


def _play(day: date, calendar: MarketCalendar, chance: Random, cursor: int) -> OneDay:
    starts = datetime(day.year, day.month, day.day, 8, tzinfo=NEW_YORK).timestamp()
    ends = starts + 10 * 3_600
    times = sorted(chance.uniform(starts, ends) for _ in range(chance.randrange(JUMPS_A_DAY * 2)))
    jumps = [(at, chance.choice((*JUMPS_SECONDS, -at))) for at in times]
    # Whoever sets a clock wrong sets it right again.
    jumps += [(at + chance.uniform(30, 900), 0.0) for at, _ in jumps]
    played = OneDay(SetClock(starts), sorted(jumps), ends)
    session = calendar.session_on(day)
    if session and chance.random() < EARLY_CLOSE:
        played.announced_at = chance.uniform(session.open, session.close - 7_200)
        played.known_close = played.announced_at + 3_600 - played.announced_at % 3_600
    decided = [cursor]

    def run_minute(tick: Tick) -> None:
        played.runs.append((tick.minute, played.clock.true_seconds))
        decided[0] = tick.minute
        played.clock.true_seconds += chance.choice((0.1, 0.1, 0.1, 3.0, 70.0))

    def is_trading_minute(minute: int) -> bool:
        is_over = played.known_close is not None and played.clock.true_seconds >= played.announced_at
        is_late = is_over and minute > (played.known_close or 0.0)
        return not is_late and calendar.session_for_decision(minute) is not None

    MinuteLoop(
        Waiting(played),
        played.clock,
        run_minute=run_minute,
        settle=lambda _minute: None,
        handlers={},
        is_trading_minute=is_trading_minute,
        on_missed=played.missed.extend,
        decided_until=lambda: decided[0],
    ).run()
    return played


def _judged(played: OneDay, calendar: MarketCalendar, cursor: int) -> list[str]:
    minutes = [minute for minute, _ in played.runs]
    found = [f"V5 minute {minute} run twice" for minute in set(minutes) if minutes.count(minute) > 1]
    if any(minute <= cursor for minute in minutes) or minutes != sorted(minutes):
        found.append("V5 the cursor fell")
    if set(minutes) & set(played.missed):
        found.append("V5 a minute was run and missed")
    strays = [minute for minute in minutes if not _is_session_minute(minute, calendar)]
    found += [f"V5 minute {datetime.fromtimestamp(minute, UTC)} is of no session" for minute in strays]
    if played.known_close:
        late = [m for m, at in played.runs if at > played.announced_at and m > played.known_close]
        found += [f"V5 minute {minute} after the close that was announced" for minute in late]
    return found


def _is_session_minute(minute: int, calendar: MarketCalendar) -> bool:
    """Say whether that decision minute follows a bar of an open exchange, by New York's wall clock."""
    at = datetime.fromtimestamp(minute - MINUTE, NEW_YORK)
    session = calendar.session_on(at.date())
    if session is None or at.weekday() > 4:
        return False
    last = datetime.fromtimestamp(session.close, NEW_YORK)
    return HALF_PAST_NINE <= (at.hour, at.minute) < min((last.hour, last.minute), FOUR)
