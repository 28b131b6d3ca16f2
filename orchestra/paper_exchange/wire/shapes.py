"""The JSON objects of Alpaca's protocol, made from the book and the market.

Money and shares are strings in plain notation in trading, numbers in market data. New York time appears here because
the protocol itself speaks it in clock and calendar; nothing is decided by it.
"""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from database.calendar_manager import Session
from orchestra.paper_exchange.book.account import Account, PriceOf
from orchestra.paper_exchange.book.orders import (
    MICROSECONDS,
    Order,
    OrderFill,
    OrderStatus,
    OrderUpdate,
    Side,
    microseconds,
)
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.market.assets import asset_id
from orchestra.paper_exchange.market.market import decimal_text

Json = dict[str, object]

NEW_YORK = ZoneInfo("America/New_York")
EXCHANGE = "NASDAQ"

SPENDABLE = ("buying_power", "effective_buying_power", "regt_buying_power", "non_marginable_buying_power")
WORTH_OF_POSITIONS = ("position_market_value", "long_market_value", "initial_margin", "maintenance_margin")
CASH_ACCOUNT: Json = {
    "options_buying_power": "0",
    "short_market_value": "0",
    "last_maintenance_margin": "0",
    "sma": "0",
    "multiplier": "1",
    "shorting_enabled": False,
    "accrued_fees": "0",
    "pending_transfer_in": "0",
    "trading_blocked": False,
    "transfers_blocked": False,
    "account_blocked": False,
    "trade_suspended_by_user": False,
    "crypto_tier": 0,
    "options_approved_level": 0,
    "options_trading_level": 0,
    "user_configurations": None,
    "admin_configurations": {},
}


def utc_text(at: int) -> str:
    """Return microseconds of market time as RFC 3339 with Z."""
    seconds, fraction = divmod(at, MICROSECONDS)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{fraction:06d}Z" if fraction else f"{whole}Z"


def new_york_text(ts: int) -> str:
    """Return epoch seconds as New York wall clock with its offset."""
    return datetime.fromtimestamp(ts, NEW_YORK).isoformat()


def account_json(account: Account, price_of: PriceOf) -> Json:
    """Return GET /v2/account."""
    value, power = account.market_value(price_of), decimal_text(account.buying_power(price_of))
    return {
        "id": account.id,
        "account_number": account.account_number,
        "status": "ACTIVE",
        "crypto_status": "INACTIVE",
        "currency": "USD",
        "cash": decimal_text(account.cash),
        "equity": decimal_text(account.cash + value),
        "portfolio_value": decimal_text(account.cash + value),
        "last_equity": decimal_text(account.last_equity),
        **dict.fromkeys(SPENDABLE, power),
        **dict.fromkeys(WORTH_OF_POSITIONS, decimal_text(value)),
        "created_at": utc_text(microseconds(account.created_at)),
        **CASH_ACCOUNT,
    }


def order_json(order: Order) -> Json:
    """Return one Order object."""
    return {
        "id": order.id,
        "client_order_id": order.client_order_id,
        "created_at": utc_text(order.submitted_at),
        "updated_at": utc_text(order.updated_at),
        "submitted_at": utc_text(order.submitted_at),
        "filled_at": _utc_or_none(order.filled_at),
        "expired_at": _utc_or_none(order.expired_at),
        "expires_at": utc_text(microseconds(order.expires_at)),
        "canceled_at": _utc_or_none(order.canceled_at),
        **dict.fromkeys(("failed_at", "replaced_at", "replaced_by", "replaces")),
        "asset_id": asset_id(order.symbol),
        "symbol": order.symbol,
        "asset_class": "us_equity",
        "notional": None,
        "qty": decimal_text(order.qty),
        "filled_qty": decimal_text(order.filled_qty),
        "filled_avg_price": _decimal_or_none(order.filled_avg_price),
        "order_class": "",
        "order_type": order.type.value,
        "type": order.type.value,
        "side": order.side.value,
        "position_intent": "buy_to_open" if order.side is Side.BUY else "sell_to_close",
        "time_in_force": order.time_in_force.value,
        "limit_price": _decimal_or_none(order.limit_price),
        "stop_price": None,
        "status": order.status.value,
        "extended_hours": False,
        **dict.fromkeys(("legs", "trail_percent", "trail_price", "hwm", "subtag", "source")),
    }


