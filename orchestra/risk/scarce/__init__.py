"""What there is not enough of for every wish of a minute: day trades, places for positions, the account's money."""
