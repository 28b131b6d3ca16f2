"""All routes of the market-data side."""

from flask import Blueprint

from orchestra.paper_exchange.exchange import PaperExchange
from orchestra.paper_exchange.tape.bar_history import BarHistory
from orchestra.paper_exchange.wire.data_plan import DataPlan
from orchestra.paper_exchange.wire.rest.market_data import bars, codes, corporate_actions, snapshots, trades_quotes


def blueprints(exchange: PaperExchange, plan: DataPlan) -> list[Blueprint]:
    """Return the blueprints that answer for the exchange's market as that plan allows."""
    history = BarHistory.of(exchange)
    return [
        bars.routes(history, plan),
        trades_quotes.routes(history, plan),
        snapshots.routes(history, plan),
        corporate_actions.routes(exchange.market, history),
        codes.routes(),
    ]
