"""The owner's controls as the engine carries them out: selling everything, and what is limited."""
