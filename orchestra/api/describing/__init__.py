"""How a route for other programs says what it takes and gives; the document is made of nothing else."""
