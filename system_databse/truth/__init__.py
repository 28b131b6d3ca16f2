"""What makes our books and the account agree beside our own fills: splits, the owner's decisions, holdings not ours."""
