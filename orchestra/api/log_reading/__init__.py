"""The log as a screen reads it: page by page, filtered, and never with a secret in it."""
