"""One blueprint a noun: no trading logic here, a command is handed to the engine and its answer handed back."""
