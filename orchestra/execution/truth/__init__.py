"""What the account really holds, beside what our books say: baseline, strangers, differences, splits."""
