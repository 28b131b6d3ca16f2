"""The raw WebSockets of other programs: every event that is told outside, from the log, without gap or repetition."""
