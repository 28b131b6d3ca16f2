"""Bars into the store and out of it: the verbs `import`, `export` and `download`."""
