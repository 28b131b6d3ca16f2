"""A simulated exchange that speaks Alpaca's REST and WebSocket protocols on loopback.

market/ is what happened (recorded bars), book/ what the account did, wire/ the protocols. `exchange.py` joins the
first two and owns the clock; `server.py` puts the third in front.
"""
