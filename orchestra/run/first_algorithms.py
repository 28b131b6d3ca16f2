"""What a demo trades before its owner has chosen anything: the strategy that is the template, on three tickers."""

from decimal import Decimal

from orchestra.messages.commands import StartAlgorithm

# A fund and two lively stocks that hardly follow it, so that something happens soon; 40,000 dollars stay free.
FIRST_TICKERS = ("SPY", "NVDA", "TSLA")
FIRST_CAPITAL = Decimal(20_000)
FIRST_ALGORITHMS = tuple(StartAlgorithm("sma_crossover", ticker, FIRST_CAPITAL) for ticker in FIRST_TICKERS)
