"""A result for a person: one HTML file, the terminal, CSV."""
