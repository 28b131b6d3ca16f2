"""The process itself: how it is started, watched, measured and ended."""
