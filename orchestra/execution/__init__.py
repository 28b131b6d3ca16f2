"""From an approved decision to a booked fill: intents, sending, answers, reconciliation."""
