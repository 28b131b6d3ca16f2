"""Where the exchange's prices come from."""
