"""The JSON objects of Alpaca's protocol for account, positions, assets and days.

Money and shares are strings in plain notation in trading, numbers in market data. New York time appears here because
the protocol itself speaks it in clock and calendar; nothing is decided by it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from database.calendar_manager import Session
from orchestra.paper_exchange.book.account import Account, PriceOf
from orchestra.paper_exchange.book.orders import MICROSECONDS, microseconds
from orchestra.paper_exchange.book.positions import Position
from orchestra.paper_exchange.book.records.configuration import Configuration
from orchestra.paper_exchange.book.records.watchlists import Watchlist
from orchestra.paper_exchange.extended_hours import after_hours, before_hours
from orchestra.paper_exchange.market.assets import asset_id
from orchestra.paper_exchange.market.market import decimal_text

Json = dict[str, object]

NEW_YORK = ZoneInfo("America/New_York")
EXCHANGE = "NASDAQ"
ATTRIBUTES = ("fractional_eh_enabled",)

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
    "crypto_tier": 0,
    "options_approved_level": 0,
    "options_trading_level": 0,
    "user_configurations": None,
    "intraday_adjustments": "0",
    "pending_reg_taf_fees": "0",
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


def account_json(account: Account, price_of: PriceOf, *, asking_price_of: PriceOf, balance_day: date) -> Json:
    """Return GET /v2/account. balance_day: the day whose close last_equity is of."""
    value, power = account.market_value(price_of), decimal_text(account.buying_power(asking_price_of))
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
        "balance_asof": balance_day.isoformat(),
        "created_at": utc_text(microseconds(account.created_at)),
        "trade_suspended_by_user": account.configuration.suspend_trade,
        **CASH_ACCOUNT,
    }


def configuration_json(configuration: Configuration) -> Json:
    """Return GET /v2/account/configurations."""
    return asdict(configuration)


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


def asset_json(symbol: str, name: str, *, is_tradable: bool) -> Json:
    """Return one Asset object. A cash account: nothing is borrowed or sold short."""
    return {
        "id": asset_id(symbol),
        "class": "us_equity",
        "exchange": EXCHANGE,
        "symbol": symbol,
        "name": name,
        "status": "active",
        "tradable": is_tradable,
        "marginable": False,
        "shortable": False,
        "easy_to_borrow": False,
        "borrow_status": "hard_to_borrow",
        "fractionable": True,
        "maintenance_margin_requirement": 100,
        "margin_requirement_long": "100",
        "margin_requirement_short": "100",
        "attributes": list(ATTRIBUTES),
    }


def watchlist_json(watchlist: Watchlist, account: Account, assets: Sequence[Json] | None = None) -> Json:
    """Return one Watchlist object; a list of them leaves the assets out."""
    described: Json = {
        "id": watchlist.id,
        "account_id": account.id,
        "name": watchlist.name,
        "created_at": utc_text(watchlist.created_at),
        "updated_at": utc_text(watchlist.updated_at),
    }
    return described if assets is None else described | {"assets": assets}


def session_json(session: Session, settlement_day: date) -> Json:
    """Return one calendar day. session_open and session_close are the ends of the extended hours, without a colon."""
    opens, closes = (datetime.fromtimestamp(ts, NEW_YORK) for ts in (session.open, session.close))
    begins, ends = (datetime.fromtimestamp(ts, NEW_YORK) for ts in (before_hours(session)[0], after_hours(session)[1]))
    return {
        "date": session.day.isoformat(),
        "open": opens.strftime("%H:%M"),
        "close": closes.strftime("%H:%M"),
        "session_open": begins.strftime("%H%M"),
        "session_close": ends.strftime("%H%M"),
        "settlement_date": settlement_day.isoformat(),
    }
