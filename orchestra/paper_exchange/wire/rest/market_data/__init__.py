"""Alpaca's market-data REST: bars, trades, quotes, snapshots, auctions, corporate actions, and what codes mean."""
