"""What account, algorithms and strategies are worth, written down minute by minute and day by day."""
