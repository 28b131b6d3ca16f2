"""Whether a strategy looks ahead: the same run in a process that has never seen the future."""
