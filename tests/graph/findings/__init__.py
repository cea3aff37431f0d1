"""What the rules found, and what of it is accepted."""
