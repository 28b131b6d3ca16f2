"""When orders for the opening and closing auctions are taken.

Alpaca refuses opg from 09:28 to 19:00 and cls from ten minutes before the close to 19:00, New York time. This
exchange's clock goes from each close straight to the next open, so what Alpaca takes from 19:00 on is taken from the
close on.
"""

from database.calendar_manager import Session
from orchestra.paper_exchange.book.orders import TimeInForce
from orchestra.paper_exchange.book.refusal import Refusal, not_allowed

CLS_ENDS_SECONDS = 10 * 60


def refuse_late_auction(life: TimeInForce, session: Session, now: int) -> Refusal | None:
    """Return why an order cannot take part in the auction of the session, under way or next, or None."""
    if not session.contains(now):
        return None
    if life is TimeInForce.OPG:
        return not_allowed("opg orders cannot be submitted while the market is open")
    if life is TimeInForce.CLS and now >= session.close - CLS_ENDS_SECONDS:
        return not_allowed("cls orders cannot be submitted within ten minutes of the close")
    return None
