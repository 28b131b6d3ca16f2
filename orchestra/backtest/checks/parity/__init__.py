"""Parity: a day's live decisions, decided again on the stored bars and compared minute by minute."""
