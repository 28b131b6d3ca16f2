"""Day trades: how they are counted, where they are kept, and what the owner has made of them."""
