"""A minute without a decision: what is known of it, in one sentence (S2-09)."""

from database.timestamps import iso_minute
from orchestra.api.api_context import ApiContext
from orchestra.api.feed.state_json import State
from orchestra.api.routes.algorithm.known import market_now, seconds_of
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.rows import algorithms, decision_history


def why_nothing(api: ApiContext, record: AlgorithmRecord, minute: int) -> State:
    """Return what is known: `kind` for a machine, `at` the moment it is about, and the sentence."""
    with api.parts.system.reader() as connection:
        created, stopped = (seconds_of(text) for text in algorithms.life(connection, record.id))
        first = decision_history.first_minute(connection, record.id)
    calendar = api.parts.bars.calendar
    if minute > market_now(api):
        return _told("not_yet", "This minute has not been reached yet.")
    if created is not None and minute < created:
        return _told("not_created", "The algorithm did not exist yet.", created)
    session = calendar.session_at(minute)
    if session is not None and minute == session.open:
        return _told("opening", "The session had just opened: the first turn comes when its first minute is over.")
    if calendar.session_for_decision(minute) is None:
        following = calendar.next_session(minute)
        sentence = "The market was closed: no algorithm takes a turn outside a regular session."
        return _told("closed", sentence, following.open if following else None)
    if stopped is not None and minute > stopped:
        return _told("stopped", "The algorithm was stopped before this minute.", stopped)
    if first is None or minute < first:
        return _told("not_begun", "The algorithm had not taken its first turn yet.", first)
    return _told(
        "unknown", "Nothing is recorded of this minute: the algorithm was paused, or AutoTrader was not running."
    )


def _told(kind: str, sentence: str, at: int | None = None) -> State:
    return {"kind": kind, "sentence": sentence, "at": iso_minute(at) if at is not None else None}
