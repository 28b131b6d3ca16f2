"""Longer bars made of stored minutes, for algorithms and for whoever looks at a chart."""
