"""Everything that can want an order: strategies, their turns, and the market they see."""
