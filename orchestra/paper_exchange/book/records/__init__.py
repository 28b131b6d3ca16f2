"""What else the book keeps beside orders: its opening, settings, watchlists, activities."""
