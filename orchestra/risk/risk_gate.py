"""The risk gate: every signal leaves it as a decision, and every order passed it.

In: signals, the snapshot they are judged on. Out: decisions. Thread: engine.
"""

from collections.abc import Callable, Iterable

from database.calendar_manager import MarketCalendar
from orchestra.risk.risk_rules import RULES, Circumstances
from system_databse.decision import Decision, approved, denied, recorded
from system_databse.snapshot import Snapshot
from system_databse.trading_signal import Action, TradingSignal


class RiskGate:
    """Judge signals by the rules, first refusal wins.

    closed_gates: asked once a minute for reasons that forbid opening orders; frozen: symbols that may
    not be bought.
    """

    def __init__(
        self,
        calendar: MarketCalendar,
        *,
        closed_gates: Callable[[], tuple[str, ...]],
        frozen: Callable[[], frozenset[str]],
    ) -> None:
        self._calendar = calendar
        self._closed_gates = closed_gates
        self._frozen = frozen

    def judge(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> list[Decision]:
        """Return one decision for each signal, in order."""
        session = self._calendar.session_for_decision(minute)
        gates, frozen = self._closed_gates(), self._frozen()
        return [
            self._judge(
                signal,
                Circumstances(
                    view=snapshot.algorithms[signal.algorithm_id],
                    minute=minute,
                    session=session,
                    price=snapshot.prices.get(signal.symbol),
                    closed_gates=gates,
                    frozen=frozen,
                ),
            )
            for signal in signals
        ]

    def _judge(self, signal: TradingSignal, seen: Circumstances) -> Decision:
        if signal.action not in (Action.BUY, Action.SELL):
            return recorded(signal)
        for gate, rule in RULES.items():
            refusal = rule(signal, seen)
            if refusal is not None:
                return denied(signal, gate, refusal)
        return self._approve(signal, seen)

    def _approve(self, signal: TradingSignal, seen: Circumstances) -> Decision:
        """Let the signal pass; a sell above the position is clamped to it and says so."""
        held = seen.view.position.qty
        if signal.action is Action.SELL and signal.shares > held:
            return approved(signal, held, note=f"wanted to sell {signal.shares}, holds {held}")
        return approved(signal, signal.shares)
