"""The trading day in plain log lines: what was wanted, what was denied and why, what was filled.

In: news of the bus. Out: log lines. Thread: the publisher's.
"""

import logging

from orchestra.messages.events import (
    AlertRaised,
    AlgorithmFailed,
    AlgorithmStarted,
    AlgorithmStopped,
    DecisionMade,
    OrderFilled,
    RiskHalted,
    RiskResumed,
)
from system_databse.decision import Decision
from system_databse.trading_signal import Action, Outcome

log = logging.getLogger(__name__)


def log_news(event: object) -> None:
    """Write one line for each event an owner would ask about."""
    if isinstance(event, OrderFilled):
        fill = event.fill
        verb = "bought" if fill.cash_flow < 0 else "sold"
        log.info("Algorithm %d %s %s %s at %s.", fill.algorithm_id, verb, fill.qty, fill.symbol, fill.price)
    elif isinstance(event, AlgorithmFailed) and event.has_stopped:
        log.warning("Algorithm %d is switched off after failing again and again.", event.algorithm_id)
    elif isinstance(event, RiskHalted):
        reason = f" ({event.reason})" if event.reason else ""
        log.warning("Halted by %s at %s%s: nothing is bought until it is resumed.", event.by, event.at, reason)
    elif isinstance(event, RiskResumed):
        log.warning("Resumed: algorithms may buy again.")
    elif isinstance(event, AlgorithmStarted):
        log.info("Algorithm %d (%s) was started on %s.", event.algorithm_id, event.name, event.ticker)
    elif isinstance(event, AlgorithmStopped):
        fate = "are sold" if event.is_selling else "stay"
        log.info("Algorithm %d was stopped for good; its %s shares %s.", event.algorithm_id, event.shares, fate)
    elif isinstance(event, AlertRaised):
        log.warning("%s", event.text)
    elif isinstance(event, DecisionMade) and event.decision.signal.action in (Action.BUY, Action.SELL):
        _log_wish(event.decision)


def _log_wish(decision: Decision) -> None:
    signal = decision.signal
    came_of_it = f"denied, {decision.gate}" if decision.outcome is Outcome.DENIED else "sent"
    reason = f": {decision.reason}" if decision.reason else ""
    log.info(
        "Algorithm %d wants to %s %s %s (%s%s).",
        signal.algorithm_id,
        signal.action,
        signal.shares,
        signal.symbol,
        came_of_it,
        reason,
    )