def accepted_order_json(order: Order) -> Json:
    """Return the answer to POST /v2/orders: a live order is not acknowledged yet, as at Alpaca."""
    is_live = order.status is OrderStatus.NEW
    return order_json(order) | ({"status": "pending_new"} if is_live else {})


def update_json(update: OrderUpdate) -> Json:
    """Return the data of one trade update."""
    fill = update.fill
    at = microseconds(fill.at) if fill else update.order.updated_at
    data: Json = {"event": update.event, "timestamp": utc_text(at), "order": order_json(update.order)}
    if fill is None:
        return data
    return data | {
        "execution_id": fill.execution_id,
        "price": decimal_text(fill.price),
        "qty": decimal_text(fill.qty),
        "position_qty": decimal_text(fill.position_qty),
    }


def position_json(position: Position, *, available: Decimal, price: Decimal, day_before: Decimal) -> Json:
    """Return one Position object. day_before: the close of the session before this one."""
    value, gain = position.qty * price, position.qty * price - position.cost
    gain_today = position.qty * (price - day_before)
    return {
        "asset_id": asset_id(position.symbol),
        "symbol": position.symbol,
        "exchange": EXCHANGE,
        "asset_class": "us_equity",
        "asset_marginable": False,
        "qty": decimal_text(position.qty),
        "qty_available": decimal_text(available),
        "avg_entry_price": decimal_text(position.average_price),
        "side": "long",
        "market_value": decimal_text(value),
        "cost_basis": decimal_text(position.cost),
        "unrealized_pl": decimal_text(gain),
        "unrealized_plpc": decimal_text(gain / position.cost),
        "unrealized_intraday_pl": decimal_text(gain_today),
        "unrealized_intraday_plpc": decimal_text(gain_today / (position.qty * day_before)),
        "current_price": decimal_text(price),
        "lastday_price": decimal_text(day_before),
        "change_today": decimal_text(price / day_before - 1),
    }


def asset_json(symbol: str) -> Json:
    """Return one Asset object. A cash account: nothing is borrowed or sold short."""
    return {
        "id": asset_id(symbol),
        "class": "us_equity",
        "exchange": EXCHANGE,
        "symbol": symbol,
        "name": symbol,
        "status": "active",
        "tradable": True,
        "marginable": False,
        "shortable": False,
        "easy_to_borrow": False,
        "borrow_status": "hard_to_borrow",
        "fractionable": True,
        "maintenance_margin_requirement": 100,
        "margin_requirement_long": "100",
        "margin_requirement_short": "100",
        "attributes": [],
    }


def session_json(session: Session) -> Json:
    """Return one calendar day."""
    opens, closes = (datetime.fromtimestamp(ts, NEW_YORK) for ts in (session.open, session.close))
    return {
        "date": session.day.isoformat(),
        "open": opens.strftime("%H:%M"),
        "close": closes.strftime("%H:%M"),
        "session_open": "0400",
        "session_close": "2000",
        "settlement_date": session.day.isoformat(),
    }


def activity_json(fill: OrderFill) -> Json:
    """Return one FILL of the account's activities."""
    stamp = datetime.fromtimestamp(fill.at, NEW_YORK).strftime("%Y%m%d%H%M%S000")
    return {
        "id": f"{stamp}::{fill.execution_id}",
        "activity_type": "FILL",
        "transaction_time": utc_text(microseconds(fill.at)),
        "type": "fill" if fill.leaves_qty == 0 else "partial_fill",
        "price": decimal_text(fill.price),
        "qty": decimal_text(fill.qty),
        "side": fill.side.value,
        "symbol": fill.symbol,
        "leaves_qty": decimal_text(fill.leaves_qty),
        "order_id": fill.order_id,
        "cum_qty": decimal_text(fill.cumulative_qty),
        "order_status": "filled" if fill.leaves_qty == 0 else "partially_filled",
    }


def _utc_or_none(at: int | None) -> str | None:
    return None if at is None else utc_text(at)


def _decimal_or_none(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)
