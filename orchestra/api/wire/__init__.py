"""How requests arrive: a bounded HTTP server, the gate in front of everything, WebSockets, headers."""
