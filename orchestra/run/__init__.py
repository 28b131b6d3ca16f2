"""One run of the program: what was asked for, its files, whose they are, what the person sees of it."""
