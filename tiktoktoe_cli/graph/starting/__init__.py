"""How a system starts: what comes after what, how long it takes, and what would save time; pure."""
