"""Where orders meet bars: the matcher, families of orders, corporate actions."""
