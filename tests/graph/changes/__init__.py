"""What changed, and how risky it is."""
