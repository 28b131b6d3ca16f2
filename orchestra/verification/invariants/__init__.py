"""One module an invariant, or a few that look at the same rows."""
