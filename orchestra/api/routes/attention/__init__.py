"""What needs the owner: alerts, and the account beside our algorithms."""
