"""The state of the screens as JSON: the live snapshot, in the spelling of the page.

In: a LiveSnapshot. Out: plain values. Decimals are texts, prices and fractions numbers, what is unknown is null.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from database.timestamps import iso_minute
from orchestra.api.answers import PRICE_STEP, decimal_text, time_text
from orchestra.api.feed.alert_json import alert_json
from orchestra.api.feed.proposal_json import proposal_json
from orchestra.messages.halt import Halt
from orchestra.messages.live_snapshot import (
    AccountFigures,
    AlgorithmCard,
    Health,
    LastDecision,
    LiveSnapshot,
    MarketClock,
)
from system_databse.control.preferences import Preferences
from system_databse.performance.card_calculations import Card

State = dict[str, Any]


def state_of(snapshot: LiveSnapshot | None, *, mode: str, version: str, halt: Halt | None) -> State:
    """Return the whole state; before the engine's first snapshot there is neither market nor account."""
    return {
        "mode": snapshot.mode if snapshot else mode,
        "version": version,
        "is_halted": halt is not None or (snapshot is not None and snapshot.is_halted),
        "halt": asdict(halt) if halt else None,
        "market": market_json(snapshot.market) if snapshot else None,
        "account": account_json(snapshot.account) if snapshot and snapshot.account else None,
        "day_trades": asdict(snapshot.day_trades) if snapshot and snapshot.day_trades else None,
        "algorithms": [algorithm_json(card) for card in snapshot.algorithms] if snapshot else [],
        "health": health_json(snapshot.health) if snapshot else None,
        "alerts": [alert_json(alert) for alert in snapshot.alerts] if snapshot else [],
        "proposals": [proposal_json(proposal) for proposal in snapshot.proposals] if snapshot else [],
        "preferences": (snapshot.preferences if snapshot else Preferences()).to_values(),
    }


def market_json(clock: MarketClock) -> State:
    """Return market time and the sessions around it."""
    return {
        "now": time_text(clock.now),
        "phase": str(clock.phase),
        "is_open": clock.is_open,
        "closes_at": time_text(clock.closes_at),
        "next_open": time_text(clock.next_open),
        "last_close": time_text(clock.last_close),
        "is_half_day": clock.is_half_day,
        "speed": clock.speed,
    }


def account_json(account: AccountFigures) -> State:
    """Return the broker's figures."""
    return {
        "equity": decimal_text(account.equity),
        "cash": decimal_text(account.cash),
        "buying_power": decimal_text(account.buying_power),
        "last_equity": decimal_text(account.last_equity),
        "day_pl": decimal_text(account.day_pl),
        "allocated": decimal_text(account.allocated),
        "available": decimal_text(account.available),
        "at": time_text(account.at),
    }


def algorithm_json(card: AlgorithmCard) -> State:
    """Return one algorithm as its card shows it."""
    record = card.record
    return {
        "id": record.id,
        "name": record.name,
        "ticker": record.ticker,
        "initial_capital": decimal_text(record.initial_capital),
        "status": str(record.status),
        "last_error": record.last_error,
        "note": card.note,
        "price_at": iso_minute(card.price_at) if card.price_at is not None else None,
        "has_working_order": bool(card.working),
        "card_calculations": figures_json(card.figures),
        "sparkline": [each for each in map(number, card.sparkline) if each is not None],
        "decision": decision_json(card.decision) if card.decision else None,
    }


def figures_json(card: Card) -> State:
    """Return the card calculations (domain.md 2, "Card")."""
    return {
        "shares": decimal_text(card.shares),
        "avg_cost": decimal_text(card.avg_cost, step=PRICE_STEP),
        "last_price": number(card.last_price),
        "market_value": decimal_text(card.market_value, step=PRICE_STEP),
        "cash": decimal_text(card.cash, step=PRICE_STEP),
        "equity": decimal_text(card.equity, step=PRICE_STEP),
        "realized_pl": decimal_text(card.realized_pl, step=PRICE_STEP),
        "unrealized_pl": decimal_text(card.unrealized_pl, step=PRICE_STEP),
        "total_pl": decimal_text(card.total_pl, step=PRICE_STEP),
        "total_pl_pct": number(float(card.total_pl_pct)) if card.total_pl_pct is not None else None,
        "day_pl": decimal_text(card.day_pl, step=PRICE_STEP),
        "last_action": card.last_action,
        "last_run_at": time_text(card.last_run_at),
    }


def decision_json(decision: LastDecision) -> State:
    """Return the newest decision and its reason."""
    return {
        "minute": iso_minute(decision.minute),
        "action": decision.action,
        "shares": decision.shares,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "gate": decision.gate,
    }


def health_json(health: Health) -> State:
    """Return what the page shows of the process's health."""
    streams = health.streams
    age = number(streams.last_message_age_s)
    return {
        "streams": {
            "data": streams.is_data_connected,
            "orders": streams.is_orders_connected,
            "last_message_age_s": round(age, 1) if age is not None else None,
        },
        "down_since": {name: time_text(since) for name, since in health.down_since.items()},
        "closed_gates": list(health.closed_gates),
        "database": health.is_database_ok,
    }


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> State:
    """Return the keys that changed; of the algorithms only those that did, and the ids that are gone."""
    changes = {name: value for name, value in new.items() if name != "algorithms" and old.get(name) != value}
    before, after = _by_id(old.get("algorithms", [])), _by_id(new["algorithms"])
    changed = [each for identifier, each in after.items() if before.get(identifier) != each]
    removed = [identifier for identifier in before if identifier not in after]
    if changed:
        changes["algorithms"] = changed
    if removed:
        changes["removed"] = removed
    return changes


def number(value: float | None) -> float | None:
    """Return a number JSON can carry: nan and infinity are no prices."""
    return value if value is not None and math.isfinite(value) else None


def _by_id(algorithms: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {each["id"]: each for each in algorithms}
