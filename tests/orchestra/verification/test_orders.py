"""V1 and V2 on damaged copies of a good session: each damage is seen as exactly the invariant it breaks."""

import pytest

from tests.orchestra.verification.patient import MINUTE, Patient, base36

FIRST_BUY = "SELECT * FROM orders WHERE purpose = 'ENTRY' ORDER BY id LIMIT 1"


@pytest.mark.requirement("S2-47")
def test_a_good_session_is_clean(patient: Patient) -> None:
    assert patient.findings() == ()


def test_an_order_at_the_exchange_without_its_intent_is_an_orphan(patient: Patient) -> None:
    patient.plant_at_exchange(f"at-{patient.install}-1-zzzzz-0")
    assert patient.broken() == {"V1"}


def test_a_strangers_order_at_the_exchange_is_none_of_ours(patient: Patient) -> None:
    patient.plant_at_exchange("by hand")
    assert patient.broken() == set()


def test_two_orders_of_one_bar_are_seen(patient: Patient) -> None:
    row = patient.row(FIRST_BUY)
    number = row["client_order_id"].removesuffix("0") + "1"
    patient.plant_intent(
        bar_ts=row["bar_ts"], leg=1, client_order_id=number, status="DENIED", reject_reason="HALTED", attempts=0
    )
    assert patient.broken() == {"V1"}


def test_an_id_that_does_not_follow_from_its_bar_is_seen(patient: Patient) -> None:
    patient.damage("UPDATE orders SET leg = 5 WHERE id = 1")
    assert patient.broken() == {"V1"}


@pytest.mark.parametrize("change", ["symbol = 'OTHER'", "side = 'sell'", "qty = '101'"])
def test_an_order_that_is_another_one_at_the_exchange_is_seen(change: str, patient: Patient) -> None:
    number = patient.row(FIRST_BUY)["client_order_id"]
    patient.damage(f"UPDATE orders SET {change} WHERE client_order_id = ?", number, database="exchange")
    assert patient.broken() == {"V1"}


def test_a_decision_that_was_sent_as_an_order_that_is_missing_is_seen(patient: Patient) -> None:
    number = patient.row(FIRST_BUY)["client_order_id"]
    patient.damage("UPDATE decisions SET client_order_id = 'at-none' WHERE client_order_id = ?", number)
    assert patient.broken() == {"V1"}


def test_a_decision_that_names_another_minutes_order_is_seen(patient: Patient) -> None:
    first, second = patient.rows("SELECT client_order_id FROM orders WHERE algo_id = 1 ORDER BY id LIMIT 2")
    statement = "UPDATE decisions SET client_order_id = ? WHERE client_order_id = ?"
    patient.damage(statement, second["client_order_id"], first["client_order_id"])
    assert patient.broken() == {"V1"}


def test_an_order_nobody_decided_is_seen(patient: Patient) -> None:
    patient.plant_intent(signal_id=None, status="DENIED", reject_reason="HALTED", attempts=0)
    assert patient.broken() == {"V1"}


def test_an_order_out_of_the_time_after_a_backup_needs_no_decision(patient: Patient) -> None:
    row = patient.plant_intent(signal_id=None, status="CANCELED")
    patient.plant_at_exchange(row["client_order_id"], symbol=row["symbol"], side=row["side"])
    assert patient.broken() == {"V1"}
    data = f'{{"text": "Order {row["client_order_id"]} (buy 100 ACME) was sent by us and is not in our books"}}'
    patient.plant("events", {"type": "order.adopted", "data": data, "ts": row["created_at"]})
    assert patient.broken() == set()


def test_an_order_that_the_exchange_has_lost_is_seen(patient: Patient) -> None:
    number = patient.row(FIRST_BUY)["client_order_id"]
    patient.damage("DELETE FROM fills WHERE client_order_id = ?", number, database="exchange")
    patient.damage("DELETE FROM orders WHERE client_order_id = ?", number, database="exchange")
    assert patient.broken() == {"V2"}


@pytest.mark.parametrize(("status", "attempts"), [("SUBMITTED", 1), ("UNKNOWN", 2), ("PENDING", 1)])
def test_an_order_in_doubt_for_too_long_is_seen(status: str, attempts: int, patient: Patient) -> None:
    patient.plant_intent(status=status, attempts=attempts)
    assert patient.broken() == {"V2"}


def test_an_intent_that_was_never_sent_is_no_doubt(patient: Patient) -> None:
    patient.plant_intent(status="PENDING", attempts=0)
    assert patient.broken() == set()


def test_an_order_in_doubt_since_lately_is_left_its_time(patient: Patient) -> None:
    minute = int(patient.row("SELECT value FROM settings WHERE key = 'engine_minute'")["value"])
    at = f"{patient.row('SELECT value FROM settings WHERE key = ?', 'replay_finished')['value']}"
    bar_ts = minute - MINUTE
    number = f"at-{patient.install}-1-{base36(bar_ts // MINUTE)}-0"
    patient.plant_intent(
        status="SUBMITTED", bar_ts=bar_ts, client_order_id=number, created_at=at, valid_until=at, algo_id=1
    )
    assert patient.broken() == set()


@pytest.mark.parametrize("status", ["REJECTED", "DENIED", "ABANDONED"])
def test_an_order_that_ended_without_a_reason_is_seen(status: str, patient: Patient) -> None:
    patient.plant_intent(status=status, reject_reason=None)
    assert patient.broken() == {"V2"}


@pytest.mark.parametrize("status", ["REJECTED", "DENIED", "ABANDONED"])
def test_an_order_that_the_exchange_took_after_all_is_seen(status: str, patient: Patient) -> None:
    row = patient.plant_intent(status=status, reject_reason="said so")
    at = patient.row("SELECT MIN(updated_at) AS at FROM orders", database="exchange")["at"]
    patient.plant_at_exchange(row["client_order_id"], symbol=row["symbol"], side=row["side"], updated_at=at)
    assert patient.broken() == {"V2"}
