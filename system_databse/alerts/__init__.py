"""What the owner has to be told, and what became of it."""
