"""The sides of one engine, each built in one place: the market's and the orders'."""
