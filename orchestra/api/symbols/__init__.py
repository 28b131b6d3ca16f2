"""Tickers: what the broker knows of one, and which ones the owner may mean."""
