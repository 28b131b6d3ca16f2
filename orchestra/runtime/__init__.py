"""What every stage may use: settings, clock, inbox, logs."""
