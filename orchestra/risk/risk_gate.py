"""The risk gate: every signal leaves it as a decision, and every order passed it.

In: signals, the snapshot they are judged on. Out: decisions. Thread: engine.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from database.calendar_manager import Session
from orchestra.risk.risk_rules import BUY, RULES, SELL, Circumstances
from system_databse.decision import Decision, approved, denied, recorded
from system_databse.snapshot import Snapshot
from system_databse.trading_signal import TradingSignal

ORDERED_RULES = tuple(RULES.items())


class Sessions(Protocol):
    """The market's clock, as far as it matters here."""

    def session_for_decision(self, minute: int) -> Session | None:
        """Return the session a decision at the minute belongs to, if any."""


class Limits(Protocol):
    """The owner's limits; asked only where there are any."""

    is_any: bool

    def begin(self, snapshot: Snapshot, minute: int, session: Session | None) -> None:
        """Take the state that the minute's decisions are judged on."""

    def weigh(self, decision: Decision, price: float | None) -> Decision:
        """Return an approved decision, or its denial."""


class NoLimits:
    """A market without limits, as in every backtest."""

    is_any = False

    def begin(self, snapshot: Snapshot, minute: int, session: Session | None) -> None:
        """Need nothing."""

    def weigh(self, decision: Decision, price: float | None) -> Decision:  # noqa: ARG002 - the protocol has it
        """Let everything pass."""
        return decision


class Scarcity(Protocol):
    """What a minute's wishes may have to share; asked only where anything can run short."""

    @property
    def is_any(self) -> bool:
        """Say whether anything can."""

    def begin(self, passed: Sequence[Decision], snapshot: Snapshot, session: Session | None) -> Sequence[int]:
        """Take what the rules let pass; return in which order it is weighed."""

    def weigh(self, decision: Decision) -> Decision:
        """Return an approved decision, or its denial."""

    def take(self, decision: Decision) -> None:
        """Set aside what a decision needs that nothing has stopped."""


class NothingScarce:
    """A market in which everybody finds what he needs, as in every backtest."""

    is_any = False

    def begin(self, passed: Sequence[Decision], snapshot: Snapshot, session: Session | None) -> Sequence[int]:  # noqa: ARG002 - the protocol has it
        """Keep the order."""
        return range(len(passed))

    def weigh(self, decision: Decision) -> Decision:
        """Let everything pass."""
        return decision

    def take(self, decision: Decision) -> None:
        """Need nothing."""


class RiskGate:
    """Judge signals by the rules, first refusal wins.

    closed_gates: asked once a minute for reasons that forbid opening orders; frozen: symbols that may
    not be bought; missing: how many shares of a symbol our books hold and the account does not; holds: by gate, the
    symbols that may not be bought for what the market says, each with its words; limits: what the owner has limited;
    scarcity: what there may not be enough of for all.
    """

    def __init__(
        self,
        calendar: Sessions,
        *,
        closed_gates: Callable[[], tuple[str, ...]],
        frozen: Callable[[], frozenset[str]],
        missing: Callable[[str], Decimal],
        holds: Callable[[], Mapping[str, Mapping[str, str]]] = dict,
        limits: Limits | None = None,
        scarcity: Scarcity | None = None,
    ) -> None:
        self._calendar = calendar
        self._closed_gates = closed_gates
        self._frozen = frozen
        self._missing = missing
        self._holds = holds
        self._limits = limits or NoLimits()
        self._scarcity = scarcity or NothingScarce()

    def judge(self, signals: Iterable[TradingSignal], snapshot: Snapshot, minute: int) -> list[Decision]:
        """Return one decision for each signal, in order."""
        session = self._calendar.session_for_decision(minute)
        gates, frozen, holds = self._closed_gates(), self._frozen(), self._holds()
        passed = [
            self._judge(
                signal,
                Circumstances(
                    snapshot.algorithms[signal.algorithm_id],
                    minute,
                    session,
                    snapshot.prices.get(signal.symbol),
                    gates,
                    frozen,
                    self._missing(signal.symbol),
                    holds,
                ),
            )
            for signal in signals
        ]
        if not self._limits.is_any and not self._scarcity.is_any:
            return passed
        return self._share(passed, snapshot, minute, session=session)

    def _share(
        self, passed: list[Decision], snapshot: Snapshot, minute: int, *, session: Session | None
    ) -> list[Decision]:
        """Hold what the rules let pass against limits and against each other; the order of the answer stays."""
        limits, scarcity = self._limits, self._scarcity
        if limits.is_any:
            limits.begin(snapshot, minute, session)
        for number in scarcity.begin(passed, snapshot, session) if scarcity.is_any else range(len(passed)):
            decision = passed[number]
            if decision.qty is not None and scarcity.is_any:
                decision = scarcity.weigh(decision)
            if decision.qty is not None and limits.is_any:
                decision = limits.weigh(decision, snapshot.prices.get(decision.signal.symbol))
            if decision.qty is not None and scarcity.is_any:
                scarcity.take(decision)
            passed[number] = decision
        return passed

    def _judge(self, signal: TradingSignal, seen: Circumstances) -> Decision:
        if signal.action is not BUY and signal.action is not SELL:
            return recorded(signal)
        for gate, rule in ORDERED_RULES:
            refusal = rule(signal, seen)
            if refusal is not None:
                return denied(signal, gate, refusal)
        return self._approve(signal, seen)

    def _approve(self, signal: TradingSignal, seen: Circumstances) -> Decision:
        """Let the signal pass; a sell above the position, or what the account has of it, is clamped and says so."""
        if signal.action is not SELL or signal.shares <= seen.sellable:
            return approved(signal, signal.shares)
        note = f"wanted to sell {signal.shares}, holds {seen.view.position.qty}"
        if seen.missing:
            note += f", the account has {seen.sellable} for it"
        return approved(signal, seen.sellable, note=note)
