"""The process itself over HTTP: how it is, what it has logged, what it is made of."""
