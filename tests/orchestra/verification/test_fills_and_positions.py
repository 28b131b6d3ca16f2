"""V3 and V4 on damaged copies of a good session: each damage is seen as exactly the invariant it breaks."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest

from tests.orchestra.verification.patient import Patient

FILLED = "SELECT * FROM orders WHERE status = 'FILLED' ORDER BY id LIMIT 1"


@pytest.mark.parametrize(
    "change",
    [
        "filled_qty = '99'",
        "filled_qty = '101'",
        "filled_qty = '-1'",
        "filled_notional = '1'",
        "status = 'PARTIALLY_FILLED'",
        "status = 'CANCELED'",
        "status = 'ACCEPTED'",
    ],
)
def test_an_order_that_says_other_than_its_fills_and_the_exchange_is_seen(change: str, patient: Patient) -> None:
    patient.damage(f"UPDATE orders SET {change} WHERE id = ?", patient.row(FILLED)["id"])
    assert patient.broken() == {"V3"}


@pytest.mark.parametrize("change", ["filled_qty = '50'", "status = 'canceled'", "status = 'new'"])
def test_an_exchange_that_says_other_than_our_books_is_seen(change: str, patient: Patient) -> None:
    number = patient.row(FILLED)["client_order_id"]
    patient.damage(f"UPDATE orders SET {change} WHERE client_order_id = ?", number, database="exchange")
    assert patient.broken() == {"V3"}


@pytest.mark.parametrize("change", ["exec_id = 'never told'", "cum_qty = '7'"])
def test_a_fill_that_nothing_bears_out_is_seen(change: str, patient: Patient) -> None:
    patient.damage(f"UPDATE fills SET {change} WHERE id = 1")
    assert patient.broken() == {"V3"}


def test_an_execution_with_another_price_at_the_exchange_is_seen(patient: Patient) -> None:
    patient.damage("UPDATE fills SET price = '1' WHERE sequence = 1", database="exchange")
    assert patient.broken() == {"V3"}


def test_an_execution_that_came_after_the_exchange_was_read_is_left_its_time(patient: Patient) -> None:
    at = patient.row("SELECT value FROM settings WHERE key = 'replay_finished'")["value"]
    patient.damage("UPDATE fills SET exec_id = 'just now', ts = ? WHERE id = 1", at)
    assert patient.broken(is_settled=False) == set()
    assert patient.broken(is_settled=True) == {"V3"}


def test_a_fill_that_only_a_poll_told_needs_no_execution_of_the_exchange(patient: Patient) -> None:
    broker_id = patient.row("SELECT broker_order_id FROM orders WHERE id = 1")["broker_order_id"]
    patient.damage("UPDATE fills SET exec_id = ? WHERE order_id = 1", f"{broker_id}:100")
    assert patient.broken() == set()


@pytest.mark.parametrize(
    "trigger",
    ["orders_filled_qty_never_falls", "orders_terminal_status_stays", "fills_are_evidence", "fills_are_kept"],
)
def test_a_database_that_would_let_a_fill_go_is_seen(trigger: str, patient: Patient) -> None:
    with closing(sqlite3.connect(patient.path("system"))) as connection, connection:
        connection.execute(f"DROP TRIGGER {trigger}")
    assert patient.broken() == {"V3"}


def test_a_trigger_that_only_bears_the_name_is_seen(patient: Patient) -> None:
    with closing(sqlite3.connect(patient.path("system"))) as connection, connection:
        connection.execute("DROP TRIGGER fills_are_kept")
        connection.execute("CREATE TRIGGER fills_are_kept BEFORE DELETE ON fills BEGIN SELECT 1; END")
    assert patient.broken() == {"V3"}


def test_a_fill_that_is_gone_is_missing_from_order_position_and_sale(patient: Patient) -> None:
    patient.damage("DELETE FROM fills WHERE id = 1")
    assert patient.broken() == {"V3", "V4", "V6"}


@pytest.mark.parametrize("change", ["quantity = '5'", "realized_pl = '1000'", "symbol = 'OTHER'", "algo_id = 2"])
def test_a_position_that_does_not_follow_from_the_fills_is_seen(change: str, patient: Patient) -> None:
    patient.damage(f"UPDATE positions SET {change} WHERE id = 1")
    assert patient.broken() == {"V4"}


@pytest.mark.parametrize("change", ["entry_price = '1'", "status = 'CLOSED'"])
def test_an_open_position_that_says_other_than_the_fills_is_seen(change: str, patient: Patient) -> None:
    patient.damage(f"UPDATE positions SET {change} WHERE status = 'OPEN'")
    assert patient.broken() == {"V4"}


def test_a_position_that_is_missing_is_seen(patient: Patient) -> None:
    patient.damage("DELETE FROM positions WHERE id = 2")
    assert patient.broken() == {"V4"}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE positions SET qty = '7' WHERE symbol = 'ACME'", "DELETE FROM positions WHERE symbol = 'ACME'"],
)
def test_an_account_that_holds_other_than_the_books_make_is_seen(statement: str, patient: Patient) -> None:
    patient.damage(statement, database="exchange")
    assert patient.broken() == {"V4"}


def test_what_others_brought_into_the_account_counts(patient: Patient) -> None:
    patient.damage("UPDATE positions SET qty = '115' WHERE symbol = 'ACME'", database="exchange")
    patient.plant("baseline", {"symbol": "ACME", "qty": "10"})
    patient.plant("external_fills", {"broker_order_id": "x", "symbol": "ACME", "signed_qty": "3", "at": "2024-06-12"})
    patient.plant("adjustments", {"symbol": "ACME", "qty": "2", "kind": "owner", "ref": "a"})
    assert patient.broken() == set()


def open_position(patient: Patient) -> dict[str, Any]:
    return patient.row("SELECT * FROM positions WHERE symbol = 'ACME' AND status = 'OPEN'")


def adjust(patient: Patient, **changed: Any) -> None:
    fills = patient.row("SELECT COUNT(*) AS number FROM fills")["number"]
    row = {"symbol": "ACME", "algo_id": 1, "qty": "100", "kind": "split", "ref": "a", "fills_before": fills}
    patient.plant("adjustments", row | changed)


def test_a_split_doubles_the_shares_and_halves_their_price(patient: Patient) -> None:
    paid = Decimal(open_position(patient)["entry_price"])
    adjust(patient)
    patient.damage("UPDATE positions SET qty = '200' WHERE symbol = 'ACME'", database="exchange")
    assert patient.broken() == {"V4"}
    statement = "UPDATE positions SET quantity = '200', entry_price = ? WHERE id = ?"
    patient.damage(statement, str(paid), open_position(patient)["id"])
    assert patient.broken() == {"V4"}
    patient.damage(statement, str(paid / 2), open_position(patient)["id"])
    assert patient.broken() == set()


def test_shares_that_the_owner_assigns_are_like_bought_ones(patient: Patient) -> None:
    position = open_position(patient)
    adjust(patient, kind="assigned", price="10")
    patient.damage("UPDATE positions SET qty = '200' WHERE symbol = 'ACME'", database="exchange")
    paid = (Decimal(position["entry_price"]) + 10) / 2
    statement = "UPDATE positions SET quantity = '200', entry_price = ? WHERE id = ?"
    patient.damage(statement, str(paid), position["id"])
    assert patient.broken() == set()
    adjust(patient, kind="cash_in_lieu", price=str(paid), qty="-0.5", ref="b")
    patient.damage("UPDATE positions SET qty = '199.5' WHERE symbol = 'ACME'", database="exchange")
    assert patient.broken() == {"V4"}


def test_a_company_that_was_renamed_takes_its_shares_along(patient: Patient) -> None:
    position = open_position(patient)
    adjust(patient, kind="rename", qty="-100", other_symbol="NEWS", ref="a/old")
    adjust(patient, kind="rename", symbol="NEWS", other_symbol="ACME", ref="a/new")
    patient.damage("UPDATE positions SET symbol = 'NEWS' WHERE symbol = 'ACME'", database="exchange")
    assert patient.broken() == {"V4"}
    patient.damage("UPDATE positions SET symbol = 'NEWS' WHERE id = ?", position["id"])
    assert patient.broken() == set()


def test_an_adjustment_of_nobodys_changes_the_account_alone(patient: Patient) -> None:
    patient.plant("adjustments", {"symbol": "ACME", "qty": "100", "kind": "owner", "ref": "a"})
    assert patient.broken() == {"V4"}
    patient.damage("UPDATE positions SET qty = '200' WHERE symbol = 'ACME'", database="exchange")
    assert patient.broken() == set()


def test_what_the_exchange_did_lately_may_still_be_on_its_way(patient: Patient) -> None:
    minute = patient.row("SELECT minute FROM clock", database="exchange")["minute"]
    row = patient.plant_intent(status="ACCEPTED")
    done = {"status": "filled", "filled_qty": "100", "filled_avg_price": "50", "updated_at": minute * 1_000_000}
    patient.plant_at_exchange(row["client_order_id"], symbol=row["symbol"], side=row["side"], **done)
    statement = "UPDATE positions SET qty = CAST(qty + 100 AS TEXT) WHERE symbol = ?"
    patient.damage(statement, row["symbol"], database="exchange")
    assert patient.broken(is_settled=False) == set()
    assert patient.broken(is_settled=True) == {"V3", "V4"}


def test_an_order_that_waited_and_filled_between_two_readings_is_left_its_time(patient: Patient) -> None:
    at = patient.row("SELECT value FROM settings WHERE key = 'replay_finished'")["value"]
    sale = patient.row("SELECT id, client_order_id FROM orders WHERE side = 'sell' AND symbol = 'ACME' LIMIT 1")
    patient.damage("UPDATE fills SET ts = ? WHERE order_id = ?", at, sale["id"])
    patient.damage("DELETE FROM fills WHERE client_order_id = ?", sale["client_order_id"], database="exchange")
    statement = "UPDATE orders SET filled_qty = '0', status = 'new' WHERE client_order_id = ?"
    patient.damage(statement, sale["client_order_id"], database="exchange")
    patient.damage("UPDATE positions SET qty = '200' WHERE symbol = 'ACME'", database="exchange")
    assert patient.broken(is_settled=False) == set()
    assert patient.broken(is_settled=True) == {"V3", "V4"}
