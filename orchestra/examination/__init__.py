"""What a doctor looks at: the machine, the directory, what was traded, the port and the broker."""
