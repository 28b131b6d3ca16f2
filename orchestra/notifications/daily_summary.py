"""The summary of a day: what the account and each algorithm made of it, in the owner's words.

In: a session that is over, what its databases say. Out: plain text. Thread: the engine's.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from database.calendar_manager import NEW_YORK, Session
from database.timestamps import iso_milliseconds
from orchestra.notifications.news_notices import dollars, signed_dollars
from system_databse.rows import equity_snapshots

# Real time may still bring a fill after the close; a summary later than this is no news any more.
AFTER_CLOSE_SECONDS = 300
LATEST_SECONDS = 16 * 3600


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What a session came to. algorithms: name, change of the day, None where it is not known."""

    value: Decimal | None
    change: Decimal | None
    algorithms: Sequence[tuple[str, Decimal | None]]
    bought: int
    sold: int
    fees: Decimal
    alerts: int


def is_due(session: Session | None, now: int, *, told: str | None, is_simulated: bool, decided_until: int) -> bool:
    """Say whether a session is to be summed up. told: the ISO day that was summed up last."""
    if session is None or told == session.day.isoformat() or decided_until <= session.open:
        return False
    wait = 0 if is_simulated else AFTER_CLOSE_SECONDS
    return session.close + wait <= now < session.close + LATEST_SECONDS


def read_figures(connection: sqlite3.Connection, session: Session, names: Mapping[int, str]) -> DayFigures:
    """Return what system.db says of a session. names: of the algorithms that are worth telling, by number."""
    value, change = _worth(connection, equity_snapshots.ACCOUNT, session)
    day = session.day.isoformat()
    sides = dict(
        connection.execute(
            "SELECT o.side, COUNT(*) FROM fills f JOIN orders o ON o.id = f.order_id"
            " WHERE f.session_date = ? AND o.algo_id IS NOT NULL GROUP BY o.side",
            (day,),
        ).fetchall()
    )
    fees = sum(Decimal(fee) for (fee,) in connection.execute("SELECT fee FROM fills WHERE session_date = ?", (day,)))
    alerts = connection.execute(
        "SELECT COUNT(*) FROM alerts WHERE at >= ? AND at < ? AND priority <> 'info'",
        (_iso(session.extended_open), _iso(session.extended_close)),
    ).fetchone()[0]
    changes = {id_: _worth(connection, equity_snapshots.scope_of(id_), session)[1] for id_ in names}
    return DayFigures(
        value=value,
        change=change,
        algorithms=[(names[id_], each) for id_, each in changes.items()],
        bought=int(sides.get("buy", 0)),
        sold=int(sides.get("sell", 0)),
        fees=Decimal(fees),
        alerts=int(alerts),
    )


def summary_text(session: Session, figures: DayFigures, following: Session | None) -> str:
    """Return the summary. following: the next session, if it is known."""
    kind = "a half day" if session.is_half_day else "a whole day"
    lines = [f"{_day(session.day)}, {kind}."]
    if figures.value is not None:
        today = f", today {signed_dollars(figures.change)}" if figures.change is not None else ""
        lines.append(f"Account {dollars(round(figures.value, 2))}{today}.")
    lines += [f"{name}: {_change(change)}." for name, change in figures.algorithms]
    fees = f", fees {dollars(round(figures.fees, 2))}" if figures.fees else ", no fees"
    number = figures.bought + figures.sold
    lines.append(
        f"{_counted(number, 'fill')}: {figures.bought} bought, {figures.sold} sold{fees}." if number else "No fills."
    )
    lines.append(f"{_counted(figures.alerts, 'alert')}." if figures.alerts else "No alerts.")
    lines.append(_next(following))
    return "\n".join(lines)


def _worth(connection: sqlite3.Connection, scope: str, session: Session) -> tuple[Decimal | None, Decimal | None]:
    """Return what a scope was worth at the close, and its change since the close before, or since it began."""
    close = equity_snapshots.oldest(connection, scope, after=session.close - 1, until=session.close)
    close = close if close is not None else equity_snapshots.newest(connection, scope, session.close)
    before = equity_snapshots.newest(connection, scope, session.open)
    start = (
        before
        if before is not None
        else equity_snapshots.oldest(connection, scope, after=session.open, until=session.close)
    )
    return close, close - start if close is not None and start is not None else None


def _change(change: Decimal | None) -> str:
    return "no figures yet" if change is None else f"today {signed_dollars(change)}"


def _next(session: Session | None) -> str:
    if session is None:
        return "The next session is not known yet."
    half = ", a half day" if session.is_half_day else ""
    return f"Next session: {_day(session.day)}, {_clock(session.open)} to {_clock(session.close)} in New York{half}."


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _clock(second: int) -> str:
    moment = datetime.fromtimestamp(second, NEW_YORK)
    return f"{moment.hour}:{moment:%M}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _iso(second: int) -> str:
    return iso_milliseconds(datetime.fromtimestamp(second, UTC))
