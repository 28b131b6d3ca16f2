"""What we would like to do: one strategy a file, with a class Algorithm; drop a file in and it is offered."""
