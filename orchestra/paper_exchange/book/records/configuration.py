"""What the owner of the account has set: the body of /v2/account/configurations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

from orchestra.paper_exchange.book.refusal import Refusal, invalid

# Alpaca took these out in July 2026; clients made before that still send them.
REMOVED = frozenset({"dtbp_check", "pdt_check"})


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings under Alpaca's own names.

    suspend_trade refuses every new order, fractional_trading=False every fraction of a share. The others are kept and
    told; this account borrows nothing and sells nothing short whatever they say.
    """

    fractional_trading: bool = True
    max_margin_multiplier: str = "1"
    max_options_trading_level: int | None = None
    no_shorting: bool = True
    suspend_trade: bool = False
    trade_confirm_email: str = "all"
    ptp_no_exception_entry: bool = False
    disable_overnight_trading: bool = False


def changed(configuration: Configuration, body: object) -> Configuration | Refusal:
    """Return the configuration with the body's values; what it leaves out stays, what nobody knows is refused."""
    if not isinstance(body, Mapping):
        return invalid("request body format is invalid")
    known = {field.name for field in fields(Configuration)}
    wanted = {name: value for name, value in body.items() if name not in REMOVED}
    for name, value in wanted.items():
        if name not in known:
            return invalid(f"unknown configuration: {name}")
        if not _ALLOWED[name](value):
            return invalid(f"invalid {name}")
    return replace(configuration, **wanted)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


_ALLOWED: dict[str, Callable[[object], bool]] = {
    "fractional_trading": _is_bool,
    # A JSON list or object is no text, so that a set can be asked only after that.
    "max_margin_multiplier": lambda value: isinstance(value, str) and value in {"1", "2", "4"},
    "max_options_trading_level": lambda value: value is None or (type(value) is int and value in range(4)),
    "no_shorting": _is_bool,
    "suspend_trade": _is_bool,
    "trade_confirm_email": lambda value: isinstance(value, str) and value in {"all", "none"},
    "ptp_no_exception_entry": _is_bool,
    "disable_overnight_trading": _is_bool,
}
