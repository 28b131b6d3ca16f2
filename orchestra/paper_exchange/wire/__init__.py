"""Alpaca's protocols: REST, market-data WebSocket, trade-updates WebSocket, and our control port."""
