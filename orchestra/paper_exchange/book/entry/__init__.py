"""What becomes of a request: read, checked against the account, made an order."""
