"""The line to the broker: how often it is used, asked again, made anew."""
