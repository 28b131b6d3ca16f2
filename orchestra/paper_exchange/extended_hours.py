"""The hours around a session in which orders for extended hours trade: 04:00 to the open, the close to four hours on.

A full day's after-hours end at 20:00 New York time, a half day's at 17:00: both four hours after the close.
"""

from database.calendar_manager import Session

AFTER_SECONDS = 4 * 3600
BEFORE_SECONDS = 5 * 3600 + 1800


def before_hours(session: Session) -> tuple[int, int]:
    """Return start and end of the hours before the session, epoch seconds."""
    return session.open - BEFORE_SECONDS, session.open


def after_hours(session: Session) -> tuple[int, int]:
    """Return start and end of the hours after the session, epoch seconds."""
    return session.close, session.close + AFTER_SECONDS
