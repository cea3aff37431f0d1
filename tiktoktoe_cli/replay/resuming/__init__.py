"""Lets a run that was cut short go on: one atomic checkpoint of where it stood, and a manifest of what it did."""
