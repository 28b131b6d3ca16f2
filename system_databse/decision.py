"""The decision: for every algorithm and minute one row that explains it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from system_databse.algorithm_record import AlgorithmRecord
from system_databse.trading_signal import Action, Outcome, TradingSignal

# The outcomes of a verdict.
GRANTED, REFUSED, EXCEEDED = "GRANTED", "REFUSED", "EXCEEDED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a stage made of a signal beside the rules, as `signal_decisions` keeps it. inputs: what it rests on."""

    stage: str
    outcome: str
    reasons: tuple[str | int | float, ...]
    score: float | None = None
    inputs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """A judged signal. gate: the first rule that stopped it; qty: what may be traded when none did.

    verdict: where the signal had rivals, or went beyond a limit that lets it.
    """

    signal: TradingSignal
    outcome: Outcome
    reason: str
    gate: str | None = None
    qty: Decimal | None = None
    client_order_id: str | None = None
    verdict: Verdict | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the gate, if one stopped it, and the explanation."""
        return tuple(reason for reason in (self.gate, self.reason) if reason)


def approved(signal: TradingSignal, qty: Decimal, *, note: str = "") -> Decision:
    """Return the decision to trade; note says what the gate changed (a clamped sell)."""
    return Decision(signal, Outcome.SUBMITTED, _joined(signal.reason, note), qty=qty)


def noted(decision: Decision, note: str, verdict: Verdict | None = None) -> Decision:
    """Return the decision with something more to say of it."""
    return replace(decision, reason=_joined(decision.reason, note), verdict=verdict or decision.verdict)


def denied(signal: TradingSignal, gate: str, explanation: str, *, verdict: Verdict | None = None) -> Decision:
    """Return the decision of our own rule `gate` not to trade."""
    return Decision(signal, Outcome.DENIED, explanation, gate=gate, verdict=verdict)


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


def _joined(reason: str, note: str) -> str:
    return f"{reason}; {note}" if reason and note else reason or note
