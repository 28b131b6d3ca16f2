"""V5 and V6 on damaged copies of a good session: each damage is seen as exactly the invariant it breaks."""

from typing import Any

import pytest

from tests.orchestra.verification.patient import MINUTE, Patient

A_BUY = "SELECT * FROM orders WHERE purpose = 'ENTRY' AND symbol = 'ACME' ORDER BY id LIMIT 1 OFFSET 1"
A_SALE = "SELECT * FROM orders WHERE purpose = 'EXIT' AND symbol = 'ACME' ORDER BY id LIMIT 1"
LONG_HOLD = "SELECT * FROM decisions WHERE algo_id = ? AND until_minute > minute ORDER BY minute LIMIT 1"
HOUR_BEFORE, MINUTE_BEFORE = "-1 hour", "-1 minute"


def earlier(patient: Patient, at: str, how_much: str) -> str:
    return str(patient.row("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ?, ?) AS at", at, how_much)["at"])


@pytest.mark.requirement("S2-48")
def test_a_minute_decided_twice_is_seen(patient: Patient) -> None:
    hold = patient.row(LONG_HOLD, 1)
    patient.plant("decisions", hold | {"minute": hold["minute"] + MINUTE, "until_minute": hold["minute"] + MINUTE})
    assert patient.broken() == {"V5"}


@pytest.mark.parametrize("change", ["until_minute = minute - 60", "until_minute = until_minute - 1"])
def test_a_decision_of_no_whole_minutes_is_seen(change: str, patient: Patient) -> None:
    hold = patient.row(LONG_HOLD, 1)
    statement = f"UPDATE decisions SET {change} WHERE algo_id = 1 AND minute = ?"
    patient.damage(statement, hold["minute"])
    assert patient.broken() == {"V5"}


def test_a_cursor_that_fell_is_seen(patient: Patient) -> None:
    patient.damage("UPDATE settings SET value = CAST(value - 60 AS TEXT) WHERE key = 'engine_minute'")
    assert patient.broken() == {"V5"}


def test_an_order_before_the_first_reconciliation_is_seen(patient: Patient) -> None:
    second = patient.row("SELECT created_at FROM orders ORDER BY id LIMIT 1 OFFSET 1")["created_at"]
    patient.damage("UPDATE recon_runs SET at = ? WHERE id = 1", second)
    assert patient.broken() == {"V5"}


def test_a_session_that_never_reconciled_is_seen(patient: Patient) -> None:
    patient.damage("DELETE FROM recon_runs")
    assert patient.broken() == {"V5"}


def test_runs_that_were_tidied_away_prove_nothing(patient: Patient) -> None:
    last = patient.row("SELECT MAX(created_at) AS at FROM orders")["at"]
    patient.damage("UPDATE recon_runs SET id = 50, at = ? WHERE id = 1", last)
    assert patient.broken() == set()


def test_a_missed_bar_that_was_traded_late_is_seen(patient: Patient) -> None:
    buy = patient.row(A_BUY)
    patient.damage(
        "UPDATE orders SET created_at = ? WHERE id = ?", earlier(patient, buy["created_at"], "+1 hour"), buy["id"]
    )
    started = earlier(patient, buy["created_at"], "+30 minutes")
    patient.plant("recon_runs", {"at": started, "kind": "start", "result": "clean"})
    assert patient.broken() == {"V5"}


def test_a_purchase_after_the_halt_is_seen(patient: Patient) -> None:
    patient.halt(
        earlier(
            patient, patient.row("SELECT MAX(created_at) AS at FROM orders WHERE purpose = 'ENTRY'")["at"], "-1 second"
        )
    )
    assert patient.broken() == {"V6"}


def test_a_purchase_that_was_only_sent_after_the_halt_is_seen(patient: Patient) -> None:
    last = patient.row("SELECT * FROM orders WHERE purpose = 'ENTRY' ORDER BY id DESC LIMIT 1")
    patient.halt(earlier(patient, last["created_at"], "+1 second"))
    assert patient.broken() == set()
    later = earlier(patient, last["created_at"], "+2 seconds")
    patient.damage("UPDATE orders SET first_sent_at = ? WHERE id = ?", later, last["id"])
    assert patient.broken() == {"V6"}


