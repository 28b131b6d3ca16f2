"""Space weather: how disturbed the Earth's magnetic field is, and what of it was known when."""
