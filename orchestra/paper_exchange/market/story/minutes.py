"""Make the minutes of a session from the seed alone: a bridge from last night to tonight, gaps and halts included."""

from collections.abc import Sequence
from math import exp, log

from database.calendar_manager import Session
from orchestra.paper_exchange.market.story.chance import bell, chance
from orchestra.paper_exchange.market.story.company import growth
from orchestra.paper_exchange.market.story.day_path import MARKET, MARKET_VOLATILITY, level
from orchestra.paper_exchange.market.story.listings import Listing
from orchestra.paper_exchange.market.story.session_shape import market_wander, shape_of, wander
from orchestra.paper_exchange.market.story.trading_day import CENTS, Prices, TradingDay

LOWEST_CENTS = 1 * CENTS
USUAL_TRADE = 100
# From this many expected trades on, a minute without one does not happen.
BUSY_TRADES = 12.0
HALTS_A_SESSION = 1 / 80
SHORTEST_HALT, LONGEST_HALT = 5, 30
# Of a night's move this much is news that the path of days does not know: it is gone by the close.
NIGHT_MOVES = 0.35


def halted_minutes(seed: int, listing: Listing, session: Session) -> range:
    """Return the minutes of the session in which trading in the symbol is halted; most sessions have none."""
    if listing.is_always_halted:
        return range(session.minutes)
    rng = chance(seed, listing.symbol, "halt", session.day)
    if listing.is_fund or rng.random() >= HALTS_A_SESSION:
        return range(0)
    start = int(rng.random() * session.minutes)
    length = SHORTEST_HALT + int(rng.random() * (LONGEST_HALT - SHORTEST_HALT))
    return range(start, min(start + length, session.minutes))


def make_day(seed: int, listing: Listing, session: Session) -> TradingDay:
    """Return the session's bars."""
    day = TradingDay(listing.symbol, session.open)
    halted = halted_minutes(seed, listing, session)
    places = _places(seed, listing, session)
    rng = chance(seed, listing.symbol, "trades", session.day)
    shape, draw, move = shape_of(session.minutes), rng.random, _daily_move(listing)
    busy = exp(0.35 * bell(rng)) * listing.daily_shares / USUAL_TRADE
    for minute, share in enumerate(shape.activity):
        # Drawn in every minute, traded or not, so that one gap does not change what follows.
        chances = (draw(), draw(), draw(), draw(), draw(), draw())
        expected = busy * share
        if minute in halted or (expected < BUSY_TRADES and chances[0] < exp(-expected)):
            continue
        trades = 1 + int(expected * (0.4 + 1.2 * chances[1]))
        volume = 1 + int(trades * USUAL_TRADE * (0.5 + chances[2]))
        prices = _prices(places[minute : minute + 2], move * shape.moves[minute], chances[3:])
        day.add(minute, prices, trades=trades, volume=volume)
    return day


def _places(seed: int, listing: Listing, session: Session) -> list[float]:
    """Return the logarithm of the price at the open and at the end of each minute."""
    today, rng = session.day.toordinal(), chance(seed, listing.symbol, "minutes", session.day)
    own, market = listing.own_volatility, listing.beta * MARKET_VOLATILITY
    usual = log(listing.price) + growth(listing, today)

    def at_end_of(day: int) -> float:
        return usual + own * level(seed, listing.symbol, day) + market * level(seed, MARKET, day)

    start = at_end_of(today - 1) + NIGHT_MOVES * _daily_move(listing) * bell(rng)
    way = at_end_of(today) - start
    shape = shape_of(session.minutes)
    steps = zip(shape.elapsed, wander(rng, shape), market_wander(seed, today, session.minutes), strict=True)
    return [start, *(start + way * part + own * mine + market * common for part, mine, common in steps)]


def _prices(way: Sequence[float], move: float, chances: Sequence[float]) -> Prices:
    """Return a minute's prices: the way from its start to its end, and a wick above and below."""
    start, end = way
    opening, close = _cents(start + 0.3 * move * (chances[0] - 0.5)), _cents(end)
    high = _cents(max(way) + 0.8 * move * chances[1])
    low = _cents(min(way) - 0.8 * move * chances[2])
    return Prices(opening, max(opening, high, close), min(opening, low, close), close)


def _cents(place: float) -> int:
    return max(LOWEST_CENTS, round(CENTS * exp(place)))


def _daily_move(listing: Listing) -> float:
    """Return the standard deviation of a day's move, own and market's together, as a fraction."""
    variance = listing.own_volatility**2 + (listing.beta * MARKET_VOLATILITY) ** 2
    return float(variance**0.5)
