"""Backups of a run's databases, and what is done when one of them is lost or damaged."""
