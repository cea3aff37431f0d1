"""What changed from one configuration to another, and how risky that is; pure."""
