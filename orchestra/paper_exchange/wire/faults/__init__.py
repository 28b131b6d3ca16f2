"""Faults that the offline Alpaca commits on purpose: on its streams, on its REST answers, and how to ask for them."""
