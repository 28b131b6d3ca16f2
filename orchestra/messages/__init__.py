"""Frozen values that cross a thread or a stage: what happened, and what somebody wants."""
