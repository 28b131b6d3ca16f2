"""Strategies over HTTP: how each one does, and one of them looked at closely."""
