"""One account at the exchange: orders, positions, cash, and the file that keeps them."""
