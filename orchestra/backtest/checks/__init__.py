"""Whether a run can be trusted: look-ahead, and parity with what was traded live."""
