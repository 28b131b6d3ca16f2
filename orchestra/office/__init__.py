"""The owner's office: commands in, what every screen shows out."""
