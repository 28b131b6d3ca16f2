"""Every noun of the API: the modules whose routes are served, each with a function `routes`."""

from orchestra.api.routes import (
    account,
    algorithm_acts,
    algorithms,
    choices,
    commands,
    health,
    pin,
    safety,
    session,
)
from orchestra.api.routes.algorithm import chart, decisions
from orchestra.api.routes.algorithm import orders as algorithm_orders
from orchestra.api.routes.algorithm import setup as algorithm_setup
from orchestra.api.routes.attention import account_truth, alerts
from orchestra.api.routes.backtests import backtest_acts, backtest_reads
from orchestra.api.routes.process import health_report, logs
from orchestra.api.routes.settings import limits, notifications, pin_change, preferences, reader_keys, sessions, setup
from orchestra.api.routes.strategies import strategies, strategy_page
from orchestra.api.routes.trading import fills, orders, positions, round_trips, signals
from orchestra.api.routes.window import document, window

NOUNS = (
    *(account, algorithm_acts, algorithms, choices, commands, health, pin, safety, session),
    *(chart, decisions, algorithm_orders, algorithm_setup),
    *(account_truth, alerts),
    *(backtest_acts, backtest_reads),
    *(health_report, logs),
    *(limits, notifications, pin_change, preferences, reader_keys, sessions, setup),
    *(strategies, strategy_page),
    *(fills, orders, positions, round_trips, signals),
    *(document, window),
)
