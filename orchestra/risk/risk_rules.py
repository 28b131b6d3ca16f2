"""The rules of the risk gate, one function each: None lets the signal pass, a text says why not.

In: a signal, the state it is judged on. Out: a refusal in words. Thread: engine.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

from database.bar import MINUTE
from database.calendar_manager import Session
from system_databse.order import ZERO
from system_databse.snapshot import AlgorithmView
from system_databse.trading_signal import Action, TradingSignal

STALE_AFTER_SECONDS = 5 * 60
TRADING_HALT = "TRADING_HALT"
PRICE_JUMP = "PRICE_JUMP"
BASELINE = "BASELINE"
CORPORATE_ACTION = "CORPORATE_ACTION"
# Looked up once: an enum's members are slow to reach, and a year of backtest asks two hundred thousand times.
BUY, SELL = Action.BUY, Action.SELL


class Circumstances(NamedTuple):
    """What a rule may look at.

    session: the one whose bars the decision saw. closed_gates: reasons why no opening order may be sent
    now (no PIN, stream down, ...). frozen: symbols whose account and ledger disagree. missing: how many
    shares of the symbol our algorithms hold and the account does not. holds: symbols of which the market
    itself says to wait, by gate and with its words.
    """

    view: AlgorithmView
    minute: int
    session: Session | None
    price: float | None
    closed_gates: tuple[str, ...]
    frozen: frozenset[str]
    missing: Decimal
    holds: Mapping[str, Mapping[str, str]]

    @property
    def sellable(self) -> Decimal:
        """Return what the algorithm may sell: its own shares, as far as the account holds them beside the others'."""
        return max(self.view.position.qty - self.missing, ZERO)


Rule = Callable[[TradingSignal, Circumstances], str | None]


def market_closed(_signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse outside the session."""
    return None if seen.session else "the market is closed"


def session_end(_signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse on a session's last bar: nothing is carried to the next open."""
    is_last = seen.session is not None and seen.minute >= seen.session.close
    return "decided on the session's last bar; nothing is carried to the next open" if is_last else None


def duplicate(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse a second decision of one algorithm on one minute; what the owner wants is no decision of it."""
    is_again = not signal.is_owners and signal.minute <= seen.view.decided_until
    return "this minute is already decided" if is_again else None


def working_order(_signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse while an earlier order of the algorithm may still trade: one working order at a time."""
    if not seen.view.working:
        return None
    order = seen.view.working[0]
    how = "is still working" if order.is_working else "was never answered and may still arrive"
    return f"order {order.client_order_id} {how}"


def stale_data(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse on data older than five minutes; the owner's own sale rests on no data, what a buy costs does."""
    if signal.is_owners and signal.action is not BUY:
        return None
    if signal.last_bar_ts is None:
        return "there is no price yet"
    age = seen.minute - (signal.last_bar_ts + MINUTE)
    return f"the last bar is {age // MINUTE} minutes old" if age >= STALE_AFTER_SECONDS else None


def _held(gate: str) -> Rule:
    """Return the rule that refuses opening orders in a symbol held by that gate; exits stay allowed."""

    def rule(signal: TradingSignal, seen: Circumstances) -> str | None:
        return seen.holds.get(gate, {}).get(signal.symbol) if signal.action is BUY else None

    return rule


def closed_gate(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse opening orders while anything is unproven; exits stay allowed."""
    is_closed = signal.action is BUY and seen.closed_gates
    return "; ".join(seen.closed_gates) if is_closed else None


def frozen_symbol(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse opening orders in a symbol whose account and ledger disagree."""
    is_frozen = signal.action is BUY and signal.symbol in seen.frozen
    return "the account and our books disagree on this symbol" if is_frozen else None


def short_sale(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse to sell what the algorithm does not hold."""
    is_short = signal.action is SELL and not seen.view.position.is_open
    return "the algorithm holds no shares to sell" if is_short else None


def account_short(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse to sell what is in the books and not in the account: it would become a short sale there."""
    if signal.action is not SELL or seen.sellable:
        return None
    held = seen.view.position.qty
    return f"the algorithm holds {held}, but the account has none left for it: were they sold by hand?"


def sale_wanted(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse to buy what the owner is having sold."""
    is_against = signal.action is BUY and seen.view.record.is_sell_wanted
    return "the owner wants its shares sold" if is_against else None


def cash(signal: TradingSignal, seen: Circumstances) -> str | None:
    """Refuse a buy beyond the algorithm's own cash, at the last price; it is never shrunk."""
    if signal.action is not BUY:
        return None
    if seen.price is None:
        return "there is no price to hold against the algorithm's cash"
    cost = signal.shares * Decimal(repr(seen.price))
    if cost <= seen.view.cash:
        return None
    return f"{signal.shares} shares cost about ${cost:.2f}, the algorithm has ${seen.view.cash:.2f}"


# In this order; the first that refuses is the gate of the decision.
RULES: dict[str, Rule] = {
    "MARKET_CLOSED": market_closed,
    "SESSION_END": session_end,
    "DUPLICATE": duplicate,
    "WORKING_ORDER": working_order,
    "STALE_DATA": stale_data,
    TRADING_HALT: _held(TRADING_HALT),
    PRICE_JUMP: _held(PRICE_JUMP),
    BASELINE: _held(BASELINE),
    CORPORATE_ACTION: _held(CORPORATE_ACTION),
    "CLOSED_GATE": closed_gate,
    "FROZEN_SYMBOL": frozen_symbol,
    "NO_SHORT_SALE": short_sale,
    "NO_SHARES_IN_ACCOUNT": account_short,
    "SALE_WANTED": sale_wanted,
    "CASH": cash,
}
