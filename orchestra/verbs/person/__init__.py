"""What the verbs share: what they are asked, how far they are, Ctrl-C."""
