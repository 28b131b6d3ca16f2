"""What the owner has set and wished: limits, stops that they caused, wishes that were taken up."""
