"""Alerts of a running engine: seen on the board once they are on disk, over when the owner has settled their cause."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from blinker import Signal

from orchestra.execution.truth.difference_watch import CONFIRM_SECONDS
from orchestra.messages.commands import (
    AcknowledgeAlert,
    ConfirmBaseline,
    DifferenceChoice,
    Refusal,
    ResolveAlert,
    SettleDifference,
)
from orchestra.messages.events import AlertRaised
from orchestra.messages.live_snapshot import LiveSnapshot
from system_databse.alerts.alert import Alert
from tests.orchestra.owner_house import OwnerHouse, open_house

MISMATCH = "reconcile.mismatch"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[OwnerHouse]:
    opened = open_house(tmp_path, is_real=True)
    opened.create_pin()
    yield opened
    opened.close()


def board(house: OwnerHouse) -> LiveSnapshot:
    house.engine.owner.run_due()
    assert house.engine.owner.live is not None
    house.engine.owner.live.show()
    snapshot = house.board.snapshot
    assert snapshot is not None
    return snapshot


def alert_of(house: OwnerHouse, kind: str) -> Alert | None:
    return next((alert for alert in board(house).alerts if alert.kind == kind), None)


def kinds(house: OwnerHouse) -> set[str]:
    return {alert.kind for alert in board(house).alerts}


def buy_by_hand(house: OwnerHouse) -> None:
    """Let shares come into the account that nothing explains, and look until that is believed."""
    house.engine.reconciler.truth.book_external = lambda _report: None  # type: ignore[method-assign]
    house.world.alpaca.submit_order(symbol="ACME", qty=Decimal(3), side="buy", client_order_id="hand")
    house.fill()
    house.engine.reconciler.run("periodic")
    house.clock.skip(CONFIRM_SECONDS)
    house.engine.reconciler.run("periodic")


@pytest.mark.requirement("S2-39")
def test_a_difference_is_an_alert_until_the_owner_has_settled_it(house: OwnerHouse) -> None:
    buy_by_hand(house)
    alert = alert_of(house, MISMATCH)
    assert alert is not None
    [off] = board(house).discrepancies
    assert (off.symbol, off.account, off.unexplained, off.is_confirmed) == ("ACME", 3, 3, True)
    assert off.causes
    assert house.rows(f"SELECT symbol, resolved_at FROM alerts WHERE kind = '{MISMATCH}'") == [("ACME", None)]
    house.give(SettleDifference("ACME", DifferenceChoice.ADOPT))
    assert alert_of(house, MISMATCH) is None
    assert board(house).discrepancies == ()
    assert house.rows(f"SELECT resolved_by FROM alerts WHERE kind = '{MISMATCH}'") == [("cause",)]


def test_a_restart_shows_what_is_open_and_ends_what_was_settled_meanwhile(house: OwnerHouse) -> None:
    house.engine.publish(AlertRaised(MISMATCH, "ACME differs.", "ACME"))
    house.engine.publish(AlertRaised("storage.damaged", "market.db is damaged."))
    board(house)
    house.restart()
    # An account that holds nothing is compared where something is known of the symbol.
    assert kinds(house) >= {MISMATCH, "storage.damaged"}
    buy_by_hand(house)
    house.give(SettleDifference("ACME", DifferenceChoice.ADOPT))
    assert "storage.damaged" in kinds(house)
    assert MISMATCH not in kinds(house)


def test_the_owner_acknowledges_and_ends_an_alert(house: OwnerHouse) -> None:
    house.engine.publish(AlertRaised("storage.damaged", "market.db is damaged."))
    alert = alert_of(house, "storage.damaged")
    assert alert is not None
    for _ in range(2):
        assert house.give(AcknowledgeAlert(alert.id)).refusal is None
    seen = alert_of(house, "storage.damaged")
    assert seen is not None
    assert seen.acknowledged_at is not None
    for _ in range(2):
        assert house.give(ResolveAlert(alert.id)).refusal is None
    assert alert_of(house, "storage.damaged") is None
    assert house.give(ResolveAlert(alert.id + 1000)).refusal is Refusal.NOT_FOUND


def test_what_the_account_held_before_is_asked_for_until_it_is_confirmed(house: OwnerHouse) -> None:
    house.engine.reconciler.truth.take_baseline({"ACME": Decimal(7), "BETA": Decimal(1)}, house.clock.now())
    house.engine.reconciler.run("periodic")
    alert = alert_of(house, "account.baseline")
    assert alert is not None
    assert "ACME, BETA" in alert.text
    house.give(ConfirmBaseline(("ACME",)))
    assert alert_of(house, "account.baseline") is not None
    house.give(ConfirmBaseline())
    assert alert_of(house, "account.baseline") is None


def test_without_listeners_the_engine_trades_all_the_same(house: OwnerHouse) -> None:
    house.engine._bus._signal = Signal()
    house.start_algorithm("buyer", "ACME", 10_000)
    house.minute_at(house.exchange.now + 60)
    house.fill()
    assert house.position(1) == 5
