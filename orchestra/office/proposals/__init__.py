"""Proposals of people and programs outside: they wait for the owner, and trade by nobody else's word."""
