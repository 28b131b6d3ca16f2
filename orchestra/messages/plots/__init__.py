"""Plots as messages: what is drawn, where its axes have their marks; for a page, a report, a phone alike."""
