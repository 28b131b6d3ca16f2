"""The independent checker: what a session's files prove, read without any code of the engine."""
