"""Signals over HTTP: the owner's word reaches the engine from this machine only; what was wanted is read in pages."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from orchestra.api.auth.cookies import SESSION_COOKIE
from orchestra.api.auth.peer import Peer
from orchestra.messages.commands import ApproveSignal, RejectSignal
from system_databse.algorithm_record import AlgorithmRecord
from system_databse.decision import approved, denied
from system_databse.order import OrderStatus
from system_databse.rows import algorithms, orders, signals
from system_databse.signals import proposal_rows
from system_databse.signals.proposal import Proposal
from system_databse.signals.signal_status import SignalStatus
from system_databse.trading_signal import Action, Source, TradingSignal
from tests.orchestra.api.api_house import LAN, NOON, ApiHouse, Visitor, made_snapshot
from tests.system_databse.made_orders import order_in

AT = "2026-11-20T17:00:00.000Z"
MINUTE = 1_795_194_000
BUY = TradingSignal(1, "toy", "SPY", MINUTE, Action.BUY, Decimal(10), "crossed", confidence=0.8)
PROPOSAL = Proposal(
    *(0, Source.AI, 1, "toy", "SPY", Action.BUY, Decimal(10), NOON), confidence=0.7, reason="news", price=100.0
)


@pytest.mark.requirement("S1-27")
@pytest.mark.parametrize(
    ("path", "body", "command"),
    [
        ("/signals/7/approve", {}, ApproveSignal(7)),
        ("/signals/7/reject", {}, RejectSignal(7)),
        ("/signals/7/reject", {"reason": "too dear"}, RejectSignal(7, "too dear")),
    ],
)
def test_the_owners_word_reaches_the_engine_from_this_machine_only(
    house: ApiHouse, path: str, body: dict[str, str], command: object
) -> None:
    assert house.visitor().post(path, body).status_code == 401
    phone = house.visitor(LAN)
    phone.client.set_cookie(SESSION_COOKIE, house.app.context.sessions.open(Peer(LAN, False, LAN), "phone"))
    assert phone.post(path, body).status_code == 403
    assert house.owner().post(path, {"shares": 1}).status_code == 400
    assert house.owner().get(path).status_code == 405
    assert house.engine.given == []
    answer = house.owner().post(path, body)
    assert (answer.status_code, answer.json["id"]) == (200, 7)
    assert house.engine.given == [command]


@pytest.mark.parametrize(("number", "status"), [("404", 404), ("-1", 404), (str(1 << 62), 200), (str(1 << 63), 404)])
def test_a_number_that_is_none_is_told(owner: Visitor, number: str, status: int) -> None:
    assert owner.post(f"/signals/{number}/approve", {}).status_code == status


def test_there_is_no_way_to_propose_over_http(owner: Visitor) -> None:
    for path in ("/api/signals", "/signals", "/signals/propose"):
        assert owner.post(path, {"action": "buy"}).status_code in (404, 405)


def write_all(house: ApiHouse) -> None:
    """Write an order of an algorithm, a denied wish, a rejected proposal and one that waits, in this order."""
    with house.system.transaction() as connection:
        algorithms.insert(connection, AlgorithmRecord(1, "toy", "SPY", Decimal(1000), "toy.py", "0"), AT)
        first = signals.insert(connection, approved(BUY, Decimal(10)), AT)
        order = replace(
            order_in(OrderStatus.FILLED),
            client_order_id="at-1",
            filled_qty=Decimal(10),
            filled_notional=Decimal(1005),
        )
        orders.insert(connection, order, mode="DEMO", signal_id=first)
        orders.update(connection, order, NOON)
        signals.insert(connection, denied(replace(BUY, minute=MINUTE + 60), "CASH", "it costs more"), AT)
        third = proposal_rows.insert(connection, PROPOSAL, dedupe_key="wish:1")
        proposal_rows.end(connection, third, SignalStatus.REJECTED, reasons=("REJECTED", "too dear"), at=NOON)
        proposal_rows.insert(connection, PROPOSAL, dedupe_key="wish:2")


@pytest.mark.requirement("S0-09", "S3-41")
def test_signals_are_told_newest_first_with_what_became_of_each(house: ApiHouse, owner: Visitor) -> None:
    write_all(house)
    assert house.visitor().get("/api/signals").status_code == 401
    body = owner.get("/api/signals?limit=3").json
    told = [(each["id"], each["status"], each["action"], each["is_proposed"]) for each in body["signals"]]
    assert told == [(4, "PENDING", "buy", True), (3, "REJECTED", "buy", True), (2, "REJECTED", "buy", False)]
    waiting, rejected, denied_one = body["signals"]
    assert (waiting["reason"], waiting["source"], waiting["minute"]) == ("news", "ai", None)
    assert rejected["reasons"] == ["REJECTED", "too dear"]
    assert (denied_one["reasons"], denied_one["minute"]) == (["CASH", "it costs more"], "2026-11-20T17:01:00Z")
    [oldest] = owner.get(f"/api/signals?before={body['next']}").json["signals"]
    assert (oldest["status"], oldest["order_status"], oldest["filled_qty"], oldest["average_price"]) == (
        "RECORDED",
        "FILLED",
        "10",
        "100.5",
    )


def test_what_waits_is_in_the_live_state(house: ApiHouse) -> None:
    house.board.replace(replace(made_snapshot(), proposals=(replace(PROPOSAL, id=9),)))
    [told] = house.app.context.state()["proposals"]
    assert (told["id"], told["shares"], told["price"], told["confidence"]) == (9, "10", 100.0, 0.7)
    assert told["expires_at"] == (NOON + timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
