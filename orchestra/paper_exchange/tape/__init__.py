"""What a data feed tells of a market that holds only minute bars: prints, quotes, longer bars, adjusted bars."""
