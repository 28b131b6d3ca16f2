"""What was traded, to look back at: selected, newest first, a page at a time."""
