"""The check of a day: every algorithm decided again, its differences explained, its fills held against the rule.

In: the two databases, opened to look only, and what decides. Out: Parity. Thread: main.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from database.bar import MINUTE
from database.bar_store import BarStore
from database.calendar_manager import MarketCalendar, Session
from database.sqlite_store import SqliteStore
from orchestra.backtest.checks.parity.causes import Explainer, Trials
from orchestra.backtest.checks.parity.fill_rule import compare_fills
from orchestra.backtest.checks.parity.findings import AlgorithmParity, Cause, Difference, Parity
from orchestra.backtest.checks.parity.instance_life import births, born_before
from orchestra.backtest.checks.parity.live_day import LiveAlgorithm, LiveDay, LiveMinute, read_day, read_minutes
from orchestra.backtest.checks.parity.repetition import Again, Instruments, OutOfTime, decide_again
from orchestra.backtest.checks.parity.suspect_bars import SuspectBars
from orchestra.backtest.checks.parity.watched_world import WatchedWorld
from system_databse.errors import StrategyError

log = logging.getLogger(__name__)

# How many sessions before the day an instance is lived through again, to have it as old as live's.
LONGEST_LIFE_SESSIONS = 5
DEMO = "DEMO"


class ParityCheck:
    """Check days of one data directory."""

    def __init__(self, market: SqliteStore, system: SqliteStore, calendar: MarketCalendar) -> None:
        self._system = system
        self._calendar = calendar
        # Another process may be writing, so nothing is remembered from one read to the next.
        self._bars = BarStore(market, calendar, is_only_writer=False)

    def check(self, session: Session, instruments: Instruments) -> Parity:
        """Return the comparison of a session's decisions and fills."""
        day = read_day(self._system, session)
        done: list[AlgorithmParity] = []
        is_whole = True
        for live in day.algorithms:
            try:
                done.append(self._algorithm(day, live, instruments))
            except OutOfTime:
                log.warning("Parity of %s: the time is over before algorithm %d.", session.day, live.record.id)
                is_whole = False
                break
        return Parity(session.day, day.mode, tuple(done), compare_fills(day, self._bars), is_whole)

    def _algorithm(self, day: LiveDay, live: LiveAlgorithm, instruments: Instruments) -> AlgorithmParity:
        why = instruments.why_changed(live.record)
        if why is not None:
            return _not_compared(live, Cause.STRATEGY_CHANGED, why)
        try:
            trials = self._trials(day, live, instruments)
        except StrategyError as error:
            return _not_compared(live, Cause.NOT_REPEATABLE, f"it cannot be built again: {error}")
        since = day.session.open
        if day.mode != DEMO and live.first_minute > day.session.open:
            since = 0  # on an algorithm's first day, in real time, its history may have come in the middle of it
        explainer = Explainer(live.record.ticker, trials, SuspectBars(self._bars, since=since))
        return _parity(live, _joined(_differences(live, trials, explainer)))

    def _trials(self, day: LiveDay, live: LiveAlgorithm, instruments: Instruments) -> Trials:
        """Decide the day again; once more, and with an older instance, only when something differs."""
        play = partial(decide_again, live, world=WatchedWorld(self._bars, self._calendar), instruments=instruments)
        first = play(live.minutes)
        if all(_is_equal(each, first) for each in live.minutes):
            return Trials(first)
        second = play(live.minutes)
        earlier, is_life_known = self._earlier_life(day, live)
        whole = (*earlier, *live.minutes)
        sessions = self._calendar.sessions_between(whole[0].minute - 1, day.session.close)
        opens = frozenset(session.open for session in sessions)
        new_at = births(whole, day.starts, opens=opens)
        aged = play(whole, births=new_at) if earlier or new_at else None
        return Trials(first, second, aged, is_life_known)

    def _earlier_life(self, day: LiveDay, live: LiveAlgorithm) -> tuple[Sequence[LiveMinute], bool]:
        """Return what live's instance went through before the day, and whether that is all of it."""
        born = born_before(live.minutes[0].minute, day.starts, first_minute=live.first_minute)
        furthest = day.session.open
        for _ in range(LONGEST_LIFE_SESSIONS):
            earlier = self._calendar.last_session(furthest)
            furthest = earlier.open if earlier else furthest
        minutes = read_minutes(self._system, live.record.id, after=max(born, furthest), until=day.session.open)
        return minutes, born >= furthest


def _is_equal(live: LiveMinute, again: Mapping[int, Again]) -> bool:
    return live.minute in again and again[live.minute].said == live.said


def _differences(live: LiveAlgorithm, trials: Trials, explainer: Explainer) -> Iterator[Difference]:
    for each in live.minutes:
        explainer.note(each.minute)
        again = trials.first.get(each.minute)
        said = again.said if again else None
        if said != each.said:
            cause, words = explainer.cause(each, said)
            yield Difference(each.minute, each.minute, each.said, said, cause, words)


def _joined(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Make one of differences that follow each other and say the same."""
    joined: list[Difference] = []
    for each in differences:
        last = joined[-1] if joined else None
        if last and each == replace(last, minute=each.minute, until_minute=last.until_minute + MINUTE):
            joined[-1] = replace(last, until_minute=each.minute)
        else:
            joined.append(each)
    return tuple(joined)


def _not_compared(live: LiveAlgorithm, cause: Cause, words: str) -> AlgorithmParity:
    """Return a day of which nothing can be decided again."""
    return _parity(live, _joined(Difference(m.minute, m.minute, m.said, None, cause, words) for m in live.minutes))


def _parity(live: LiveAlgorithm, differences: tuple[Difference, ...]) -> AlgorithmParity:
    record = live.record
    return AlgorithmParity(record.id, record.name, record.ticker, len(live.minutes), differences)
