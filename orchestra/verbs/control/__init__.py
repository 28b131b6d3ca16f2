"""The verbs that control a running program, or the next start of one: by way of door.db."""
