"""Our own rules: what may be sent at all."""
