"""Imports what it needs when it needs it, heavy things too."""


class Algorithm:
    def __init__(self, ticker, initial_capital):
        self.ticker = ticker

    def run(self, current_time, algo_id):
        import pandas as pd

        from database.db_manager import get_data_for_algorithm
        from system_databse.system_db_manager import get_transactions

        bars = get_data_for_algorithm(self.ticker, "last_n_bars", n=50, before_timestamp=current_time)
        frame = pd.DataFrame([bar["ohlcv"] for bar in bars], index=pd.to_datetime([bar["timestamp"] for bar in bars]))
        fills = pd.DataFrame(get_transactions(algo_id), columns=["type", "shares"])
        held = fills["shares"].where(fills["type"] == "buy", -fills["shares"]).sum()
        minute = frame.index[-1].minute
        if minute == 0 and held == 0:
            return "buy", frame["c"].count() * 0 + 1
        return ("sell", held) if minute == 30 and held > 0 else ("hold", 0)