def test_sales_and_what_was_denied_after_the_halt_are_fine(patient: Patient) -> None:
    patient.plant_intent(status="DENIED", reject_reason="HALTED", attempts=0)
    last = patient.row("SELECT MAX(created_at) AS at FROM orders WHERE status <> 'DENIED' AND purpose = 'ENTRY'")["at"]
    patient.halt(last)
    assert patient.broken() == set()


def test_a_halt_without_a_time_is_no_finding(patient: Patient) -> None:
    patient.halt("")
    assert patient.broken() == set()


def test_an_order_that_was_denied_and_sent_is_seen(patient: Patient) -> None:
    number = patient.row(A_BUY)["client_order_id"]
    statement = "UPDATE decisions SET outcome = 'DENIED', gate = 'CASH' WHERE client_order_id = ?"
    patient.damage(statement, number)
    assert patient.broken() == {"V6"}


@pytest.mark.parametrize(("gate", "expected"), [("CLOSED_GATE", {"V6"}), ("HALTED", {"V6"}), ("CASH", set())])
def test_a_purchase_while_a_gate_was_closed_is_seen(gate: str, expected: set[str], patient: Patient) -> None:
    minute = patient.row(A_BUY)["bar_ts"] + MINUTE
    split_hold(patient, minute, outcome="DENIED", action="buy", gate=gate)
    assert patient.broken() == expected


def split_hold(patient: Patient, minute: int, **changed: Any) -> None:
    """Make one minute of the other algorithm's hold something else."""
    hold = patient.row("SELECT * FROM decisions WHERE algo_id = 2 AND minute < ? AND until_minute > ?", minute, minute)
    statement = "UPDATE decisions SET until_minute = ? WHERE algo_id = 2 AND minute = ?"
    patient.damage(statement, minute - MINUTE, hold["minute"])
    patient.plant("decisions", hold | {"minute": minute, "until_minute": minute, **changed})
    patient.plant("decisions", hold | {"minute": minute + MINUTE})


@pytest.mark.parametrize(("symbol", "expected"), [("ACME", {"V6"}), ("THIN", set())])
def test_a_purchase_in_a_frozen_symbol_is_seen(symbol: str, expected: set[str], patient: Patient) -> None:
    buy = patient.row(A_BUY)
    at = earlier(patient, buy["created_at"], MINUTE_BEFORE)
    patient.plant("recon_runs", {"at": at, "kind": "periodic", "result": f"mismatch: {symbol}"})
    after = {"at": earlier(patient, buy["created_at"], "+1 minute"), "kind": "periodic", "result": "clean"}
    patient.plant("recon_runs", after)
    assert patient.broken() == expected


def test_a_sale_of_more_than_there_was_is_seen(patient: Patient) -> None:
    sale = patient.row(A_SALE)
    patient.damage("UPDATE orders SET qty = '200', status = 'CANCELED' WHERE id = ?", sale["id"])
    statement = "UPDATE orders SET qty = '200', status = 'canceled' WHERE client_order_id = ?"
    patient.damage(statement, sale["client_order_id"], database="exchange")
    assert patient.broken() == {"V6"}


def test_a_sale_that_left_the_account_short_is_seen(patient: Patient) -> None:
    number = patient.row(A_SALE)["client_order_id"]
    statement = "UPDATE fills SET position_qty = '-100' WHERE client_order_id = ?"
    patient.damage(statement, number, database="exchange")
    assert patient.broken() == {"V6"}


@pytest.mark.requirement("S1-27")
def test_a_proposal_that_was_ordered_without_its_owner_or_twice_is_seen(patient: Patient) -> None:
    sale = patient.row(A_SALE)
    patient.damage("UPDATE signals SET source = 'ai', signal_type = 'sell' WHERE id = ?", sale["signal_id"])
    assert patient.broken() == {"V6"}
    said = {"id": None, "signal_id": sale["signal_id"], "stage": "OWNER", "outcome": "APPROVED", "reasons": "[]"}
    patient.plant("signal_decisions", said | {"created_at": sale["created_at"]})
    assert patient.broken() == set()
    patient.damage("UPDATE orders SET signal_id = ? WHERE id = ?", sale["signal_id"], patient.row(A_BUY)["id"])
    assert patient.broken() == {"V6"}
