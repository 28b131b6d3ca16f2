"""Alpaca's two WebSocket protocols."""
