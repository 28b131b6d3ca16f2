"""The algorithm a request is about: one of the screens, or one that is over and only in the books."""

from database.timestamps import parse_iso
from orchestra.api.answers import Refused
from orchestra.api.api_context import ApiContext
from orchestra.messages.live_snapshot import AlgorithmCard
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.rows import algorithms

LARGEST_ID = 1 << 31


def known_algorithm(api: ApiContext, algorithm_id: int) -> AlgorithmRecord:
    """Return the record; raises Refused where there never was one."""
    card = card_of(api, algorithm_id)
    if card is not None:
        return card.record
    record = None
    if algorithm_id <= LARGEST_ID:
        with api.parts.system.reader() as connection:
            record = algorithms.find(connection, algorithm_id)
    if record is None:
        raise Refused(404, "There is no algorithm with this id.")
    return record


def card_of(api: ApiContext, algorithm_id: int) -> AlgorithmCard | None:
    """Return its card on the screens, None when none shows it."""
    snapshot = api.parts.board.snapshot
    cards = snapshot.algorithms if snapshot else ()
    return next((card for card in cards if card.record.id == algorithm_id), None)


def market_now(api: ApiContext) -> int:
    """Return market time, epoch seconds: what is not over by then is nobody's to see."""
    snapshot = api.parts.board.snapshot
    now = snapshot.market.now if snapshot else api.parts.clock.now()
    return int(now.timestamp())


def seconds_of(iso: str | None) -> int | None:
    """Return an ISO-Z text of the books as epoch seconds; None for one that is none."""
    try:
        return int(parse_iso(iso).timestamp()) if iso else None
    except ValueError:
        return None
