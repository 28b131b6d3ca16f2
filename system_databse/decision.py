"""The decision: for every algorithm and minute one row that explains it."""

from dataclasses import dataclass
from decimal import Decimal

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.trading_signal import Action, Outcome, TradingSignal


@dataclass(frozen=True, slots=True)
class Decision:
    """A judged signal. gate: the first rule that stopped it; qty: what may be traded when none did."""

    signal: TradingSignal
    outcome: Outcome
    reason: str
    gate: str | None = None
    qty: Decimal | None = None
    client_order_id: str | None = None


def approved(signal: TradingSignal, qty: Decimal, *, note: str = "") -> Decision:
    """Return the decision to trade; note says what the gate changed (a clamped sell)."""
    reason = f"{signal.reason}; {note}" if signal.reason and note else signal.reason or note
    return Decision(signal, Outcome.SUBMITTED, reason, qty=qty)


def denied(signal: TradingSignal, gate: str, explanation: str) -> Decision:
    """Return the decision of our own rule `gate` not to trade."""
    return Decision(signal, Outcome.DENIED, explanation, gate=gate)


def missed(record: AlgorithmRecord, minute: int) -> Decision:
    """Return the decision of a minute that real time passed over without a turn."""
    signal = TradingSignal(
        algorithm_id=record.id,
        strategy=record.name,
        symbol=record.ticker,
        minute=minute,
        action=Action.NONE,
        shares=Decimal(0),
    )
    return Decision(signal, Outcome.MISSED, "no run at this minute")


def recorded(signal: TradingSignal) -> Decision:
    """Return the decision for a turn that wants no order: a hold, or no answer at all."""
    return Decision(signal, signal.failure or Outcome.HELD, signal.reason)
