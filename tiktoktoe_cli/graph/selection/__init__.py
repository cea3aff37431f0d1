"""Which part of a graph is looked at, and what that hides; pure."""
