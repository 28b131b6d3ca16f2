"""Alpaca's REST endpoints, one blueprint a noun, and the control port for the engine's handshake."""
