"""What an owner sets, over HTTP: preferences, the PIN anew, sessions, the network, keys and mode."""
