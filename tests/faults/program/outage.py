"""F12: the broker is away for minutes, on real time: nothing is opened while anything is unproven, then all goes on."""

from contextlib import ExitStack
from random import Random

from orchestra.messages.events import StreamName
from orchestra.paper_exchange.wire.faults.fault import FaultKind
from tests.faults.tally import Plan, Tally
from tests.orchestra.live_house import MINUTE, OPEN, LiveHouse

MINUTES_AWAY = (1, 2, 3, 5, 8, 13, 20)
AWAY = (FaultKind.STATUS_503, FaultKind.DROP_REQUEST, FaultKind.HTML)
FOR_EVER = 1_000_000
MINUTES_TO_RETURN = 6


def outage(plan: Plan) -> Tally:
    """Take the broker away, its streams and its answers: no order until books and account agree again (F12)."""
    tally = Tally("F12 broker outage", "outage")
    for number in range(plan.runs):
        seed = plan.seed + number
        minutes = MINUTES_AWAY[number % len(MINUTES_AWAY)]
        folder = plan.folder / f"outage-{seed}"
        folder.mkdir()
        with ExitStack() as stack:
            tally.add(seed, _one_outage(LiveHouse(folder, stack), minutes, Random(seed), tally))
        tally.note(f"{minutes} min away")
    return tally


def _one_outage(house: LiveHouse, minutes: int, chance: Random, tally: Tally) -> list[str]:
    house.start().pass_minutes(2)
    if house.last_decision()[0] != "SUBMITTED":
        return ["V6 the healthy run before the outage buys nothing"]
    kind = chance.choice(AWAY)
    house.plant("rest", kind, times=FOR_EVER)
    house.plant("orders", FaultKind.REFUSE_429, times=FOR_EVER)
    house.plant("data", FaultKind.REFUSE_429, times=FOR_EVER)
    house.plant("orders", FaultKind.DISCONNECT)
    house.plant("data", FaultKind.DISCONNECT)
    tally.note(str(kind))
    house.pass_minutes(1)
    house.until(lambda: not house.engine.streams.is_connected(StreamName.ORDERS))
    since = house.engine.books.minute
    house.pass_minutes(minutes)
    until = house.engine.books.minute
    sent = house.rows(f"SELECT count(*) FROM orders WHERE bar_ts >= {since} AND bar_ts < {until} AND purpose = 'ENTRY'")
    found = [f"V6 {sent[0][0]} entries while the broker was away"] if sent[0][0] else []
    house.server.faults.clear()
    house.until(lambda: house.engine.streams.is_connected(StreamName.ORDERS))
    for _ in range(MINUTES_TO_RETURN):
        house.pass_minutes(1)
        if house.last_decision()[0] == "SUBMITTED":
            return found + _once(house)
    return [*found, f"V6 it does not go on by itself: {house.last_decision()}, {house.engine.closed_gates()}"]


def _once(house: LiveHouse) -> list[str]:
    """No minute of the outage is decided twice, and no order is at the exchange twice."""
    rows = house.rows("SELECT minute, until_minute FROM decisions ORDER BY minute")
    decided = [minute for first, last in rows for minute in range(first, last + MINUTE, MINUTE)]
    ids = [row[0] for row in house.rows("SELECT client_order_id FROM orders", "exchange")]
    found = [] if len(set(decided)) == len(decided) else ["V5 algorithm 1 decided a minute twice"]
    if len(set(ids)) != len(ids):
        found.append("V1 duplicate order at the exchange")
    ours = {row[0] for row in house.rows("SELECT client_order_id FROM orders")}
    found += [f"V1 orphan {id_}" for id_ in ids if id_ not in ours]
    return found if decided and decided[0] >= OPEN else [*found, "V5 nothing was decided"]
