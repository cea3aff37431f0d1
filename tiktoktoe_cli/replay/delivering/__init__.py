"""Destinations: where events go, and how it is made sure that they arrive at least once."""
