"""Wishes to trade that wait for somebody's word, and what becomes of every signal."""
